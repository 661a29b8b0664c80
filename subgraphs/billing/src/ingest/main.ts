import { systemClock } from '@carriergraph/shared/clock.ts'
import { processSurroundings } from '@carriergraph/shared/command/surroundings.ts'
import { usageIngest } from './usage-ingest.ts'

process.exitCode = await usageIngest(process.argv.slice(2), { ...processSurroundings(), clock: systemClock })
