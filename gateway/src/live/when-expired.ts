import type { Caller } from '@carriergraph/shared/auth/caller.ts'
import { type Clock, TIMER_MS_MAX } from '@carriergraph/shared/clock.ts'

/** Calls `act` once the token of this actor is not good any more. The function returned forgets about it. */
export function whenExpired({ expiresAt }: Caller, clock: Clock, act: () => void): () => void {
  if (expiresAt === undefined) return () => undefined
  const left_ms = (): number => expiresAt.getTime() - clock().getTime()
  const wait = (): NodeJS.Timeout => setTimeout(look, Math.min(Math.max(left_ms(), 0), TIMER_MS_MAX))
  let timer = wait()
  function look(): void {
    if (left_ms() > 0) timer = wait()
    else act()
  }
  return () => clearTimeout(timer)
}
