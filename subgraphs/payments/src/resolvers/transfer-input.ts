import { type Id, isNamedId, keyedId, readId } from '@carriergraph/shared/ids.ts'
import { REFERENCE_LENGTH_MAX } from '@carriergraph/shared/ledger/ledger.ts'
import type { TransferOrder } from '@carriergraph/shared/ledger/transfer.ts'
import type { Money } from '@carriergraph/shared/money/money.ts'
import { type Outcome, ok, refuse } from '@carriergraph/shared/outcome.ts'
import type { WantedTransfer } from '../flow/post-transfers.ts'
import type { TransferInput, TransferInputKind } from '../generated/resolvers.ts'
import { amountIn, idempotencyKeyIn, textIn } from './input-fields.ts'

export type TransferInputCode = 'INVALID_ID' | 'INVALID_VALUE' | 'INVALID_MONEY' | 'UNKNOWN_CURRENCY'

type Read<T> = Outcome<T, TransferInputCode>
type Field = 'debitAccountId' | 'creditAccountId' | 'amount' | 'expiresAt' | 'subjectId'

/** Which fields a kind needs (true), takes (false), and no others. */
const FIELDS: Readonly<Record<TransferInputKind, Partial<Record<Field, boolean>>>> = {
  SINGLE: { debitAccountId: true, creditAccountId: true, amount: true },
  PENDING: { debitAccountId: true, creditAccountId: true, amount: true, expiresAt: true },
  POST_PENDING: { subjectId: true, amount: false },
  VOID_PENDING: { subjectId: true },
  REVERSAL: { subjectId: true },
}
const OPTIONAL: readonly Field[] = ['debitAccountId', 'creditAccountId', 'amount', 'expiresAt', 'subjectId']

/** Reads one transfer. @param sender whose idempotency keys they are: another's same text is another key */
export function wantedTransferIn(input: TransferInput, sender: string): WantedTransfer<TransferInputCode> {
  const id = transferIdIn(input, sender)
  return {
    id: id.ok ? id.value : null,
    order: id.ok ? orderIn(input, id.value) : id,
    isLinkedToNext: input.linkedToNext ?? false,
  }
}

function transferIdIn({ id, idempotencyKey }: TransferInput, sender: string): Read<Id<'tfr'>> {
  if ((id == null) === (idempotencyKey == null))
    return refuse('INVALID_VALUE', 'A transfer has an id or an idempotency key, and not both.', ['id'])
  if (id != null) {
    const read = readId('tfr', id, ['id'])
    // Who took it first would keep the service from what it is to post under it.
    return read.ok && isNamedId(read.value) ? refuse('INVALID_ID', 'The service gives such ids itself.', ['id']) : read
  }
  const key = idempotencyKeyIn(idempotencyKey ?? '')
  return key.ok ? ok(keyedId('tfr', JSON.stringify([sender, key.value]))) : key
}

function orderIn(input: TransferInput, id: Id<'tfr'>): Read<TransferOrder> {
  const misplaced = misplacedField(input)
  if (misplaced !== undefined) return misplaced
  const readable = textIn(input.reference, 'A reference', REFERENCE_LENGTH_MAX, 'reference')
  if (!readable.ok) return readable
  const { kind = 'SINGLE', reference } = input
  const amount: Read<Money | undefined> = input.amount == null ? ok(undefined) : amountIn(input.amount)
  if (!amount.ok) return amount
  if (kind === 'SINGLE' || kind === 'PENDING') return betweenIn(input, { id, reference }, amount.value)
  const subject = readId('tfr', input.subjectId ?? '', ['subjectId'])
  if (!subject.ok) return subject
  if (subject.value === id) return refuse('INVALID_VALUE', 'A transfer is about another one.', ['subjectId'])
  if (kind === 'REVERSAL') return ok({ kind, id, reference, reversedId: subject.value })
  if (kind === 'VOID_PENDING') return ok({ kind, id, reference, pendingId: subject.value })
  const part = amount.value && { amountMinor: amount.value.minor, currency: amount.value.currency }
  return ok({ kind, id, reference, pendingId: subject.value, ...part })
}

function betweenIn(
  { kind, debitAccountId, creditAccountId, expiresAt }: TransferInput,
  named: { readonly id: Id<'tfr'>; readonly reference: string },
  amount: Money | undefined,
): Read<TransferOrder> {
  const debit = readId('led', debitAccountId ?? '', ['debitAccountId'])
  if (!debit.ok) return debit
  const credit = readId('led', creditAccountId ?? '', ['creditAccountId'])
  if (!credit.ok) return credit
  if (amount === undefined) return refuse('INVALID_VALUE', 'This kind needs an amount.', ['amount'])
  const between = {
    ...named,
    debitAccountId: debit.value,
    creditAccountId: credit.value,
    amountMinor: amount.minor,
    currency: amount.currency,
  }
  return kind === 'PENDING' && expiresAt != null
    ? ok({ ...between, kind, expiresAt })
    : ok({ ...between, kind: 'SINGLE' })
}

/** The first field that is missing, or that this kind does not take. */
function misplacedField(input: TransferInput) {
  const { kind = 'SINGLE' } = input
  for (const field of OPTIONAL) {
    const isGiven = input[field] != null
    const needs = FIELDS[kind][field]
    if (needs === true && !isGiven) return refuse('INVALID_VALUE', `${kind} needs ${field}.`, [field])
    if (needs === undefined && isGiven) return refuse('INVALID_VALUE', `${kind} takes no ${field}.`, [field])
  }
  return undefined
}
