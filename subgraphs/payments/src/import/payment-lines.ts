import { FileFault } from '@carriergraph/shared/command/files/fault.ts'
import { LINE_BYTES_MAX, type Line, readLines } from '@carriergraph/shared/command/files/lines.ts'
import { csvCells, jsonObject } from '@carriergraph/shared/command/files/records.ts'
import type { RejectedLine } from '@carriergraph/shared/command/files/rejected-line.ts'
import type { Format } from '@carriergraph/shared/command/files/source.ts'
import { type Outcome, ok, refuse } from '@carriergraph/shared/outcome.ts'
import { SHORT_TEXT_MAX } from '@carriergraph/shared/scalars.ts'
import { z } from 'zod'
import { CAPTURE_MODES, PAYMENT_TYPES } from '../domain/payment.ts'
import type { LineCode } from './reject-codes.ts'

/** Longer than keys and ids are: a call of many lines stays far below what the graph takes. */
const TEXT_MAX = 256
const text = z.string().max(TEXT_MAX)

/**
 * What createPayment takes, as far as GraphQL itself looks: one input of the wrong shape, or a scalar that is too long,
 * would have a whole call refused. What the values mean is for payments to say.
 */
const paymentInput = z.strictObject({
  idempotencyKey: text,
  type: z.enum(PAYMENT_TYPES),
  sourceAccountId: text.nullish(),
  billingAccountId: text.nullish(),
  destinationAccountId: text.nullish(),
  bankAccount: z.strictObject({ holder: text, iban: text, bic: text.nullish() }).nullish(),
  cardId: text.nullish(),
  remittance: text.nullish(),
  amount: z.strictObject({ amount: z.string().max(SHORT_TEXT_MAX), currency: z.string().max(SHORT_TEXT_MAX) }),
  capture: z.enum(CAPTURE_MODES).nullish(),
  confirm: z.boolean().nullish(),
})
export type PaymentInput = z.output<typeof paymentInput>

/** What a line of the file turned out to be, and where it ends in it. */
export type PaymentLine = Pick<Line, 'end'> &
  (
    | { readonly kind: 'payment'; readonly number: number; readonly text: string; readonly input: PaymentInput }
    | ({ readonly kind: 'faulty' } & RejectedLine)
    | { readonly kind: 'blank' }
  )

const COLUMNS = [
  'idempotency_key',
  'type',
  'source_account_id',
  'billing_account_id',
  'destination_account_id',
  'amount',
  'currency',
  'capture',
] as const

export const CSV_HEADER = COLUMNS.join(',')

/**
 * Reads a file's content line by line, those of a chunk together. A line at fault costs only itself.
 * @throws FileFault EMPTY_FILE, or WRONG_HEADER before the first payment
 */
export async function* readPaymentLines(
  content: AsyncIterable<Uint8Array>,
  format: Format,
): AsyncGenerator<readonly PaymentLine[]> {
  let isHeaderDue = format === 'csv'
  let isEmpty = true
  for await (const lines of readLines(content)) {
    if (isHeaderDue) refuseWrongHeader(lines[0])
    yield lines.slice(isHeaderDue ? 1 : 0).map((line) => readLine(line, format))
    isHeaderDue = false
    isEmpty = false
  }
  if (isEmpty) throw new FileFault('EMPTY_FILE', 'The file is empty.')
}

function refuseWrongHeader(first: Line | undefined): void {
  const cells = first === undefined || 'fault' in first ? undefined : csvCells(first.text)
  if (!cells?.ok || cells.value.join(',') !== CSV_HEADER)
    throw new FileFault('WRONG_HEADER', `The first line is not the header ${CSV_HEADER}`)
}

function readLine(line: Line, format: Format): PaymentLine {
  const { number, end } = line
  if ('fault' in line)
    return { kind: 'faulty', number, end, text: '', code: line.fault, message: LINE_FAULTS[line.fault] }
  const { text } = line
  if (text.trim() === '') return { kind: 'blank', end }
  const fields = format === 'csv' ? csvFields(text) : jsonObject(text)
  if (!fields.ok) return { kind: 'faulty', number, end, text, code: fields.code, message: fields.message }
  const input = paymentInput.safeParse(fields.value)
  if (input.success) return { kind: 'payment', number, end, text, input: input.data }
  const [issue] = input.error.issues
  const code: LineCode = 'FIELD_INVALID'
  const message = `It is no input of createPayment: ${issue?.message ?? 'not known why'}.`
  return { kind: 'faulty', number, end, text, code, message, field: fieldOf(issue) }
}

/** The field that is at fault: of those that there are not, the first. */
const fieldOf = (issue: z.core.$ZodIssue | undefined): string =>
  [...(issue?.path ?? []), ...(issue?.code === 'unrecognized_keys' ? issue.keys.slice(0, 1) : [])].join('.')

const LINE_FAULTS = {
  LINE_TOO_LONG: `A line has ${LINE_BYTES_MAX} bytes at the most.`,
  INVALID_UTF8: 'The line is not UTF-8.',
} as const

/** An empty cell says nothing. What goes over a rail needs more than there are columns: it comes as NDJSON. */
function csvFields(text: string): Outcome<object, LineCode> {
  const cells = csvCells(text)
  if (!cells.ok) return cells
  if (cells.value.length !== COLUMNS.length)
    return refuse('COLUMN_COUNT', `The line has ${cells.value.length} columns instead of ${COLUMNS.length}.`)
  const [idempotencyKey, type, source, billing, destination, amount, currency, capture] = cells.value
  return ok({
    idempotencyKey,
    type,
    sourceAccountId: source || undefined,
    billingAccountId: billing || undefined,
    destinationAccountId: destination || undefined,
    amount: { amount, currency },
    capture: capture || undefined,
  })
}
