import { SIGNATURE_HEADER } from '@carriergraph/shared/signature/canonical.ts'
import { signRequest } from '@carriergraph/shared/signature/sign.ts'
import type { Bank } from './bank.ts'
import { type Answer, inputOf, type Unit } from './order.ts'
import { type Payment, type PaymentAnswer, paymentInput } from './payment.ts'

/** Longer than the service itself tries; what takes longer counts as not answered. */
const DEADLINE_MS = 30_000

const POST = `mutation ($transfers: [TransferInput!]!) { postTransfers(input: { transfers: $transfers }) {
  results { isReplayed error { code } } errors { code message } } }`
const PAY = `mutation ($input: CreatePaymentInput!) { createPayment(input: $input) {
  payment { id status } errors { code } } }`

/** Speaks to the payments of one tenant as the gateway does, signed, on behalf of an operator. */
export class Teller {
  readonly #bank: Bank
  readonly #token: string
  readonly #deadline_ms: number

  constructor(bank: Bank, token: string, deadline_ms = DEADLINE_MS) {
    this.#deadline_ms = deadline_ms
    this.#bank = bank
    this.#token = token
  }

  /** @throws Error when there was no answer, so that nobody knows what was done */
  async post(url: string, units: readonly Unit[]): Promise<Answer[]> {
    const { postTransfers } = await this.#ask(url, POST, { transfers: inputOf(units) })
    const { results, errors } = postTransfers
    if (errors.length > 0) throw new Error(`postTransfers was refused as a whole: ${JSON.stringify(errors)}`)
    return results.map(({ isReplayed, error }: { isReplayed: boolean; error: { code: string } | null }) => ({
      code: error?.code ?? null,
      replayed: isReplayed,
    }))
  }

  /** @throws Error when there was no answer, so that nobody knows what was done */
  async pay(url: string, payment: Payment): Promise<PaymentAnswer> {
    const { createPayment } = await this.#ask(url, PAY, { input: paymentInput(payment) })
    const { payment: made, errors } = createPayment
    return { id: made?.id ?? null, status: made?.status ?? null, code: errors[0]?.code ?? null }
  }

  // biome-ignore lint/suspicious/noExplicitAny: a test reads deep into data whose shape its own query gives
  async #ask(url: string, query: string, variables: Record<string, unknown>): Promise<any> {
    const body = JSON.stringify({ query, variables })
    const signed = { method: 'POST', path: '/graphql', body, actor: '', keys: this.#bank.signingKeys, now: new Date() }
    const response = await fetch(url, {
      method: 'POST',
      body,
      headers: {
        'content-type': 'application/json',
        authorization: `Bearer ${this.#token}`,
        [SIGNATURE_HEADER]: signRequest(signed),
      },
      signal: AbortSignal.timeout(this.#deadline_ms),
    })
    const { data, errors } = (await response.json()) as { data?: unknown; errors?: unknown }
    if (errors !== undefined) throw new Error(JSON.stringify(errors))
    return data
  }
}
