import { processSurroundings } from '@carriergraph/shared/command/surroundings.ts'
import { messageCheck } from './message-check.ts'

process.exitCode = await messageCheck(process.argv.slice(2), processSurroundings())
