import { setTimeout as wait } from 'node:timers/promises'
import { type Random, seededRandom } from '../../scripts/simulator/random.ts'
import { until } from '../support/until.ts'
import type { Accounts } from './accounts.ts'
import type { Teller } from './ask.ts'
import type { ClientJournal } from './journal.ts'
import type { Moments } from './moments.ts'
import type { Unit } from './order.ts'
import type { Payment } from './payment.ts'
import type { PaymentsProcess } from './service.ts'
import { type Gossip, Workload } from './workload.ts'

/** How often a call without an answer is sent; with what the service itself tries, it outlasts a restart. */
const TRIES_MAX = 5
/** As clients do who do not want to make things worse. */
const TRY_AGAIN_AFTER_MS = 100
/** So many of the calls without an answer are left at that: nobody ever learns what became of them, but the books. */
const GIVEN_UP = 0.3
/** Of the payments of one client. */
const PAID_MINOR_MAX = 300
const PAYMENTS_AGAIN = 0.3

const never = () => false

export type ClientOptions = {
  readonly name: string
  readonly seed: number
  readonly accounts: Accounts
  readonly journal: ClientJournal
  readonly teller: Teller
  readonly services: readonly PaymentsProcess[]
  readonly moments: Moments
  readonly gossip: Gossip
}

/** Asks, one call after the other, writes down what was asked and answered, and asks again where nothing was. */
export class Client {
  readonly #options: ClientOptions
  readonly #random: Random
  readonly #workload: Workload
  readonly #payments: Payment[] = []

  constructor(options: ClientOptions) {
    this.#options = options
    this.#random = seededRandom(options.seed)
    this.#workload = new Workload(options.name, this.#random, options.accounts, options.gossip)
  }

  /** Everybody's first money; throws where it does not come. */
  async deposit(): Promise<void> {
    if (!(await this.ask(this.#workload.deposits()))) throw new Error('The first deposits were not answered.')
  }

  async post(isOver: () => boolean): Promise<void> {
    while (!isOver()) await this.ask(this.#workload.next(), isOver)
  }

  async pay(isOver: () => boolean): Promise<void> {
    while (!isOver()) await this.payOnce(this.#nextPayment(), isOver)
  }

  /** @returns whether there was an answer in the end */
  async ask(units: readonly Unit[], isOver = never): Promise<boolean> {
    const { journal, teller, gossip } = this.#options
    return this.#untilAnswered(
      (again) => journal.ask(again === undefined ? { units } : { again }),
      async (url, ask) => {
        const answers = await teller.post(url, units)
        await journal.answered(ask, { answers })
        units.flat().forEach((order, index) => {
          if (answers[index]?.code === null) gossip.posted(order)
        })
      },
      isOver,
    )
  }

  /** @returns whether there was an answer in the end */
  payOnce(payment: Payment, isOver = never): Promise<boolean> {
    const { journal, teller } = this.#options
    return this.#untilAnswered(
      (again) => journal.ask(again === undefined ? { payment } : { again }),
      async (url, ask) => journal.answered(ask, { payment: await teller.pay(url, payment) }),
      isOver,
    )
  }

  async #untilAnswered(
    note: (again: number | undefined) => Promise<number>,
    send: (url: string, ask: number) => Promise<void>,
    isOver: () => boolean,
  ): Promise<boolean> {
    const { journal, moments, services } = this.#options
    let ask = await note(undefined)
    for (let tries = 1; ; tries += 1) {
      await until(async () => services.some(({ isUp }) => isUp))
      const { url } = this.#random.pick(services.filter(({ isUp }) => isUp))
      moments.note('asked')
      try {
        await send(url, ask)
        moments.note('answered')
        return true
      } catch (error) {
        await journal.unanswered(ask, error instanceof Error ? error.message : String(error))
      }
      await wait(TRY_AGAIN_AFTER_MS)
      if (isOver() || tries === TRIES_MAX || this.#random.fraction() < GIVEN_UP) return false
      ask = await note(ask)
    }
  }

  #nextPayment(): Payment {
    const { fraction, pick, integer } = this.#random
    if (this.#payments.length > 0 && fraction() < PAYMENTS_AGAIN) return pick(this.#payments)
    const { name, accounts } = this.#options
    const payment = {
      ...pick(accounts.payers),
      idempotencyKey: `${name} ${this.#payments.length}`,
      minor: String(integer(1, PAID_MINOR_MAX)),
    }
    this.#payments.push(payment)
    return payment
  }
}
