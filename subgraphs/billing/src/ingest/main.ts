import { systemClock } from '@carriergraph/shared/clock.ts'
import { usageIngest } from './usage-ingest.ts'

process.exitCode = await usageIngest(process.argv.slice(2), {
  env: process.env,
  environmentFile: new URL('../../../../.carriergraph/environment.json', import.meta.url),
  stdout: process.stdout,
  stderr: process.stderr,
  clock: systemClock,
})
