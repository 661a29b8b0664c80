// What comes over a rail and comes back, told by hand, on a stage of rails.

import { inTransaction } from '@carriergraph/shared/db/transaction.ts'
import { newId, toUuid } from '@carriergraph/shared/ids.ts'
import { setAccountStatus } from '@carriergraph/shared/ledger/accounts.ts'
import { money } from '@carriergraph/shared/money/money.ts'
import { expect } from 'vitest'
import { findOperatorAccount, insertWallet } from '../db/ledger-accounts.ts'
import type { DisputeOutcome, Payment } from '../domain/payment.ts'
import { takeNotices } from '../rails/drive.ts'
import type { News } from '../rails/notice.ts'
import { booksOf } from './bank-day.ts'
import { byOperator } from './holds.ts'
import type { Purse } from './payments-database.ts'
import { orderOf, type Process, type RailsStage, takenOnBy } from './rails-stage.ts'

export const returned = (minor: bigint, reference?: string): News => ({
  kind: 'RETURN',
  amount: money(minor, 'EUR'),
  reason: { code: 'MD06', text: undefined },
  reference,
})

/** What tests of money that comes back ask of a stage again and again. */
export type Returns = ReturnType<typeof returnsOn>

export function returnsOn(stage: RailsStage) {
  let keys = 0

  async function tell({ rails }: Process, payment: Payment, key: string, news: News) {
    const { instruction } = await stage.instructionOf(payment)
    await inTransaction(stage.books.db, async (tx) => {
      for (const change of await takeNotices(tx, [{ instructionId: instruction.id, key, ...news }], stage.clock()))
        await rails.news.tell(tx, change, stage.books)
    })
  }

  /** A deposit by card that is in the wallet, or a withdrawal that has left it. */
  async function moved({ flow, turn }: Process, purse: Purse, type: 'DEPOSIT' | 'WITHDRAWAL', minor = 1_000n) {
    keys += 1
    const card = { method: 'CARD', cardId: await stage.card(purse.userId) } as const
    const counterparty = type === 'DEPOSIT' ? { counterparty: card } : {}
    const remittance = 'SANDBOX NONE'
    const order = orderOf(purse, `k${keys}`, minor, { type, remittance, ...counterparty })
    const { id } = takenOnBy(await flow.create(stage.books, order))
    await turn()
    stage.clock.advance(2_000)
    await turn()
    const payment = await stage.payment(id)
    expect(payment).toMatchObject({ status: 'COMPLETED' })
    return payment
  }

  const dispute = ({ flow }: Process, payment: Payment) => flow.dispute(stage.books, byOperator(payment), 'not theirs')
  const resolve = ({ flow }: Process, payment: Payment, outcome: DisputeOutcome = 'LOST') =>
    flow.resolveDispute(stage.books, byOperator(payment), outcome)

  /** Until everything that can end has ended. */
  async function quiet(process: Process) {
    for (let round = 0; round < 3; round += 1) {
      await process.turn()
      await stage.sweep(process)
    }
    await process.turn()
  }

  const refundsOf = async (purse: Purse) =>
    (await stage.paymentsOf(purse.userId)).filter(({ type }) => type === 'REFUND')

  /** What its payer has been given outside: what rails were told to pay back, and what was taken back by itself. */
  async function paidOutside(purse: Purse, payment: Payment): Promise<bigint> {
    let paid = (await stage.instructionOf(payment)).returned?.minor ?? 0n
    for (const refund of await refundsOf(purse)) {
      const instructed = await stage.instructionIfAny(refund)
      if (instructed?.state === 'SETTLED') paid += refund.amount.minor
    }
    return paid
  }

  const setStatus = ({ walletId }: Purse, status: 'ACTIVE' | 'FROZEN' | 'CLOSED') =>
    status === 'CLOSED'
      ? inTransaction(stage.books.db, (tx) => setAccountStatus(tx, walletId, status))
      : stage.database.sql.system`update ledger_account set status = ${status} where id = ${toUuid(walletId)}`

  /** Another wallet of the purse's owner. */
  const openWallet = ({ userId: ownerId }: Purse) =>
    inTransaction(stage.books.db, async (tx) => {
      const wallet = await insertWallet(tx, { id: newId('led'), ownerId, currency: 'EUR', createdAt: stage.clock() })
      if (wallet === undefined) throw new Error('There is one already.')
      return wallet.id
    })

  /** A deposit that its rail has, and not settled yet. */
  async function deposited({ flow, turn }: Process, purse: Purse) {
    keys += 1
    const order = orderOf(purse, `k${keys}`, 1_000n, { type: 'DEPOSIT', remittance: 'SANDBOX NONE' })
    const payment = takenOnBy(await flow.create(stage.books, order))
    await turn()
    return payment
  }

  const suspenseAccount = () => findOperatorAccount(stage.books.db, 'SUSPENSE', 'EUR')

  const suspense = async () => (await booksOf(stage)).SUSPENSE ?? 0n

  /** Dies once the ledger has answered a transfer of that kind. */
  const dyingAfter = (kind: string) =>
    stage.process({
      ledgers: {
        of: (books) => ({
          async post(order) {
            const posted = await stage.ledgers.of(books).post(order)
            if (order.kind === kind) throw new Error('died')
            return posted
          },
        }),
      },
    })

  /** Dies before the ledger is asked for a transfer of that kind. */
  const dyingBefore = (kind: string) =>
    stage.process({
      ledgers: {
        of: (books) => ({
          async post(order) {
            if (order.kind === kind) throw new Error('died')
            return stage.ledgers.of(books).post(order)
          },
        }),
      },
    })

  return {
    tell,
    moved,
    dispute,
    resolve,
    quiet,
    refundsOf,
    paidOutside,
    setStatus,
    openWallet,
    deposited,
    suspense,
    suspenseAccount,
    dyingAfter,
    dyingBefore,
  }
}
