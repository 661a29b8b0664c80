import type { RejectedLine } from '@carriergraph/shared/command/files/rejected-line.ts'
import type { LineSource } from '@carriergraph/shared/command/files/source.ts'
import type { Send, SentResult } from './graph.ts'
import { type PaymentLine, readPaymentLines } from './payment-lines.ts'

/** What has become of a file so far. */
export type ImportSummary = {
  /** Lines that are neither header nor blank: each is taken or rejected. */
  lines: number
  /** Payments that are taken on, now or before, and have not failed; by the state that they are in. */
  taken: number
  rejected: number
  readonly byStatus: Map<string, number>
}

export const emptySummary = (): ImportSummary => ({ lines: 0, taken: 0, rejected: 0, byStatus: new Map() })

export type ImportOptions = {
  /** Lines of one call at the most; fewer where they are long. */
  readonly batchSize: number
  readonly send: Send
  /** Called after each batch, when it is answered, with its rejected lines in their order and where it ends in the content. */
  readonly onBatch: (rejected: readonly RejectedLine[], contentBytes: number) => Promise<void>
}

/**
 * As JSON, of the payments of one call: below the 1 MiB that the gateway takes of all variables unless it is told otherwise.
 * A batch of longer lines is sent before it is full.
 */
const CALL_BYTES_MAX = 1_000_000

type Payment = Extract<PaymentLine, { kind: 'payment' }>
type Faulty = Extract<PaymentLine, { kind: 'faulty' }>

/**
 * Pays a file in batches and counts in `summary`. Where it ends before the file does, what was paid stays paid, and running
 * it again goes on, because payments are known by their keys. Memory is bounded by one chunk of the file and one batch.
 * @throws FileFault, or what `send` throws
 */
export async function importPayments(
  source: LineSource,
  summary: ImportSummary,
  options: ImportOptions,
): Promise<void> {
  const { batchSize, send, onBatch } = options
  let batch: (Payment | Faulty)[] = []
  let call_bytes = 0
  let contentBytes = 0

  async function settleBatch(): Promise<void> {
    const payments = batch.filter((line) => line.kind === 'payment')
    const results = await answersOf(payments, send)
    const rejected = batch.flatMap((line) =>
      line.kind === 'faulty' ? [line] : settle(line, results.get(line), summary),
    )
    summary.lines += batch.length
    summary.rejected += rejected.length
    batch = []
    call_bytes = 0
    await onBatch(rejected, contentBytes)
  }

  for await (const lines of readPaymentLines(source.content(), source.format)) {
    for (const line of lines) {
      if (line.kind !== 'blank') {
        const line_bytes = bytesOf(line)
        if (call_bytes + line_bytes > CALL_BYTES_MAX) await settleBatch()
        batch.push(line)
        call_bytes += line_bytes
      }
      contentBytes = line.end
      if (batch.length === batchSize) await settleBatch()
    }
  }
  if (batch.length > 0) await settleBatch()
}

/** What a line adds to a call, with the comma behind it. */
const bytesOf = (line: Payment | Faulty): number =>
  line.kind === 'payment' ? Buffer.byteLength(JSON.stringify(line.input)) + 1 : 0

/** Sends until each is answered: a call may end before it has reached all of them. */
async function answersOf(payments: readonly Payment[], send: Send): Promise<Map<Payment, SentResult>> {
  const answers = new Map<Payment, SentResult>()
  for (let left = payments; left.length > 0; left = left.filter((payment) => !answers.has(payment))) {
    const results = await send(left.map(({ input }) => input))
    for (const [index, payment] of left.entries()) {
      const result = results[index]
      if (result !== undefined && result.errors[0]?.code !== 'NOT_REACHED') answers.set(payment, result)
    }
  }
  return answers
}

/** Counts what has become of a payment; answers with its line where it was refused or failed. */
function settle({ number, text }: Payment, result: SentResult | undefined, summary: ImportSummary): RejectedLine[] {
  if (result === undefined) throw new Error(`Line ${number} was not answered.`)
  const [error] = result.errors
  if (error !== undefined) {
    const { code, message, field } = error
    return [{ number, text, code, message, ...(field == null ? {} : { field: field.join('.') }) }]
  }
  const status = result.payment?.status ?? 'UNKNOWN'
  summary.taken += 1
  summary.byStatus.set(status, (summary.byStatus.get(status) ?? 0) + 1)
  return []
}

/** The end of the run, a number a line, for people and for scripts. */
export function summaryText({ lines, taken, rejected, byStatus }: ImportSummary, seconds: number): string {
  const rows = [
    ['lines', lines],
    ['taken', taken],
    ...[...byStatus].sort().map(([status, count]) => [`  ${status}`, count]),
    ['rejected', rejected],
    ['seconds', seconds.toFixed(1)],
  ]
  return rows.map(([name, value]) => `${String(name).padEnd(22)}${value}\n`).join('')
}
