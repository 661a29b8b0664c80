import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type FixedClock, fixedClock } from '@carriergraph/shared/clock.ts'
import { fromUuid, type Id, toUuid } from '@carriergraph/shared/ids.ts'
import { Ledgers } from '@carriergraph/shared/ledger/ledgers.ts'
import { Decimal } from '@carriergraph/shared/money/decimal.ts'
import { findWallet } from '../db/ledger-accounts.ts'
import { findRoute, type Route } from '../db/payment-routes.ts'
import { findPayment, findPayments } from '../db/payments.ts'
import type { TrackedInstruction } from '../db/rail-instructions.ts'
import { findInstruction } from '../db/rail-instructions.ts'
import type { RailDestination } from '../domain/destination.ts'
import type { Payment } from '../domain/payment.ts'
import { Finisher } from '../flow/finisher.ts'
import { instructionIdOf } from '../flow/instruction-of.ts'
import { onPaymentNews } from '../flow/over-rail.ts'
import { createPaymentFlow, type PaymentFlow, type PostingLedgers } from '../flow/payment-flow.ts'
import { createSweeper, UNFINISHED_AGE_MS } from '../flow/sweeper.ts'
import type { PaymentRequest, TakenOn } from '../flow/take-on.ts'
import { RailWorker } from '../rails/rail-worker.ts'
import { Rails } from '../rails/rails.ts'
import { type RailSettings, railsConfig } from '../rails/settings.ts'
import type { RiskClient } from '../risk/client.ts'
import type { Expiry } from '../vault/expiry.ts'
import { newKeyRingText } from '../vault/keys/key-ring.ts'
import { keyProviderFrom } from '../vault/keys/key-source.ts'
import { testCard } from '../vault/test-cards.fixture.ts'
import { createCardVault } from '../vault/vault.ts'
import { type FlowStage, NOON, requestOf, setFlowStage } from './flow-stage.ts'
import { type Purse, silent } from './payments-database.ts'
import { EXPLANATION } from './risk-server.ts'

export const OPERATOR_IBAN = 'DE89370400440532013000'
/** Of the payer, elsewhere. */
export const PAYER_ACCOUNT = {
  method: 'BANK',
  holder: 'Ada Lovelace',
  iban: 'FR1420041010050500013M02606',
  bic: 'PSSTFRPPPAR',
} as const

export type Process = {
  readonly flow: PaymentFlow
  readonly rails: Rails
  /** Sends, hears and looks after what is on rails, and drives on what that moved. */
  turn(): Promise<void>
}

export type ProcessOptions = {
  readonly ledgers?: PostingLedgers
  readonly settings?: RailSettings
  /** Approves everything unless something else is given. */
  readonly risk?: RiskClient
}

/** Payments over rails, on a real database, with a clock that tests move and folders for a bank. */
export type RailsStage = Omit<FlowStage, 'flow' | 'clock' | 'ledgers'> & {
  readonly clock: FixedClock
  readonly ledgers: Ledgers
  readonly folder: string
  /** Another process on the same database and folders. */
  process(options?: ProcessOptions): Process
  /** What was left between its steps, by a sweeper that comes later. */
  sweep(process: Process): Promise<void>
  payment(id: Id<'pay'>): Promise<Payment>
  routeOf(id: Id<'pay'>): Promise<Route>
  instructionOf(payment: Payment): Promise<TrackedInstruction>
  instructionIfAny(payment: Payment): Promise<TrackedInstruction | undefined>
  /** All payments of a user, their refunds among them. */
  paymentsOf(userId: Id<'usr'>): Promise<Payment[]>
  walletIdOf(userId: Id<'usr'>): Promise<Id<'led'>>
  /** In how many settlement items and expected movements a payment is. */
  tracesOf(id: Id<'pay'>): Promise<{ items: number; expected: number }>
  /** Balance and what is held, in cents. */
  wallet(purse: Purse): Promise<{ balance: bigint; held: bigint }>
  /** A card of that owner in the vault: good for years unless something else is said. */
  card(ownerId: Id<'usr'>, expiry?: Expiry): Promise<Id<'card'>>
  removeCard(id: Id<'card'>): Promise<void>
  /** What is in the outbox for the bank, and putting something into the inbox. */
  outbox(): Promise<string[]>
  receive(name: string, content: string): Promise<void>
}

const CARD_DIGITS = '4242424242424242'

const approving: RiskClient = {
  assess: async () => ({ kind: 'ASSESSED', decision: 'APPROVE', explanation: EXPLANATION }),
}

