import { eventMoney } from '@carriergraph/shared/bus/event-fields.ts'
import { inTransactionInTurn } from '@carriergraph/shared/db/in-turn.ts'
import type { TenantDb, Tx } from '@carriergraph/shared/db/pools.ts'
import { inTransaction } from '@carriergraph/shared/db/transaction.ts'
import type { Id } from '@carriergraph/shared/ids.ts'
import { appendToJournal } from '@carriergraph/shared/journal/append.ts'
import type { Provenance } from '@carriergraph/shared/journal/provenance.ts'
import type { AccountStatus } from '@carriergraph/shared/ledger/account.ts'
import {
  type AccountFloorCode,
  type AccountStatusCode,
  setAccountFloor,
  setAccountStatus,
} from '@carriergraph/shared/ledger/accounts.ts'
import type { CurrencyCode } from '@carriergraph/shared/money/currencies.ts'
import type { Money } from '@carriergraph/shared/money/money.ts'
import { type Outcome, ok, type Refused, refuse } from '@carriergraph/shared/outcome.ts'
import {
  findLedgerAccounts,
  findOperatorAccount,
  type LedgerAccount,
  type OperatorPurpose,
} from '../db/ledger-accounts.ts'
import { nextVersion } from '../db/next-version.ts'
import { eventOf } from '../events.ts'
import { openMissingAccounts } from './operator-accounts.ts'

/** Opens an account of the operator's own. There is one for a purpose and a currency: opened again, it is answered with. */
export const openOperatorAccount = (
  db: TenantDb,
  purpose: OperatorPurpose,
  currency: CurrencyCode,
  provenance: Provenance,
): Promise<LedgerAccount> =>
  inTransaction(db, async (tx) => {
    const [opened] = await openMissingAccounts(tx, currency, provenance, [purpose])
    return opened ?? findOperatorAccount(tx, purpose, currency)
  })

/** A change, and why. */
export type AccountChange = { readonly accountId: Id<'led'>; readonly reason: string }

/** Whoever holds the account's row keeps all waiting who would change it: with one connection, for payments need the others. */
const turnOf = (id: Id<'led'>): string => `account ${id}`

const EVENTS = {
  ACTIVE: 'ledger_account.unfrozen',
  FROZEN: 'ledger_account.frozen',
  CLOSED: 'ledger_account.closed',
} as const satisfies Record<AccountStatus, string>

export type StatusChangeCode = AccountStatusCode | 'OPERATOR_ACCOUNT_NEEDED'

/**
 * Freezes, unfreezes or closes an account. Nothing is told where it had that status already. The operator's own are not
 * closed: what is on its way goes by them, and an empty one may be needed with the next payment.
 */
export const changeStatus = (
  db: TenantDb,
  { accountId, reason }: AccountChange,
  status: AccountStatus,
  provenance: Provenance,
): Promise<Outcome<LedgerAccount, StatusChangeCode>> =>
  inTransactionInTurn(db, turnOf(accountId), async (tx) => {
    const [before] = await findLedgerAccounts(tx, [accountId])
    // Whose an account is never changes, so it needs no lock.
    if (status === 'CLOSED' && before !== undefined && before.ownerId === null && before.status !== 'CLOSED')
      return refuse('OPERATOR_ACCOUNT_NEEDED', 'An account of the operator’s own is not closed.', ['accountId'])
    const set = await setAccountStatus(tx, accountId, status)
    if (!set.ok) return atField(set)
    const data = { accountId, reason, at: provenance.now.toISOString() }
    if (set.value.hasChanged) await told(tx, accountId, eventOf(EVENTS[status], data), provenance)
    return ok(await shown(tx, accountId))
  })

export type FloorChangeCode = AccountFloorCode | 'LIMIT_REQUIRED'

/** Says what an account must not fall below; null for no limit, which a wallet cannot have. */
export const changeFloor = (
  db: TenantDb,
  { accountId, reason }: AccountChange,
  floor: Money | null,
  provenance: Provenance,
): Promise<Outcome<LedgerAccount, FloorChangeCode>> =>
  inTransactionInTurn(db, turnOf(accountId), async (tx) => {
    const [before] = await findLedgerAccounts(tx, [accountId])
    // A purpose never changes, so it needs no lock.
    if (floor === null && before?.purpose === 'WALLET')
      return refuse('LIMIT_REQUIRED', 'A wallet cannot be without a limit.', ['limit'])
    const set = await setAccountFloor(tx, accountId, floor)
    if (!set.ok) return atField(set)
    const data = { accountId, reason, floor: floor && eventMoney(floor), at: provenance.now.toISOString() }
    if (set.value.hasChanged) await told(tx, accountId, eventOf('ledger_account.limit_changed', data), provenance)
    return ok(await shown(tx, accountId))
  })

/** Which field of the input is at fault with what the ledger refuses. */
const FIELDS = {
  LEDGER_ACCOUNT_NOT_FOUND: ['accountId'],
  ACCOUNT_CLOSED: ['accountId'],
  ACCOUNT_NOT_EMPTY: ['accountId'],
  CURRENCY_MISMATCH: ['limit', 'currency'],
  AMOUNT_TOO_LARGE: ['limit', 'amount'],
  LIMIT_BELOW_BALANCE: ['limit'],
} as const satisfies Record<AccountStatusCode | AccountFloorCode, readonly string[]>

const atField = <Code extends keyof typeof FIELDS>({ code, message }: Refused<Code>): Refused<Code> =>
  refuse(code, message, FIELDS[code])

async function shown(tx: Tx, id: Id<'led'>): Promise<LedgerAccount> {
  const [account] = await findLedgerAccounts(tx, [id])
  if (account === undefined) throw new Error(`The account ${id} is gone.`)
  return account
}

/** The caller holds the account's row locked: versions are given out one after the other. */
async function told(
  tx: Tx,
  id: Id<'led'>,
  event: ReturnType<typeof eventOf>,
  { now, ...by }: Provenance,
): Promise<void> {
  const aggregate = { type: 'ledger_account', id }
  await appendToJournal(tx, { aggregate, version: await nextVersion(tx, aggregate), ...event, ...by, occurredAt: now })
}
