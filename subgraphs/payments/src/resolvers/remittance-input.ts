import { actsForOthers } from '@carriergraph/shared/authorize/ownership.ts'
import { readId } from '@carriergraph/shared/ids.ts'
import { type Outcome, ok, type Refused } from '@carriergraph/shared/outcome.ts'
import { payloadError } from '@carriergraph/shared/server/payload-error.ts'
import type { Context } from '../context.ts'
import type { CreateRemittanceInput, RemittanceError } from '../generated/resolvers.ts'
import type { RemittanceModel } from '../models.ts'
import { readBeneficiary } from '../remittance/beneficiary.ts'
import type { RemittanceOrder } from '../remittance/request-hash.ts'
import { idempotencyKeyIn, textIn } from './input-fields.ts'

/** As much as transfers have room for. */
const MESSAGE_LENGTH_MAX = 140

type ParsedRemittance =
  | { readonly idempotencyKey: string; readonly order: RemittanceOrder }
  | { readonly errors: RemittanceError[] }

/** What a client asks to send: all faults of the input at once, in the order of its fields. */
export function parseRemittance(input: CreateRemittanceInput): ParsedRemittance {
  const { iban = null, accountNumber = null, bic = null, clearingMember = null, name, country } = input.beneficiary
  const key = idempotencyKeyIn(input.idempotencyKey)
  const quoteId = readId('fxq', input.quoteId, ['quoteId'])
  const source = readId('led', input.sourceAccountId, ['sourceAccountId'])
  const beneficiary = readBeneficiary({ name, country, iban, accountNumber, bic, clearingMember })
  const message = messageIn(input.message ?? null)
  if (key.ok && quoteId.ok && source.ok && beneficiary.ok && message.ok)
    return {
      idempotencyKey: key.value,
      order: {
        quoteId: quoteId.value,
        sourceAccountId: source.value,
        beneficiary: beneficiary.value,
        purpose: input.purpose,
        fundsSource: input.sourceOfFunds,
        message: message.value,
      },
    }
  const faults = [key, quoteId, source, beneficiary, message]
  return { errors: faults.flatMap((fault) => (fault.ok ? [] : [payloadError(fault)])) }
}

const messageIn = (text: string | null): Outcome<string | null, 'INVALID_VALUE'> =>
  text === null ? ok(null) : textIn(text, 'A message', MESSAGE_LENGTH_MAX, 'message')

export const requesterOf = ({ actor }: Context) => ({ userId: actor.userId, actsForOthers: actsForOthers(actor) })

/** A payload with a remittance, and why it failed or came back where it did. */
export function remittanceAnswer(answer: Outcome<RemittanceModel, RemittanceError['code']>) {
  if (!answer.ok) return refusedRemittance(answer)
  const { failure } = answer.value
  return { remittance: answer.value, errors: failure === null ? [] : [failure] }
}

/** A payload with nothing but why it was refused. */
export const refusedRemittance = (refused: Refused<RemittanceError['code']>) => ({
  remittance: null,
  errors: [payloadError(refused)],
})
