import { type Refused, refuse } from '@carriergraph/shared/outcome.ts'
import { ElementReader } from '../../statements/camt/elements.ts'
import type { StatementSource } from '../../statements/read-statement.ts'
import type { Position } from '../../statements/statement.ts'
import { decode } from '../../statements/text.ts'
import { CreditTransferReader, type CreditTransfers } from './credit-transfers.ts'
import { MessageFault, type MessageFaultCode } from './fault.ts'
import { type StatusReport, StatusReportReader } from './status-report.ts'
import { StructureChecker } from './structure/checker.ts'
import type { MessageName } from './structure/messages.ts'

/** What a payment message holds that was read to its end and found sound. */
export type PaymentMessage =
  | { readonly kind: 'CREDIT_TRANSFERS'; readonly message: MessageName; readonly content: CreditTransfers }
  | { readonly kind: 'STATUS_REPORT'; readonly message: MessageName; readonly content: StatusReport }

export type MessageRefusal = Refused<MessageFaultCode> & { readonly position: Position | undefined }

/** 100,000 transactions of pain.001 with all that they may say. */
export const MESSAGE_BYTES_MAX = 256 * 1024 ** 2

/**
 * Reads pain.001, pacs.008 or pain.002, in one pass and whatever its size: its structure, and what its parts say of each
 * other. What is wrong with it is a refusal of the whole with its place.
 * @throws what the source throws
 */
export async function readMessage(
  source: StatementSource,
  { bytesMax = MESSAGE_BYTES_MAX }: { readonly bytesMax?: number } = {},
): Promise<{ readonly ok: true; readonly value: PaymentMessage } | MessageRefusal> {
  const reader = new AnyMessage()
  const elements = new ElementReader(new StructureChecker(reader), fault)
  try {
    for await (const text of decode(limited(source.open(), bytesMax), 'utf-8', fault)) elements.write(text)
    elements.end()
    return { ok: true, value: reader.end() }
  } catch (error) {
    if (!(error instanceof MessageFault)) throw error
    return { ...refuse(error.code, error.message), position: error.position }
  }
}

const fault = (code: MessageFaultCode, message: string, position: Position) => new MessageFault(code, message, position)

async function* limited(content: AsyncIterable<Uint8Array>, bytesMax: number): AsyncGenerator<Uint8Array> {
  let size = 0
  for await (const chunk of content) {
    size += chunk.length
    if (size > bytesMax) throw new MessageFault('FILE_TOO_LARGE', `A message has ${bytesMax} bytes at the most.`)
    yield chunk
  }
}

/** Hands on to the reader of the message that its root says it is. */
class AnyMessage {
  #name: MessageName = 'pain.001.001.09'
  #transfers: CreditTransferReader | undefined
  #report: StatusReportReader | undefined

  message(name: MessageName): void {
    this.#name = name
    if (name.startsWith('pain.002')) this.#report = new StatusReportReader()
    else this.#transfers = new CreditTransferReader()
  }

  open(...at: Parameters<StatusReportReader['open']>): void {
    this.#report?.open(...at)
  }

  leaf(...at: Parameters<StatusReportReader['leaf']>): void {
    this.#report?.leaf(...at)
    this.#transfers?.leaf(...at)
  }

  close(path: string): void {
    this.#report?.close(path)
    this.#transfers?.close(path)
  }

  end(): PaymentMessage {
    const message = this.#name
    if (this.#report !== undefined) return { kind: 'STATUS_REPORT', message, content: this.#report.end() }
    if (this.#transfers !== undefined) return { kind: 'CREDIT_TRANSFERS', message, content: this.#transfers.end() }
    throw new MessageFault('XML_MALFORMED', 'The file holds no element.')
  }
}
