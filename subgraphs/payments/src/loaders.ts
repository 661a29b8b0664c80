import type { Page } from '@carriergraph/shared/connection/page.ts'
import { pageLoader } from '@carriergraph/shared/connection/page-loader.ts'
import type { TenantDb } from '@carriergraph/shared/db/pools.ts'
import type { Id } from '@carriergraph/shared/ids.ts'
import { type AsOf, balancesAsOf, type Period, statementsOf } from '@carriergraph/shared/ledger/statement.ts'
import { loaderById, loaderByKey, loaderByParent } from '@carriergraph/shared/loader.ts'
import { cardsOfUsers, findCards, type newestCards, toCard } from './db/cards.ts'
import { findFxQuotes } from './db/fx-quotes.ts'
import { findLedgerAccounts, type newestWallets, toLedgerAccount, walletsOfUsers } from './db/ledger-accounts.ts'
import type { newestEntries } from './db/ledger-entries.ts'
import {
  type newestPaymentsOfUser,
  type newestRefunds,
  paymentsOfUsers,
  refundsOfPayments,
} from './db/payment-lists.ts'
import { findPayments, findTransitions, toPayment } from './db/payments.ts'
import { findInstructions } from './db/rail-instructions.ts'
import { type newestRemittancesOfUser, remittancesOfUsers } from './db/remittance-lists.ts'
import { findRemittances, findRemittanceTransitions, toRemittance } from './db/remittances.ts'
import { findCycles, findObligations, findPositions } from './db/settlement-cycles.ts'
import { findResolutions, findTransfers, type Transfer } from './db/transfers.ts'
import { findCases, findUnapplied } from './db/unapplied-money.ts'
import { attemptsOfDeliveries, findWebhookDeliveries, type newestWebhookAttempts } from './db/webhook-deliveries.ts'
import { findWebhookEndpoints } from './db/webhook-endpoints.ts'
import type { UnappliedMoney } from './domain/unapplied.ts'
import {
  type expectedInOrder,
  expectedOfItems,
  itemsOfRuns,
  type oldestItemsOfRun,
} from './reconciliation/db/item-lists.ts'
import { findItems } from './reconciliation/db/items.ts'
import { findPostings } from './reconciliation/db/postings.ts'
import { findRuns, findTotals } from './reconciliation/db/runs.ts'
import {
  type linesOfItemInOrder,
  linesOfItems,
  type linesOfStatementInOrder,
  linesOfStatements,
} from './reconciliation/db/statement-lines.ts'

export type Loaders = ReturnType<typeof createLoaders>

type Ids<P extends string> = readonly Id<P>[]
type PageOf<Order extends { readonly by: Page['order']['by'] }> = Page<Order['by']>

