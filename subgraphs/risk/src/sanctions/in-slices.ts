import { setImmediate as nextTurn } from 'node:timers/promises'

/** Does something with each of many, and lets what else the process has to do go between: `atOnce` without a pause. */
export async function inSlices<T>(many: readonly T[], atOnce: number, work: (one: T) => void): Promise<void> {
  for (let begin = 0; begin < many.length; begin += atOnce) {
    if (begin > 0) await nextTurn()
    for (const one of many.slice(begin, begin + atOnce)) work(one)
  }
}
