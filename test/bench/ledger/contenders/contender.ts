import type { Load, Until } from '../load.ts'
import type { Stage } from '../stage.ts'

export interface Contender {
  /** As it stands in the tables. */
  readonly title: string
  /** Why it cannot run here; undefined where it can. */
  readonly missing?: () => string | undefined
  start(stage: Stage): Promise<RunningContender>
}

export interface RunningContender extends AsyncDisposable {
  load(until: Until): Promise<Load>
  /** Whose CPU is told as Node's: this process's unless others are named, or it is none of Node. */
  readonly runsIn?: 'here' | 'elsewhere' | readonly number[]
  /** Before its first turn, where a third of a second is not enough. */
  readonly warmUp_s?: number
  /** @throws where the books that it left are not sound */
  verify?(): Promise<void>
}
