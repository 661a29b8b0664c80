/** Why a file of rates is refused whole, and what each means: `docs/errors.md` lists them. */
export const RATE_FILE_FAULTS = {
  FILE_EMPTY: 'The file has no line with rates.',
  HEADER_INVALID: 'The first line is not "Date" and then the currencies, each once.',
  COLUMN_COUNT: 'A line has not as many columns as the first one.',
  LINE_CUT_OFF: 'The first line ends with a comma and another does not: its last rate may lack digits.',
  DATE_INVALID: 'A line does not begin with a day, as 2026-04-13 or 13 April 2026.',
  DATE_IN_FUTURE: 'A day is not there yet.',
  DATE_REPEATED: 'A day is there twice.',
  RATE_INVALID: 'A rate is neither N/A nor a plain decimal above zero.',
  RATE_JUMPED:
    'A rate is more than twice, or less than half, of the one before: a digit or the point is wrong, or --jumps names the currency.',
  RATE_CHANGED: 'A rate differs from the stored one of its day: --corrections keeps it as a later version.',
} as const

export type RateFileFaultCode = keyof typeof RATE_FILE_FAULTS

/** What is wrong, and where: line and column of the file count from 1. */
export type RateFileFault = {
  readonly code: RateFileFaultCode
  readonly line: number
  readonly column: number
  readonly message: string
}

export type RefusedFile = {
  readonly ok: false
  readonly faults: readonly RateFileFault[]
  /** How many more there are. */
  readonly more: number
}

/** More help nobody: whoever has a file of another kind has thousands. */
export const FAULTS_SHOWN_MAX = 20

export const refusedFile = (faults: readonly RateFileFault[]): RefusedFile => ({
  ok: false,
  faults: faults.slice(0, FAULTS_SHOWN_MAX),
  more: Math.max(0, faults.length - FAULTS_SHOWN_MAX),
})
