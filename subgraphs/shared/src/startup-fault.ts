/**
 * Why a service cannot start, in a sentence for the person who starts it: a port in use, a setting missing, a database
 * out of reach. `runService` prints the message alone, without a stack.
 */
export class StartupFault extends Error {
  override get name(): string {
    return 'StartupFault'
  }
}
