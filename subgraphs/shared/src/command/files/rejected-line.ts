import { withoutCardNumbers } from '../../cards/holds-card-number.ts'

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

/** For a screen or the log of a job. Reasons repeat names of fields, which are the file's, and a card number may be one. */
export const rejectionText = ({ number, code, field, message }: RejectedLine): string =>
  withoutCardNumbers(`line ${number}: ${code}${field === undefined ? '' : ` (${field})`}: ${message}`)
