import { systemClock } from '@carriergraph/shared/clock.ts'
import { processSurroundings } from '@carriergraph/shared/command/surroundings.ts'
import { paymentsImport } from './payments-import.ts'

const interruption = new AbortController()
// The second Ctrl-C ends it as usual: what was sent is known by its keys.
process.once('SIGINT', () => interruption.abort())

process.exitCode = await paymentsImport(process.argv.slice(2), {
  ...processSurroundings(),
  clock: systemClock,
  signal: interruption.signal,
})