/** Every loader, for one request and the tenant of its actor. */
export const createLoaders = (db: TenantDb) => ({
  payment: loaderById(
    (ids: Ids<'pay'>) => findPayments(db, ids),
    ({ id }) => id,
  ),
  railInstruction: loaderById(
    async (ids: Ids<'ins'>) => [...(await findInstructions(db, ids)).values()],
    ({ instruction }) => instruction.id,
  ),
  card: loaderById(
    (ids: Ids<'card'>) => findCards(db, ids),
    ({ id }) => id,
  ),
  ledgerAccount: loaderById(
    (ids: Ids<'led'>) => findLedgerAccounts(db, ids),
    ({ id }) => id,
  ),
  historyOfPayment: loaderByParent(
    (ids: Ids<'pay'>) => findTransitions(db, ids),
    ({ paymentId }) => paymentId,
  ),
  walletsOfUser: pageLoader(async (ids: readonly string[], page: PageOf<typeof newestWallets>) =>
    mapPages(await walletsOfUsers(db, ids, page), toLedgerAccount),
  ),
  cardsOfUser: pageLoader(async (ids: Ids<'usr'>, page: PageOf<typeof newestCards>) =>
    mapPages(await cardsOfUsers(db, ids, page), toCard),
  ),
  paymentsOfUser: pageLoader(async (ids: Ids<'usr'>, page: PageOf<typeof newestPaymentsOfUser>) =>
    mapPages(await paymentsOfUsers(db, ids, page), toPayment),
  ),
  refundsOfPayment: pageLoader(async (ids: Ids<'pay'>, page: PageOf<typeof newestRefunds>) =>
    mapPages(await refundsOfPayments(db, ids, page), toPayment),
  ),
  /** The same field may be asked for with several periods, under aliases: each is a loader of its own. */
  entriesWithin: memoised(
    ({ from, until }: Period) =>
      pageLoader((ids: Ids<'led'>, { first, after }: PageOf<typeof newestEntries>) =>
        statementsOf(db, ids, { before: after?.sequence, from, until, limit: first + 1 }),
      ),
    ({ from, until }) => `${from?.getTime()} ${until?.getTime()}`,
  ),
  balanceAsOf: loaderByKey(
    (wanted: readonly AsOf[]) => balancesAsOf(db, wanted),
    ({ id, at }) => `${id} ${at.getTime()}`,
  ),
  transfer: loaderById(
    (ids: Ids<'tfr'>) => findTransfers(db, ids),
    ({ id }) => id,
  ),
  resolutionOfTransfer: loaderById<Id<'tfr'>, Transfer>(
    (ids: Ids<'tfr'>) => findResolutions(db, ids),
    ({ id, subjectId }) => subjectId ?? id,
  ),
  fxQuote: loaderById(
    (ids: Ids<'fxq'>) => findFxQuotes(db, ids),
    ({ id }) => id,
  ),
  remittance: loaderById(
    (ids: Ids<'rem'>) => findRemittances(db, ids),
    ({ id }) => id,
  ),
  historyOfRemittance: loaderByParent(
    (ids: Ids<'rem'>) => findRemittanceTransitions(db, ids),
    ({ remittanceId }) => remittanceId,
  ),
  unappliedCase: loaderById(
    (ids: Ids<'uam'>) => findCases(db, ids),
    ({ id }) => id,
  ),
  unappliedOf: loaderByParent(
    (references: readonly UnappliedMoney['reference'][]) => findUnapplied(db, references),
    ({ reference }) => reference,
  ),
  remittancesOfUser: pageLoader(async (ids: Ids<'usr'>, page: PageOf<typeof newestRemittancesOfUser>) =>
    mapPages(await remittancesOfUsers(db, ids, page), toRemittance),
  ),
  webhookEndpoint: loaderById(
    (ids: Ids<'whe'>) => findWebhookEndpoints(db, ids),
    ({ id }) => id,
  ),
  webhookDelivery: loaderById(
    (ids: Ids<'whd'>) => findWebhookDeliveries(db, ids),
    ({ id }) => id,
  ),
  attemptsOfDelivery: pageLoader((ids: Ids<'whd'>, page: PageOf<typeof newestWebhookAttempts>) =>
    attemptsOfDeliveries(db, ids, page),
  ),
  settlementCycle: loaderById(
    (ids: Ids<'cyc'>) => findCycles(db, ids),
    ({ id }) => id,
  ),
  obligationsOfCycle: loaderByParent(
    (ids: Ids<'cyc'>) => findObligations(db, ids),
    ({ cycleId }) => cycleId,
  ),
  /** Of cycles that are not open any more. */
  positionsOfCycle: loaderByParent(
    (ids: Ids<'cyc'>) => findPositions(db, ids),
    ({ cycleId }) => cycleId,
  ),
  reconciliationRun: loaderById(
    (ids: Ids<'rcr'>) => findRuns(db, ids),
    ({ id }) => id,
  ),
  reconciliationItem: loaderById(
    (ids: Ids<'rci'>) => findItems(db, ids),
    ({ id }) => id,
  ),
  totalsOfRun: loaderByParent(
    (ids: Ids<'rcr'>) => findTotals(db, ids),
    ({ runId }) => runId,
  ),
  postingsOfItem: loaderByParent(
    (ids: Ids<'rci'>) => findPostings(db, ids),
    ({ itemId }) => itemId,
  ),
  itemsOfRun: pageLoader((ids: Ids<'rcr'>, page: PageOf<typeof oldestItemsOfRun>) => itemsOfRuns(db, ids, page)),
  linesOfItem: pageLoader((ids: Ids<'rci'>, page: PageOf<typeof linesOfItemInOrder>) => linesOfItems(db, ids, page)),
  linesOfStatement: pageLoader((keys: readonly string[], page: PageOf<typeof linesOfStatementInOrder>) =>
    linesOfStatements(db, keys, page),
  ),
  expectedOfItem: pageLoader((ids: Ids<'rci'>, page: PageOf<typeof expectedInOrder>) => expectedOfItems(db, ids, page)),
})

function memoised<Key, Made>(make: (key: Key) => Made, nameOf: (key: Key) => string): (key: Key) => Made {
  const made = new Map<string, Made>()
  return (key) => {
    const known = made.get(nameOf(key))
    if (known !== undefined) return known
    const fresh = make(key)
    made.set(nameOf(key), fresh)
    return fresh
  }
}

const mapPages = <Parent, Row, Shown>(pages: ReadonlyMap<Parent, readonly Row[]>, toShown: (row: Row) => Shown) =>
  new Map([...pages].map(([parent, rows]) => [parent, rows.map(toShown)]))
