import type { Id } from '../ids.ts'
import { type AccountState, BALANCE_MINOR_MAX, normalBalance } from './account.ts'
import type { PostingCode } from './posting-code.ts'
import { type Movement, prepare } from './prepare.ts'
import { requestHashes } from './request-hash.ts'
import { type AcceptedTransfer, subjectOf, type TransferKind, type TransferOrder } from './transfer.ts'

type Decided = { readonly hash: bigint; readonly code: PostingCode | null; readonly accepted: AcceptedTransfer | null }

/** The whole ledger as a value. */
export type Books = {
  readonly accounts: ReadonlyMap<Id<'led'>, AccountState>
  readonly decided: ReadonlyMap<Id<'tfr'>, Decided>
  /** What a pending or reversed transfer was resolved by. */
  readonly resolved: ReadonlyMap<Id<'tfr'>, TransferKind>
}

/** Null where the transfer is posted. */
export type ModelAnswer = PostingCode | null

/**
 * What posting means, written to be read and not to be fast: `post_batch` must answer as this does, and leave the same
 * books. Decides one chain, which is a single transfer where it has one link.
 */
export function decideChain(
  books: Books,
  chain: readonly TransferOrder[],
  at: Date,
): { readonly books: Books; readonly answers: readonly ModelAnswer[] } {
  const hashes = requestHashes(chain)
  const decisions: { order: TransferOrder; hash: bigint; code: ModelAnswer; isNew: boolean }[] = []
  let tentative = books
  let isBroken = false
  chain.forEach((order, index) => {
    const hash = hashes[index] ?? 0n
    const known = books.decided.get(order.id)
    if (known !== undefined) {
      const code = known.hash === hash ? known.code : 'IDEMPOTENCY_KEY_REUSED'
      decisions.push({ order, hash, code, isNew: false })
      isBroken ||= code !== null
      return
    }
    if (!isBroken) {
      const step = decide(tentative, order, at)
      if (typeof step === 'string') {
        decisions.push({ order, hash, code: step, isNew: true })
        isBroken = true
        return
      }
      tentative = record(step, order, hash, null)
    }
    decisions.push({ order, hash, code: null, isNew: true })
  })
  if (!isBroken) return { books: tentative, answers: decisions.map(({ code }) => code) }
  let refused = books
  const answers = decisions.map(({ order, hash, code, isNew }) => {
    if (!isNew) return code
    const answer = code ?? 'LINKED_TRANSFER_FAILED'
    refused = record(refused, order, hash, answer)
    return answer
  })
  return { books: refused, answers }
}

function decide(books: Books, order: TransferOrder, at: Date): Books | PostingCode {
  const subjectId = subjectOf(order)
  const subject = subjectId && books.decided.get(subjectId)?.accepted
  const prepared = prepare(order, subject ?? undefined, at)
  if (!prepared.ok) return prepared.code
  const movement = prepared.value
  const resolution = subjectId && books.resolved.get(subjectId)
  if (resolution === 'POST_PENDING') return 'PENDING_ALREADY_POSTED'
  if (resolution === 'VOID_PENDING') return 'PENDING_ALREADY_VOIDED'
  if (resolution === 'EXPIRE_PENDING' || movement.isOverdue) return 'PENDING_EXPIRED'
  if (resolution === 'REVERSAL') return 'TRANSFER_ALREADY_REVERSED'
  const debit = books.accounts.get(movement.debitAccountId)
  if (debit === undefined) return 'DEBIT_ACCOUNT_NOT_FOUND'
  const credit = books.accounts.get(movement.creditAccountId)
  if (credit === undefined) return 'CREDIT_ACCOUNT_NOT_FOUND'
  const { currency } = movement
  if (debit.currency !== currency || credit.currency !== currency) return 'CURRENCY_MISMATCH'
  const releases = order.kind === 'VOID_PENDING' || order.kind === 'EXPIRE_PENDING'
  const statuses = [debit.status, credit.status]
  if (!releases && statuses.includes('CLOSED')) return 'ACCOUNT_CLOSED'
  if (!releases && statuses.includes('FROZEN')) return 'ACCOUNT_FROZEN'
  return move(books, movement, debit, credit, subjectId && { subjectId, kind: order.kind })
}

function move(
  books: Books,
  { debitAccountId, creditAccountId, movedMinor, heldMinor }: Movement,
  debit: AccountState,
  credit: AccountState,
  resolving: { subjectId: Id<'tfr'>; kind: TransferKind } | undefined,
): Books | PostingCode {
  const entries = movedMinor > 0n ? 1n : 0n
  const after = (account: AccountState, added: bigint, side: 'DEBIT' | 'CREDIT'): AccountState => ({
    ...account,
    balanceMinor: account.balanceMinor + added,
    heldMinor: account.heldMinor + (account.normalSide === side ? 0n : heldMinor),
    lastSequence: account.lastSequence + entries,
  })
  const debited = after(debit, -movedMinor, 'DEBIT')
  const credited = after(credit, movedMinor, 'CREDIT')
  const amounts = [-debited.balanceMinor, credited.balanceMinor, debited.heldMinor, credited.heldMinor]
  if (amounts.some((amount) => amount > BALANCE_MINOR_MAX)) return 'BALANCE_LIMIT_EXCEEDED'
  const isShort = (account: AccountState, takenFrom: 'DEBIT' | 'CREDIT') =>
    account.normalSide === takenFrom &&
    account.floorMinor !== null &&
    normalBalance(account) - account.heldMinor < account.floorMinor
  if (isShort(debited, 'CREDIT') || isShort(credited, 'DEBIT')) return 'INSUFFICIENT_FUNDS'
  return {
    ...books,
    accounts: new Map([...books.accounts, [debitAccountId, debited], [creditAccountId, credited]]),
    resolved: resolving ? new Map([...books.resolved, [resolving.subjectId, resolving.kind]]) : books.resolved,
  }
}

function record(books: Books, order: TransferOrder, hash: bigint, code: PostingCode | null): Books {
  const accepted = code === null ? acceptedAs(books, order) : null
  return { ...books, decided: new Map([...books.decided, [order.id, { hash, code, accepted }]]) }
}

function acceptedAs(books: Books, order: TransferOrder): AcceptedTransfer {
  if (order.kind === 'SINGLE') return { ...order, expiresAt: null }
  if (order.kind === 'PENDING') return order
  const subjectId = subjectOf(order)
  const subject = subjectId && books.decided.get(subjectId)?.accepted
  if (!subject) throw new Error(`${order.id} was accepted without what it refers to.`)
  const { debitAccountId, creditAccountId, amountMinor, currency } = subject
  const wanted = order.kind === 'POST_PENDING' ? order.amountMinor : undefined
  const [from, to] = order.kind === 'REVERSAL' ? [creditAccountId, debitAccountId] : [debitAccountId, creditAccountId]
  return {
    kind: order.kind,
    debitAccountId: from,
    creditAccountId: to,
    amountMinor: wanted ?? amountMinor,
    currency,
    expiresAt: null,
  }
}
