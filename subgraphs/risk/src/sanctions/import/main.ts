import { systemClock } from '@carriergraph/shared/clock.ts'
import { processSurroundings } from '@carriergraph/shared/command/surroundings.ts'
import { sanctionsImport } from './sanctions-import.ts'

process.exitCode = await sanctionsImport(process.argv.slice(2), { ...processSurroundings(), clock: systemClock })
