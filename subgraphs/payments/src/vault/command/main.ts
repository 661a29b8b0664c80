import { systemClock } from '@carriergraph/shared/clock.ts'
import { processSurroundings } from '@carriergraph/shared/command/surroundings.ts'
import { vaultKeys } from './vault-keys.ts'

const interruption = new AbortController()
// The second Ctrl-C ends it as usual: what is not committed is not done.
process.once('SIGINT', () => interruption.abort())

process.exitCode = await vaultKeys(process.argv.slice(2), {
  ...processSurroundings(),
  clock: systemClock,
  signal: interruption.signal,
})
