import { systemClock } from '@carriergraph/shared/clock.ts'
import { processSurroundings } from '@carriergraph/shared/command/surroundings.ts'
import { fxImport } from './fx-import.ts'

process.exitCode = await fxImport(process.argv.slice(2), { ...processSurroundings(), clock: systemClock })
