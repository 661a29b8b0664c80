/** Why a file cannot be charged, or not to its end. What was charged before stays charged. */
export type IngestFaultCode =
  | 'FILE_NOT_FOUND'
  | 'FILE_NOT_READABLE'
  | 'FORMAT_UNKNOWN'
  | 'EMPTY_FILE'
  | 'WRONG_HEADER'
  | 'GZIP_DAMAGED'
  | 'REJECTS_NOT_WRITABLE'
  | 'DATABASE_UNKNOWN'
  | 'DATABASE_UNAVAILABLE'

/** In a sentence for the person at the terminal; anything else that is thrown is a bug or an outage. */
export class IngestFault extends Error {
  readonly code: IngestFaultCode

  constructor(code: IngestFaultCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }

  override get name(): string {
    return 'IngestFault'
  }
}
