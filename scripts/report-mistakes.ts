import { outageIn } from '@carriergraph/shared/db/outage.ts'
import { stackOf } from '@carriergraph/shared/db/without-values.ts'
import { Refusal } from '@carriergraph/shared/refusal.ts'
import { StartupFault } from '@carriergraph/shared/startup-fault.ts'

/** Runs a tool. A mistake of its user is told in its one sentence, anything else with its stack; both exit with 1. */
export async function reportMistakes(run: () => Promise<void>): Promise<void> {
  try {
    await run()
  } catch (error) {
    console.error(sentenceFor(error) ?? stackOf(error))
    process.exitCode = 1
  }
}

/** Undefined for a bug. */
function sentenceFor(error: unknown): string | undefined {
  const outage = outageIn(error)
  if (outage !== undefined) return `The database cannot be reached: ${outage}`
  return isMistake(error) ? error.message : undefined
}

/** Whether the message alone says all: the caller's mistake, not ours. */
const isMistake = (error: unknown): error is Error =>
  error instanceof StartupFault ||
  error instanceof Refusal ||
  (error instanceof TypeError && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS'))
