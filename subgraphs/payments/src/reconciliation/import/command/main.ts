import { systemClock } from '@carriergraph/shared/clock.ts'
import { processSurroundings } from '@carriergraph/shared/command/surroundings.ts'
import { statementImport } from './statement-import.ts'

const interruption = new AbortController()
// The second Ctrl-C ends it as usual: what is not finished is not seen.
process.once('SIGINT', () => interruption.abort())

process.exitCode = await statementImport(process.argv.slice(2), {
  ...processSurroundings(),
  clock: systemClock,
  signal: interruption.signal,
})
