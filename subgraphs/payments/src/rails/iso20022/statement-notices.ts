import type { Id } from '@carriergraph/shared/ids.ts'
import { type Money, money } from '@carriergraph/shared/money/money.ts'
import { accountKey, areTwoAccounts } from '../../reconciliation/counterparty-account.ts'
import type { Charge, StatementLine } from '../../statements/statement.ts'
import { type Instruction, instructionOf } from '../instruction.ts'
import type { Notice } from '../notice.ts'

/**
 * The instructions that a line of a bank statement refers to; none for lines that are of nothing that was instructed here.
 * Several are of a batch whose amounts the bank does not say, and all that it has.
 */
export function instructionsOfLine(line: StatementLine): readonly Id<'ins'>[] {
  const { batchedEndToEndIds, batchedTransactions } = line.references
  const batched = batchedEndToEndIds.flatMap((reference) => instructionOf(reference) ?? [])
  // One that says nothing of itself may be what makes up for one of ours that was not paid.
  if (batched.length > 1 && batched.length === batchedTransactions) return batched
  const one = instructionOfLine(line)
  return one === undefined ? [] : [one]
}

/**
 * By the reference that banks carry from end to end, or by the one that the debtor's bank was given, or by what the payer
 * quotes.
 */
function instructionOfLine({ references, remittance }: StatementLine): Id<'ins'> | undefined {
  const { endToEndId, instructionId, transactionId, creditorReferences } = references
  // Who pays of their own accord quotes what they were told to, among other words perhaps.
  const quoted = remittance
    .join('\n')
    .matchAll(QUOTED)
    .map(([, text = '']) => text.replaceAll(/\s/g, ''))
  for (const reference of [endToEndId, instructionId, transactionId, ...creditorReferences, ...quoted]) {
    const id = reference === undefined ? undefined : instructionOf(reference)
    if (id !== undefined) return id
  }
  return undefined
}

/**
 * An end-to-end id of ours within a text, which banks break into lines anywhere. Looked for from each place on: one that is cut
 * off may stand before it.
 */
const QUOTED = /\b(?=(i\s*n\s*s\s*-(?:\s*[0-9a-z]){26})\b)/gi

/**
 * What a booked line says about its instruction. Money that left in the instructed amount is settled, also where the bank
 * says that it took its charges with it. Money that came is a return where the bank says so: it gives a reason, or marks the
 * entry as a reversal. Everything else (another amount, another account, a pending entry, a credit that only has the same
 * reference) says nothing that can be acted on, and is for reconciliation.
 */
export function noticeOfLine(line: StatementLine, instruction: Instruction): Notice | undefined {
  const { amount, status, isReversal, returnReason } = line
  const { id: instructionId } = instruction
  if (status !== 'BOOK' || amount.currency !== instruction.amount.currency) return undefined
  if (areTwoAccounts(line.account, ownAccountOf(instruction))) return undefined
  const key = keyOf(line)
  if (instruction.direction === 'IN') return noticeOfAwaited(line, instruction, key)
  if (amount.minor < 0n) {
    if (isReversal || !hasLeft(line, instruction.amount.minor)) return undefined
    return settled(instructionId, key)
  }
  const isReturn = returnReason !== undefined || isReversal
  // Less may come back than went out: banks on the way take their charges. More is something else.
  if (!isReturn || amount.minor === 0n || amount.minor > instruction.amount.minor) return undefined
  return returnOf(line, instructionId, amount, key)
}

/**
 * What the booked line of a batch says about all that is in it: it is settled where what was instructed, on the account that
 * the line is of, adds up to it. Where it does not, something that the bank does not tell is otherwise, and reconciliation
 * has to find out what.
 */
export function noticesOfBatch(line: StatementLine, instructions: readonly Instruction[]): readonly Notice[] {
  const { account, amount, status, isReversal } = line
  if (status !== 'BOOK' || isReversal || new Set(instructions.map(({ id }) => id)).size < instructions.length) return []
  const direction = amount.minor < 0n ? 'OUT' : 'IN'
  const isOfLine = (one: Instruction) =>
    one.direction === direction &&
    one.amount.currency === amount.currency &&
    accountKey(ownAccountOf(one)) === accountKey(account)
  if (!instructions.every(isOfLine)) return []
  const total = instructions.reduce((sum, one) => sum + one.amount.minor, 0n)
  const isWhole = direction === 'OUT' ? hasLeft(line, total) : amount.minor === total
  return isWhole ? instructions.map(({ id }) => settled(id, keyOf(line))) : []
}

/** The operator's. */
const ownAccountOf = ({ direction, debtor, creditor }: Instruction): string =>
  (direction === 'OUT' ? debtor : creditor).account ?? ''

const keyOf = ({ statementId, entry, references }: StatementLine): string =>
  `camt:${JSON.stringify([statementId, entry, references.accountServicerReference ?? null])}`

const settled = (instructionId: Id<'ins'>, key: string): Notice => ({
  instructionId,
  key,
  kind: 'STATUS',
  status: 'ACSC',
  reason: undefined,
})

/**
 * Whether a debit is of that amount, alone or with charges inside: those that the bank says are included, or those as well
 * of which it says nothing. The line stays one, for what is charged is expected beside what was moved, and a return that
 * charges were kept back of is of what came.
 */
function hasLeft({ amount, charges }: StatementLine, minor: bigint): boolean {
  const without = (isInside: (charge: Charge) => boolean) =>
    charges
      .filter((charge) => charge.amount.currency === amount.currency && isInside(charge))
      .reduce((left, charge) => left - charge.amount.minor, amount.minor)
  const own = [
    amount.minor,
    without(({ isIncluded }) => isIncluded === true),
    without(({ isIncluded }) => isIncluded !== false),
  ]
  return own.includes(-minor)
}

/** Transactions of one batch share its entry and reference, so that the amount is part of the key. */
function returnOf(
  { returnReason, references, bookingDate }: StatementLine,
  instructionId: Id<'ins'>,
  amount: Money,
  key: string,
): Notice {
  return {
    instructionId,
    key: `${key} ${amount.minor}`,
    kind: 'RETURN',
    amount,
    reference: references.accountServicerReference,
    entryReference: references.entryServicerReference,
    bookedOn: bookingDate,
    reason: returnReason === undefined ? undefined : { code: returnReason, text: undefined },
  }
}

/**
 * What a line says about a transfer that was awaited: the whole amount that comes is settled, and what is taken back of it,
 * or all, is a return. Another amount is for reconciliation, as it was not what was agreed.
 */
function noticeOfAwaited(
  line: StatementLine,
  { id: instructionId, amount: awaited }: Instruction,
  key: string,
): Notice | undefined {
  const { amount, isReversal, returnReason } = line
  const isReturn = returnReason !== undefined || isReversal
  if (!isReturn && amount.minor === awaited.minor) return settled(instructionId, key)
  if (!isReturn || amount.minor >= 0n || -amount.minor > awaited.minor) return undefined
  return returnOf(line, instructionId, money(-amount.minor, amount.currency), key)
}
