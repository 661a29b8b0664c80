import { systemClock } from '@carriergraph/shared/clock.ts'
import { processSurroundings } from '@carriergraph/shared/command/surroundings.ts'
import { ledgerVerify } from './ledger-verify.ts'

process.exitCode = await ledgerVerify(process.argv.slice(2), { ...processSurroundings(), clock: systemClock })
