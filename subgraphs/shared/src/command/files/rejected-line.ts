/** A line of a file that was not taken. */
export type RejectedLine = {
  /** From 1, the header included. */
  readonly number: number
  /** Empty where the line is no text. */
  readonly text: string
  readonly code: string
  readonly message: string
  /** The field at fault as the file names it, where it is one. */
  readonly field?: string
}

export const rejectionText = ({ number, code, field, message }: RejectedLine): string =>
  `line ${number}: ${code}${field === undefined ? '' : ` (${field})`}: ${message}`
