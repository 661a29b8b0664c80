import { StartupFault } from '@carriergraph/shared/startup-fault.ts'

/** Runs a tool. A mistake of its user is told in its one sentence, anything else with its stack; both exit with 1. */
export async function reportMistakes(run: () => Promise<void>): Promise<void> {
  try {
    await run()
  } catch (error) {
    console.error(error instanceof StartupFault ? error.message : error)
    process.exitCode = 1
  }
}
