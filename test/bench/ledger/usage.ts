import { readdirSync, readFileSync } from 'node:fs'

/** Jiffies of /proc: Linux counts CPU time in hundredths of a second wherever a program can see it. */
const TICK_MS = 10

/**
 * CPU time of processes and of their children, those that have ended included: of a PostgreSQL by its postmaster, of
 * services by their own. NaN where there is no /proc.
 */
export function cpuOf(pids: readonly number[]): number {
  if (process.platform !== 'linux') return Number.NaN
  const ticks = pids.map((pid) => {
    const [own, ended] = ticksOf(pid)
    return childrenOf(pid).reduce((sum, child) => sum + ticksOf(child)[0], own + ended)
  })
  return ticks.reduce((sum, one) => sum + one, 0) * TICK_MS
}

function ticksOf(pid: number): readonly [own: number, ended: number] {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    const [user = 0, system = 0, endedUser = 0, endedSystem = 0] = stat
      .slice(stat.lastIndexOf(')') + 2)
      .split(' ')
      .slice(11, 15)
      .map(Number)
    return [user + system, endedUser + endedSystem]
  } catch {
    // Ended between being listed and being looked at.
    return [0, 0]
  }
}

const childrenOf = (pid: number): number[] =>
  readdirSync(`/proc/${pid}/task`).flatMap((thread) =>
    readFileSync(`/proc/${pid}/task/${thread}/children`, 'utf8').split(' ').filter(Boolean).map(Number),
  )
