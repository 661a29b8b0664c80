import { CommandFault } from '@carriergraph/shared/command/fault.ts'

/** Why a sanctions list is refused whole, and what it means: `docs/errors.md` lists them. */
export const SANCTIONS_FILE_FAULTS = {
  LINE_TOO_LONG: 'A line has more bytes than an entry can have.',
  INVALID_UTF8: 'A line is not UTF-8.',
  INVALID_JSON: 'A line is not JSON.',
  INVALID_ENTRY: 'A line is JSON, but no entry of a list.',
  DUPLICATE_ID: 'Two entries have the same id.',
  TOO_MANY_ENTRIES: 'The list has more entries than any that is published.',
  EMPTY_LIST: 'The file has no entry: it would take every name off the list.',
  LIST_SHRUNK:
    'The list has less than half of the entries of the one in force: it may be cut off. `--smaller` takes it.',
} as const

/** Why an import failed, of a file that may hold, and what it means: `docs/errors.md` lists them. Nothing was stored. */
export const SANCTIONS_IMPORT_FAULTS = {
  IMPORT_UNDER_WAY: 'Another import of the same tenant took too long. Import again.',
  IMPORT_SUPERSEDED: 'The connection broke off, and another import of the same tenant began meanwhile. Import again.',
} as const

export class SanctionsImportFault extends CommandFault<keyof typeof SANCTIONS_IMPORT_FAULTS> {}

/** Tells a file that is refused from an import that failed. */
export class SanctionsFileFault extends Error {
  readonly code: keyof typeof SANCTIONS_FILE_FAULTS
  /** From 1; null where it is the file as a whole. */
  readonly line: number | null

  constructor(code: keyof typeof SANCTIONS_FILE_FAULTS, line: number | null, reason: string) {
    super(`${code}${line === null ? '' : ` at line ${line}`}: ${reason}`)
    this.code = code
    this.line = line
  }
}
