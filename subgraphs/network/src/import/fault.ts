/** Why an import cannot be done, in a sentence for the person who asked for it. Nothing was stored. */
export class ImportFault extends Error {
  readonly code: 'FILE_UNREADABLE' | 'FILE_TOO_LARGE' | 'TOPOLOGY_UNKNOWN' | 'DATABASE_UNKNOWN' | 'DATABASE_UNAVAILABLE'

  constructor(code: ImportFault['code'], message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }

  override get name(): string {
    return 'ImportFault'
  }
}
