/**
 * Another transaction has appended this version of the aggregate since its state was read. Nothing was written: read
 * the aggregate again and decide anew, or answer with a refusal.
 */
export class ConcurrencyError extends Error {
  override get name(): string {
    return 'ConcurrencyError'
  }
}
