import { setTimeout as delay } from 'node:timers/promises'

const INTERVAL_MS = 20

/** Asks until `probe` answers something, at most `deadlineMs`; `undefined` when the deadline passed. */
export async function poll<T>(
  probe: () => Promise<T | undefined> | T | undefined,
  deadlineMs: number,
): Promise<T | undefined> {
  const deadline = performance.now() + deadlineMs
  for (;;) {
    const answer = await probe()
    if (answer !== undefined || performance.now() > deadline) return answer
    await delay(INTERVAL_MS)
  }
}
