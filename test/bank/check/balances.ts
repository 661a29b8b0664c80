import type { Id } from '@carriergraph/shared/ids.ts'
import type { AccountRow, Books, TransferRow } from './books.ts'
import type { Violations } from './violation.ts'

const MOVING = new Set(['SINGLE', 'POST_PENDING', 'REVERSAL'])

type Entry = { readonly sequence: bigint; readonly minor: bigint; readonly balance: bigint }

/** Computes every balance and hold anew from the transfers, and looks at each account after each of its entries. */
export function checkBalances({ accounts, rows }: Books, found: Violations): void {
  const entries = new Map<number, Entry[]>([...accounts.keys()].map((number) => [number, []]))
  for (const row of rows) for (const { number, ...entry } of entriesOf(row, found)) entries.get(number)?.push(entry)
  const held = heldBy(rows, accounts, found)
  for (const [number, account] of accounts) {
    checkEntries(account, entries.get(number) ?? [], found)
    const expected = held.get(number) ?? 0n
    if (account.held !== expected) found.add('HELD_WRONG', `${account.id} holds ${account.held} and not ${expected}`)
    if (isBelowFloor(account, account.balance, account.held))
      found.add('BELOW_FLOOR', `${account.id} has ${account.balance} and holds ${account.held}`)
  }
}

function entriesOf(row: TransferRow, found: Violations): (Entry & { readonly number: number })[] {
  const { debit, credit, debitSequence, creditSequence, debitBalance, creditBalance, minor } = row
  const moves = row.refusal === null && MOVING.has(row.kind)
  const sides = [debitSequence, creditSequence, debitBalance, creditBalance]
  if (!moves) {
    if (sides.some((side) => side !== null)) found.add('REFUSAL_MOVED', `${row.kind} ${row.id} has entries`)
    return []
  }
  if (debit === null || credit === null || debitSequence === null || creditSequence === null) return []
  return [
    { number: debit, sequence: debitSequence, minor: -minor, balance: debitBalance ?? 0n },
    { number: credit, sequence: creditSequence, minor, balance: creditBalance ?? 0n },
  ]
}

function checkEntries(account: AccountRow, entries: Entry[], found: Violations): void {
  entries.sort((one, other) => (one.sequence < other.sequence ? -1 : 1))
  let [balance, last] = [0n, 0n]
  for (const entry of entries) {
    balance += entry.minor
    last += 1n
    if (entry.sequence !== last || entry.balance !== balance)
      found.add('BALANCE_WRONG', `${account.id} at ${entry.sequence}: ${entry.balance} and not ${balance}`)
    if (isBelowFloor(account, balance, 0n)) found.add('BELOW_FLOOR', `${account.id} at ${entry.sequence}: ${balance}`)
  }
  if (account.balance !== balance || account.lastSequence !== last)
    found.add('BALANCE_WRONG', `${account.id}: ${account.balance} after ${account.lastSequence}, not ${balance}`)
}

const isBelowFloor = ({ floor, isCreditNormal }: AccountRow, balance: bigint, held: bigint): boolean =>
  floor !== null && (isCreditNormal ? balance : -balance) - held < floor

/** What the open pending transfers hold on each account. */
function heldBy(
  rows: readonly TransferRow[],
  accounts: ReadonlyMap<number, AccountRow>,
  found: Violations,
): ReadonlyMap<number, bigint> {
  const resolved = new Set<Id<'tfr'>>()
  for (const { refusal, subject, kind } of rows) {
    if (refusal !== null || subject === null) continue
    if (resolved.has(subject)) found.add('RESOLVED_TWICE', `${subject}, at last by ${kind}`)
    resolved.add(subject)
  }
  const held = new Map<number, bigint>()
  for (const { id, kind, refusal, debit, credit, minor } of rows) {
    if (kind !== 'PENDING' || refusal !== null || resolved.has(id)) continue
    for (const [number, holds] of [
      [debit, true],
      [credit, false],
    ] as const)
      if (number !== null && accounts.get(number)?.isCreditNormal === holds)
        held.set(number, (held.get(number) ?? 0n) + minor)
  }
  return held
}
