import { processSurroundings } from '@carriergraph/shared/command/surroundings.ts'
import { statementCheck } from './statement-check.ts'

process.exitCode = await statementCheck(process.argv.slice(2), processSurroundings())
