import { type Id, readId } from '@carriergraph/shared/ids.ts'
import { type Accepted, type Outcome, ok, type Refused, refuse } from '@carriergraph/shared/outcome.ts'
import type { Counterparty, Destination, RailDestination } from '../domain/destination.ts'
import type { CaptureMode } from '../domain/payment.ts'
import type { CreatePaymentInput } from '../generated/resolvers.ts'
import { textIn } from './input-fields.ts'

type InputCode = 'INVALID_VALUE' | 'INVALID_ID'
type Type = CreatePaymentInput['type']

/** Whose field it is: given for another type it is refused, and so is a type without it where `isNeeded`. */
const FIELDS = [
  { field: 'sourceAccountId', of: ['TOP_UP', 'TRANSFER', 'FEE', 'WITHDRAWAL'], isNeeded: true },
  { field: 'billingAccountId', of: ['TOP_UP'], isNeeded: true },
  { field: 'destinationAccountId', of: ['TRANSFER', 'DEPOSIT'], isNeeded: true },
  { field: 'bankAccount', of: ['DEPOSIT', 'WITHDRAWAL'], isNeeded: false },
  { field: 'cardId', of: ['DEPOSIT', 'WITHDRAWAL'], isNeeded: false },
  { field: 'remittance', of: ['DEPOSIT', 'WITHDRAWAL'], isNeeded: false },
] as const satisfies readonly { field: keyof CreatePaymentInput; of: readonly Type[]; isNeeded: boolean }[]

/** The payer's wallet; of a deposit the one that the money goes to. */
export function walletIn(input: CreatePaymentInput): Outcome<Id<'led'>, InputCode> {
  const field = input.type === 'DEPOSIT' ? 'destinationAccountId' : 'sourceAccountId'
  return allGiven(input, ['sourceAccountId'])[0] ?? readId('led', input[field] ?? '', [field])
}

export function captureIn({ type, capture }: CreatePaymentInput): Outcome<CaptureMode, InputCode> {
  const isOverRail = type === 'DEPOSIT' || type === 'WITHDRAWAL'
  if (isOverRail && capture === 'MANUAL')
    return refuse('INVALID_VALUE', `A ${type} moves as soon as it is approved: it has no capture by hand.`, ['capture'])
  return ok(capture ?? 'AUTOMATIC')
}

/** What several fields say, or all that is wrong with them, in their order. */
type FieldsRead<T> = Accepted<T> | { readonly ok: false; readonly faults: readonly Refused<InputCode>[] }

export function destinationIn(type: Exclude<Type, 'REFUND'>, input: CreatePaymentInput): FieldsRead<Destination> {
  const faults = allGiven(input, ['billingAccountId', 'destinationAccountId', 'bankAccount', 'cardId', 'remittance'])
  if (faults.length > 0) return { ok: false, faults }
  switch (type) {
    case 'FEE':
      return ok({ type })
    case 'TRANSFER': {
      const id = readId('led', input.destinationAccountId ?? '', ['destinationAccountId'])
      return id.ok ? ok({ type, destinationAccountId: id.value }) : { ok: false, faults: [id] }
    }
    case 'TOP_UP': {
      const id = readId('acc', input.billingAccountId ?? '', ['billingAccountId'])
      return id.ok ? ok({ type, billingAccountId: id.value }) : { ok: false, faults: [id] }
    }
    default:
      return railDestinationIn(type, input)
  }
}

/** Of each field that the type has and should not, or has not and should. */
function allGiven(input: CreatePaymentInput, fields: readonly (typeof FIELDS)[number]['field'][]) {
  const { type } = input
  return FIELDS.flatMap(({ field, of, isNeeded }): Refused<'INVALID_VALUE'>[] => {
    if (!fields.includes(field)) return []
    const isOfType = (of as readonly Type[]).includes(type)
    if (input[field] != null && !isOfType) return [refuse('INVALID_VALUE', `A ${type} has no ${field}.`, [field])]
    if (input[field] == null && isOfType && isNeeded)
      return [refuse('INVALID_VALUE', `A ${type} needs a ${field}.`, [field])]
    return []
  })
}

/** As much as transfers have room for. What a rail makes of the characters is the rail's to say. */
const REMITTANCE_LENGTH_MAX = 140

function railDestinationIn(
  type: RailDestination['type'],
  { bankAccount, cardId, remittance }: CreatePaymentInput,
): FieldsRead<Destination> {
  if ((bankAccount == null) === (cardId == null))
    return {
      ok: false,
      faults: [refuse('INVALID_VALUE', `A ${type} needs either a bankAccount or a cardId.`, ['bankAccount'])],
    }
  const text = remittance == null ? ok(undefined) : textIn(remittance, 'It', REMITTANCE_LENGTH_MAX, 'remittance')
  const counterparty = bankAccount == null ? cardIn(cardId ?? '') : bankAccountIn(bankAccount)
  if (text.ok && counterparty.ok) return ok({ type, counterparty: counterparty.value, remittance: text.value })
  return { ok: false, faults: [...(counterparty.ok ? [] : counterparty.faults), ...(text.ok ? [] : [text])] }
}

function cardIn(text: string): FieldsRead<Counterparty> {
  const id = readId('card', text, ['cardId'])
  return id.ok ? ok({ method: 'CARD', cardId: id.value }) : { ok: false, faults: [id] }
}

/** Longer than any holder's name that a rail carries, any IBAN (34) and BIC (11), with spaces. */
const TEXT_LENGTH_MAX = 140

/** IBAN and BIC in their electronic form; whether they are any is the rail's to say. */
function bankAccountIn({
  holder,
  iban,
  bic,
}: NonNullable<CreatePaymentInput['bankAccount']>): FieldsRead<Counterparty> {
  const faults = Object.entries({ holder, iban, bic }).flatMap(([field, text]) => {
    const checked = text == null ? ok(undefined) : textIn(text, 'It', TEXT_LENGTH_MAX, field)
    return checked.ok ? [] : [{ ...checked, field: ['bankAccount', field] }]
  })
  if (faults.length > 0) return { ok: false, faults }
  const electronic = (text: string) => text.replaceAll(' ', '').toUpperCase()
  return ok({
    method: 'BANK',
    holder: holder.trim(),
    iban: electronic(iban),
    bic: bic == null ? undefined : electronic(bic),
  })
}
