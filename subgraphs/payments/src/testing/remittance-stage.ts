// A database with rates, a sandbox rail that is driven by hand, a risk that answers as it is told, and remittances between
// them, on a clock that a test moves.

import { type Clock, type FixedClock, fixedClock } from '@carriergraph/shared/clock.ts'
import { addDays, dayOf } from '@carriergraph/shared/day.ts'
import type { Database } from '@carriergraph/shared/db/pools.ts'
import { inTransaction } from '@carriergraph/shared/db/transaction.ts'
import { type Id, newId } from '@carriergraph/shared/ids.ts'
import { type Books, Ledgers } from '@carriergraph/shared/ledger/ledgers.ts'
import { trialBalance } from '@carriergraph/shared/ledger/trial-balance.ts'
import type { CurrencyCode } from '@carriergraph/shared/money/currencies.ts'
import { Decimal } from '@carriergraph/shared/money/decimal.ts'
import { money } from '@carriergraph/shared/money/money.ts'
import type { Outcome } from '@carriergraph/shared/outcome.ts'
import { findAccountFacts } from '../db/admission-facts.ts'
import type { FxQuote } from '../db/fx-quotes.ts'
import { findInstruction } from '../db/rail-instructions.ts'
import { createQuote, type FxPrices, type QuoteCode } from '../fx/create-quote.ts'
import { readRates } from '../fx/file/read-rates.ts'
import { importRates } from '../fx/import/import-rates.ts'
import { RailDriver, registerInstruction, takeNotices } from '../rails/drive.ts'
import type { News, Notice } from '../rails/notice.ts'
import { createSandboxRail } from '../rails/sandbox/sandbox-rail.ts'
import { type RailsConfig, railsConfig } from '../rails/settings.ts'
import { deliveryId } from '../remittance/instruction.ts'
import type { Outlet } from '../remittance/outlet.ts'
import { type PostLinked, postLinkedWith } from '../remittance/post-linked.ts'
import { applyRailChange } from '../remittance/rail-change.ts'
import { createRemittanceFlow, type RemittanceFlow } from '../remittance/remittance-flow.ts'
import { createRemittanceSweeper } from '../remittance/sweeper.ts'
import type { RemittanceRequest } from '../remittance/take-on.ts'
import type { RemittanceRiskAnswer } from '../risk/remittance-answer.ts'
import type { RemittanceQuestion } from '../risk/remittance-client.ts'
import { createSettlementWorker } from '../settlement/settlement-worker.ts'
import { carryOutPending } from '../unapplied/carry-out.ts'
import { givenPurse, openPaymentsDatabase, type Purse, silent } from './payments-database.ts'

export const START = new Date('2026-11-21T12:00:00.000Z')

const RATES = '1.1684,186.75,0.8801,0.3572'

export const PRICES: FxPrices = { spread_bps: 50, fee_bps: 20, fixedFeeEur: new Decimal(1) }

export const APPROVE = { kind: 'ASSESSED', decision: 'APPROVE', senderNotice: null, senderName: 'Ada Byron' } as const
export const TERMS = {
  limits: { each: money(2_500_000n, 'USD'), day: money(5_000_000n, 'USD'), thirtyDays: money(10_000_000n, 'USD') },
  decision_hours: 24,
}

export type FlowOptions = {
  readonly assess?: (question: RemittanceQuestion) => Promise<RemittanceRiskAnswer>
  readonly post?: PostLinked
  readonly outlet?: Outlet
}

type WantedQuote = { readonly source: CurrencyCode; readonly target: CurrencyCode; readonly debited: bigint }

export type RemittanceStage = AsyncDisposable & {
  readonly clock: FixedClock
  readonly database: Database
  /** The books of the tenant `demo`. */
  readonly books: Books
  readonly ledgers: Ledgers
  readonly outlet: Outlet
  /** Drives the sandbox; what it tells moves remittances in the same transaction. */
  readonly driver: RailDriver
  flow(options?: FlowOptions): RemittanceFlow
  /** A user whose wallet holds that much. */
  purseWith(minor: bigint, currency?: CurrencyCode): Promise<Purse>
  quoteFor(purse: Purse, wanted: WantedQuote): Promise<FxQuote>
  tryQuote(purse: Purse, wanted: WantedQuote, prices?: FxPrices): Promise<Outcome<FxQuote, QuoteCode>>
  balanceOf(walletId: Id<'led'>): Promise<bigint>
  /** What the operator's accounts hold, `PURPOSE CUR`, without those that are empty. */
  operatorBalances(): Promise<Record<string, bigint>>
  /** Gives to the rail what is to be sent, and moves the remittances on by all that it has told by now. */
  runRail(): Promise<void>
  /** What a bank tells of a remittance, whatever the rail would. */
  tell(id: Id<'rem'>, news: News): Promise<void>
  /** What has come back of a remittance in all, in minor units. */
  returnedOf(id: Id<'rem'>): Promise<bigint>
  /** Closes and settles what was cleared by the end of the day. @returns how many cycles that were */
  settleDay(): Promise<number>
  /** Has the ledger follow what is to be in suspense, and what was decided on it. */
  post(): Promise<number>
  /** Goes on with everything that was left between steps. */
  sweep(): Promise<void>
}

/** Remittances over a sandbox that is driven by hand, in the books of one tenant. */
export type RemittanceParts = Pick<RemittanceStage, 'ledgers' | 'outlet' | 'driver' | 'flow'> & {
  readonly config: RailsConfig
}

