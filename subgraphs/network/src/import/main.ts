import { systemClock } from '@carriergraph/shared/clock.ts'
import { processSurroundings } from '@carriergraph/shared/command/surroundings.ts'
import { topologyImport } from './topology-import.ts'

process.exitCode = await topologyImport(process.argv.slice(2), { ...processSurroundings(), clock: systemClock })