export async function setRailsStage(settings: RailSettings = {}): Promise<RailsStage> {
  const clock = fixedClock(NOON)
  const stage = await setFlowStage(clock)
  const folder = await mkdtemp(join(tmpdir(), 'rails-stage-'))
  const ledgers = new Ledgers(clock)
  const { books, database } = stage
  const base: RailSettings = {
    RAIL_OPERATOR_NAME: 'Carrier One',
    RAIL_OPERATOR_IBAN: OPERATOR_IBAN,
    RAIL_OPERATOR_BIC: 'COBADEFFXXX',
    RAIL_ISO20022_OUTBOX: join(folder, 'out'),
    RAIL_ISO20022_INBOX: join(folder, 'in'),
    ...settings,
  }
  const outbox = join(folder, 'out', 'demo')
  const vault = createCardVault({ keys: keyProviderFrom({ VAULT_KEY: newKeyRingText() }), log: silent })
  const provenance = () => ({ actor: 'svc:test', correlationId: 'c', now: clock() })
  return {
    ...stage,
    clock,
    ledgers,
    folder,
    process({ ledgers: posting = ledgers, settings: own = {}, risk = approving } = {}) {
      const rails = new Rails({ config: railsConfig({ ...base, ...own }), clock, log: silent })
      const flow = createPaymentFlow({ risk, ledgers: posting, clock, fallbackLimit: new Decimal(0), rails })
      const finisher = new Finisher({ flow, log: silent })
      rails.news.register('pay', onPaymentNews({ clock, ledgers: posting, soon: (its, id) => finisher.soon(its, id) }))
      const worker = new RailWorker({ database, rails, clock, log: silent })
      return {
        flow,
        rails,
        async turn() {
          await worker.runOnce()
          await finisher.idle()
        },
      }
    },
    async sweep({ flow }) {
      clock.advance(UNFINISHED_AGE_MS + 1)
      await createSweeper({ database, flow, clock, log: silent }).runOnce()
    },
    payment: (id) => findPayment(books.db, id),
    routeOf: (id) => findRoute(books.db, id),
    instructionIfAny: (payment) => findInstruction(books.db, instructionIdOf(payment)),
    async paymentsOf(userId) {
      const rows = await database.sql.system<{ id: string }[]>`
        select id from payment where payer_id = ${toUuid(userId)}`
      return findPayments(
        books.db,
        rows.map(({ id }) => fromUuid('pay', id)),
      )
    },
    walletIdOf: async (userId) => {
      const wallet = await findWallet(books.db, userId, 'EUR')
      if (wallet === undefined) throw new Error(`${userId} has no wallet.`)
      return wallet.id
    },
    async tracesOf(id) {
      const [row] = await database.sql.system<{ items: number; expected: number }[]>`
        select (select count(*)::int from settlement_item where reference = ${id}) as items,
          (select count(*)::int from expected_movement where source = ${id}) as expected`
      return row ?? { items: 0, expected: 0 }
    },
    async instructionOf(payment) {
      const tracked = await findInstruction(books.db, instructionIdOf(payment))
      if (tracked === undefined) throw new Error(`${payment.id} is not instructed.`)
      return tracked
    },
    async wallet({ walletId }) {
      const [row] = await database.sql.system<{ balance: bigint; held: bigint }[]>`
        select balance_minor as balance, held_minor as held from ledger_account where id = ${toUuid(walletId)}`
      if (row === undefined) throw new Error('There is no such wallet.')
      return { balance: row.balance, held: row.held }
    },
    async card(ownerId, expiry = { month: 12, year: 2030 }) {
      const added = await vault.add(books, { ownerId, number: testCard(CARD_DIGITS), expiry }, provenance())
      if (!added.ok) throw new Error(added.code)
      return added.value.id
    },
    async removeCard(id) {
      const removed = await vault.remove(books, id, 'everybody', provenance())
      if (!removed.ok) throw new Error(removed.code)
    },
    async outbox() {
      const names = (await readdir(outbox)).filter((name) => !name.startsWith('.')).sort()
      return Promise.all(names.map((name) => readFile(join(outbox, name), 'utf8')))
    },
    receive: (name, content) => writeFile(join(folder, 'in', 'demo', name), content),
    async [Symbol.asyncDispose]() {
      await rm(folder, { recursive: true })
      await stage[Symbol.asyncDispose]()
    },
  }
}

/** A request of the purse's owner to withdraw, or to deposit, that many cents. */
export function orderOf(
  purse: Purse,
  key: string,
  minor: bigint,
  destination: Partial<RailDestination> = {},
): PaymentRequest {
  const request = requestOf(purse, key, minor)
  const whole: RailDestination = {
    type: 'WITHDRAWAL',
    counterparty: PAYER_ACCOUNT,
    remittance: undefined,
    ...destination,
  }
  return { ...request, order: { ...request.order, destination: whole } }
}

/** The payment that was taken on. @throws Error where none was */
export function takenOnBy(taken: TakenOn): Payment {
  if (taken.ok) return taken.value
  throw new Error(`${taken.code}: ${taken.message}`)
}