export function remittanceParts(books: Books, clock: Clock): RemittanceParts {
  const ledgers = new Ledgers(clock)
  const rail = createSandboxRail({ db: books.db, clock, seed: 'test', rates: {} })
  const config = railsConfig({ RAIL_OPERATOR_NAME: 'Carrier One', RAIL_OPERATOR_IBAN: 'DE89370400440532013000' })
  const driver = new RailDriver({
    db: books.db,
    rail,
    clock,
    onChange: async (tx, change) => void (await applyRailChange(tx, change, { config, now: clock() })),
  })
  const outlet: Outlet = {
    carrierOf: () => 'sandbox',
    config,
    check: async (_, __, instruction) => rail.check(instruction),
    instruct: (tx, _, instruction, name) => registerInstruction(tx, instruction, name, clock()),
    cancel: (_, { id }) => driver.cancel(id),
  }
  const flow = ({ assess = async () => APPROVE, post = postLinkedWith(ledgers), ...more }: FlowOptions = {}) =>
    createRemittanceFlow({ risk: { assess }, post, outlet, clock, log: silent, terms: TERMS, ...more })
  return { ledgers, config, driver, outlet, flow }
}

export async function setRemittanceStage(): Promise<RemittanceStage> {
  const clock = fixedClock(START)
  const opened = await openPaymentsDatabase()
  const { database } = opened
  const books: Books = { tenant: 'demo', db: database.forTenant('demo') }
  await importTestRates(books, START)
  const { ledgers, config, driver, outlet, flow } = remittanceParts(books, clock)

  const tryQuote: RemittanceStage['tryQuote'] = ({ userId }, { source, target, debited }, prices = PRICES) => {
    const wanted = { debited: money(debited, source) }
    const request = { requestedBy: userId, idempotencyKey: newId('evt'), ownerId: userId, source, target, wanted }
    return createQuote(books.db, request, prices, clock())
  }

  return {
    clock,
    database,
    books,
    ledgers,
    outlet,
    driver,
    flow,
    purseWith: (minor, currency = 'EUR') => givenPurse(database, { tenant: 'demo', minor, currency, now: clock() }),
    tryQuote,
    async quoteFor(purse, wanted) {
      const quote = await tryQuote(purse, wanted)
      if (!quote.ok) throw new Error(quote.code)
      return quote.value
    },
    balanceOf: async (walletId) => (await findAccountFacts(books.db, walletId))?.available.minor ?? 0n,
    async operatorBalances() {
      const lines = await trialBalance(books.db)
      return Object.fromEntries(
        lines
          .filter(({ purpose }) => purpose !== 'WALLET')
          .map(({ purpose, currency, debitMinor, creditMinor }) => [`${purpose} ${currency}`, creditMinor - debitMinor])
          .filter(([, minor]) => minor !== 0n),
      )
    },
    async runRail() {
      await driver.resume(new Date(clock().getTime() + 1), 1_000)
      await driver.collect()
    },
    tell: (id, news) =>
      inTransaction(books.db, async (tx) => {
        const notice: Notice = { instructionId: deliveryId(id), key: newId('evt'), ...news }
        for (const change of await takeNotices(tx, [notice], clock()))
          await applyRailChange(tx, change, { config, now: clock() })
      }),
    returnedOf: async (id) => (await findInstruction(books.db, deliveryId(id)))?.returned?.minor ?? 0n,
    async settleDay() {
      clock.advance(3 * 86_400_000)
      const { clearing } = config
      return createSettlementWorker({ database, ledgers, clearing, clock, log: silent }).runOnce()
    },
    post: () => carryOutPending({ db: books.db, ledger: ledgers.of(books), clock, log: silent }),
    async sweep() {
      clock.advance(30_001)
      await createRemittanceSweeper({ database, flow: flow(), clock, log: silent }).runOnce()
    },
    [Symbol.asyncDispose]: () => opened[Symbol.asyncDispose](),
  }
}

/** Rates of the day before `now`. */
export async function importTestRates({ db }: Pick<Books, 'db'>, now: Date): Promise<void> {
  const file = readRates(`Date,USD,JPY,GBP,KWD\n${addDays(dayOf(now), -1)},${RATES}\n`, dayOf(now))
  if (!file.ok) throw new Error('The file is faulty.')
  const toImport = { file, digest: 'none', takesCorrections: false, mayJump: [] }
  await importRates(db, toImport, { actor: 'svc:test', correlationId: 'correlation-1', now })
}

/** What the purse's owner sends by a quote. */
export const requestOf = (
  purse: Purse,
  quoteId: Id<'fxq'>,
  change: Partial<RemittanceRequest['order']> = {},
  idempotencyKey: string = newId('evt'),
): RemittanceRequest => ({
  key: { requestedBy: purse.userId, idempotencyKey },
  requester: { userId: purse.userId, actsForOthers: false },
  order: {
    quoteId,
    sourceAccountId: purse.walletId,
    beneficiary: {
      name: 'Ada Lovelace',
      country: 'US',
      account: '000123456789',
      bic: 'CHASUS33',
      clearingMember: null,
    },
    purpose: 'FAMILY_SUPPORT',
    fundsSource: 'SALARY',
    message: 'SANDBOX NONE',
    ...change,
  },
  correlationId: 'correlation-1',
})
