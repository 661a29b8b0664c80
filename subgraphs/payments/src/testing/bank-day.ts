// What a bank sends about instructions, and what becomes of that in the books.

import { dayOf } from '@carriergraph/shared/day.ts'
import type { Id } from '@carriergraph/shared/ids.ts'
import { trialBalance } from '@carriergraph/shared/ledger/trial-balance.ts'
import { endToEndId } from '../rails/instruction.ts'
import { importStatement } from '../reconciliation/import/import-statement.ts'
import { postPending } from '../reconciliation/post-pending.ts'
import { runReconciliation } from '../reconciliation/run-reconciliation.ts'
import { createSettlementWorker, type SettlementWorkerOptions } from '../settlement/settlement-worker.ts'
import { readStatement } from '../statements/read-statement.ts'
import { camt, ntry, sourceOf } from '../statements/statements.fixture.ts'
import { silent } from './payments-database.ts'
import { OPERATOR_IBAN, type RailsStage } from './rails-stage.ts'

export type BankEntry = {
  readonly amount: string
  readonly sign: 'DBIT' | 'CRDT'
  readonly id: Id<'ins'>
  /** Among other words, as people write it; otherwise as banks carry it from end to end. */
  readonly isQuoted?: boolean
  /** The bank does not say what it is for. */
  readonly isUnnamed?: boolean
  readonly returnReason?: string
  /** It is booked so many times in one entry, under one reference of the bank's; each may have its own besides. */
  readonly batch?: { readonly reference: string; readonly count: number; readonly own?: readonly string[] }
}

/** An entry of a statement or a notification. */
function entryOf(entry: BankEntry): string {
  const { amount, sign, id, isQuoted = false, isUnnamed = false, returnReason, batch } = entry
  const reference = endToEndId(id)
  const refs = isQuoted || isUnnamed ? 'NOTPROVIDED' : reference
  const text = isQuoted ? `<RmtInf><Ustrd>Top up ${reference.toUpperCase()} thanks</Ustrd></RmtInf>` : ''
  const back = returnReason === undefined ? '' : `<RtrInf><Rsn><Cd>${returnReason}</Cd></Rsn></RtrInf>`
  const own = batch === undefined ? '' : `<Amt Ccy="EUR">${amount}</Amt>`
  const refer = (reference: string | undefined) =>
    reference === undefined ? '' : `<AcctSvcrRef>${reference}</AcctSvcrRef>`
  const detailsOf = (ofBank?: string) =>
    `<TxDtls><Refs>${refer(ofBank)}<EndToEndId>${refs}</EndToEndId></Refs>${own}${text}${back}</TxDtls>`
  if (batch === undefined) return ntry(amount, { sign, details: detailsOf() })
  const details = Array.from({ length: batch.count }, (_, at) => detailsOf(batch.own?.[at]))
  return ntry(amountOf(centsOf(entry)), { sign, more: refer(batch.reference), details: details.join('') })
}

const centsOf = ({ amount, batch }: BankEntry): bigint => BigInt(amount.replace('.', '')) * BigInt(batch?.count ?? 1)

const amountOf = (cents: bigint): string => `${cents / 100n}.${String(cents % 100n).padStart(2, '0')}`

const dated = (content: string, now: Date) =>
  content.replaceAll('2026-03-02', dayOf(now)).replaceAll('2026-03-03', dayOf(now))

/** camt.054: what has just been booked. */
export const notification = (stage: RailsStage, entries: readonly BankEntry[]): string =>
  dated(camt({ kind: '054', entries: entries.map(entryOf) }), stage.clock())

/** camt.053: the whole day, of an account that had 1,000.00. */
export function statement(stage: RailsStage, entries: readonly BankEntry[]): string {
  const cents = entries.reduce((sum, entry) => {
    const minor = centsOf(entry)
    return sum + (entry.sign === 'DBIT' ? -minor : minor)
  }, 100_000n)
  const content = camt({
    opening: '1000.00',
    closing: amountOf(cents),
    entries: entries.map(entryOf),
    statement: `S ${entries.length} ${cents}`,
  })
  return dated(content, stage.clock())
}

/** Closes and settles the cycles that are due. */
export const settleAll = (
  { database, ledgers, clock }: RailsStage,
  process: { rails: { config: { clearing: SettlementWorkerOptions['clearing'] } } },
) =>
  createSettlementWorker({ database, ledgers, clearing: process.rails.config.clearing, clock, log: silent }).runOnce()

/** Imports a statement, reconciles its day and posts what follows. @returns the items, as `STATUS STATE lines/expected` */
export async function reconcile(stage: RailsStage, content: string): Promise<string[]> {
  const { books, clock, database, ledgers } = stage
  const provenance = { actor: 'svc:test', correlationId: 'c', now: clock() }
  const read = await readStatement(sourceOf(content))
  if (!read.ok) throw new Error(`${read.code}: ${read.message}`)
  await importStatement(books.db, read.value, { provenance })
  const day = dayOf(clock())
  const ran = await runReconciliation(books.db, { account: OPERATOR_IBAN, day, timeZone: 'UTC' }, provenance)
  if (!ran.ok) throw new Error(ran.code)
  await postPending({ db: books.db, ledger: ledgers.of(books), now: clock, log: silent })
  const rows = await database.sql.system<{ told: string }[]>`
    select concat_ws(' ', status, state, cardinality(line_ids) || '/' || cardinality(expected_ids)) as told
    from reconciliation_item`
  return rows.map(({ told }) => told).sort()
}

/** The balances of the operator's accounts in cents, credits above zero; and what debits and credits differ by. */
export async function booksOf({ books }: RailsStage): Promise<Record<string, bigint>> {
  const lines = await trialBalance(books.db)
  const sums = lines.map(({ purpose, debitMinor, creditMinor }) => [purpose, creditMinor - debitMinor] as const)
  const difference = sums.reduce((sum, [, minor]) => sum + minor, 0n)
  return { ...Object.fromEntries(sums.filter(([, minor]) => minor !== 0n)), difference }
}
