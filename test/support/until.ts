import { setTimeout as wait } from 'node:timers/promises'

const POLL_MS = 50
const DEADLINE_MS = 150_000

/** Waits for something that happens after the answer, such as an event's effect. Fails only after a generous deadline. */
export async function until(condition: () => Promise<boolean>): Promise<void> {
  const deadline = performance.now() + DEADLINE_MS
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error(`not so after ${DEADLINE_MS / 1000} s: ${condition}`)
    await wait(POLL_MS)
  }
}
