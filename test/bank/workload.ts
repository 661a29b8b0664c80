import { type Id, newId } from '@carriergraph/shared/ids.ts'
import type { Random } from '../../scripts/simulator/random.ts'
import type { Accounts } from './accounts.ts'
import type { Order, Unit } from './order.ts'

/** Units of one call. Long enough that batches are cut, short enough that many are under way when something dies. */
const UNITS_MAX = 30
/** Of one call in twenty: as many that the service sends a batch behind the one that is being decided. */
const MANY_UNITS = 200
const MANY_SHARE = 0.05
const LINKS_MAX = 4
/** An account begins with about as much as a few of these, so that many are refused. */
const MINOR_MAX = 400
const FIRST_MINOR = 1_000
/** What is asked again, posted, voided or reversed is among the newest of all clients': others do the same just now. */
const REMEMBERED_MAX = 400
/** Of pending transfers that nobody resolves in time. */
const SHORT_MS = 1_500
const LONG_MS = 3_600_000

/** What clients know of each other: they ask again for one another's orders, and resolve one another's holds. */
export class Gossip {
  readonly units: Unit[] = []
  readonly pendings: Id<'tfr'>[] = []
  readonly moved: Id<'tfr'>[] = []

  asked(unit: Unit): void {
    remember(this.units, unit)
  }

  posted({ kind, id }: Order): void {
    if (kind === 'PENDING') remember(this.pendings, id)
    if (kind === 'SINGLE' || kind === 'POST_PENDING') remember(this.moved, id)
  }
}

function remember<T>(list: T[], item: T): void {
  list.push(item)
  if (list.length > REMEMBERED_MAX) list.shift()
}

/** What one client asks for, by chance. */
export class Workload {
  readonly #random: Random
  readonly #accounts: Accounts
  readonly #gossip: Gossip
  readonly #name: string
  #references = 0

  constructor(name: string, random: Random, accounts: Accounts, gossip: Gossip) {
    this.#name = name
    this.#random = random
    this.#accounts = accounts
    this.#gossip = gossip
  }

  /** The next call: new units, and some that were asked for before, as they were or altered. */
  next(): Unit[] {
    const { fraction, integer } = this.#random
    const length = fraction() < MANY_SHARE ? MANY_UNITS : integer(1, UNITS_MAX)
    const units = Array.from({ length }, () => this.#unit())
    for (const unit of units) this.#gossip.asked(unit)
    return units
  }

  /** What everybody has at first. */
  deposits(): Unit[] {
    const { hot, spread, payers, funding } = this.#accounts
    const wallets = [...hot, ...spread, ...payers.map(({ walletId }) => walletId)]
    return wallets.map((credit) => [{ ...this.#named('SINGLE'), debit: funding, credit, minor: String(FIRST_MINOR) }])
  }

  #unit(): Unit {
    const { fraction, integer, pick } = this.#random
    const chance = fraction()
    if (chance < 0.16 && this.#gossip.units.length > 0) {
      const before = pick(this.#gossip.units)
      return chance < 0.12 ? before : this.#altered(before)
    }
    if (chance < 0.28) return this.#chain(integer(2, LINKS_MAX))
    return [this.#order()]
  }

  /** Other requests under the same ids. */
  #altered(unit: Unit): Unit {
    return unit.map((order) => ({ ...order, reference: this.#reference() }))
  }

  /** No two of a chain may name one transfer, so that at most the last refers to another. */
  #chain(length: number): Unit {
    return Array.from({ length }, (_, index) => (index < length - 1 ? this.#between() : this.#order()))
  }

  #order(): Order {
    const { fraction, pick } = this.#random
    const chance = fraction()
    const { pendings, moved } = this.#gossip
    if (chance < 0.12 && pendings.length > 0)
      return { ...this.#named('POST_PENDING'), subject: pick(pendings), ...(fraction() < 0.5 && this.#amount()) }
    if (chance < 0.24 && pendings.length > 0) return { ...this.#named('VOID_PENDING'), subject: pick(pendings) }
    if (chance < 0.28 && moved.length > 0) return { ...this.#named('REVERSAL'), subject: pick(moved) }
    return this.#between()
  }

  #between(): Order {
    const { fraction } = this.#random
    const { funding } = this.#accounts
    const [one, other] = this.#twoWallets()
    const sides = { debit: one, credit: other, ...this.#amount() }
    const chance = fraction()
    if (chance < 0.45) {
      const lasts_ms = fraction() < 0.15 ? SHORT_MS : LONG_MS
      return { ...this.#named('PENDING'), ...sides, expiresAt: new Date(Date.now() + lasts_ms).toISOString() }
    }
    if (chance < 0.55) return { ...this.#named('SINGLE'), ...sides, debit: funding }
    if (chance < 0.65) return { ...this.#named('SINGLE'), ...sides, credit: funding }
    return { ...this.#named('SINGLE'), ...sides }
  }

  #twoWallets(): [Id<'led'>, Id<'led'>] {
    const { fraction, pick } = this.#random
    const { hot, spread } = this.#accounts
    const one = pick(fraction() < 0.5 ? hot : spread)
    const others = (fraction() < 0.3 ? hot : spread).filter((id) => id !== one)
    const other = pick(others)
    return fraction() < 0.8 ? [one, other] : [other, one]
  }

  #amount(): { readonly minor: string } {
    return { minor: String(this.#random.integer(1, MINOR_MAX)) }
  }

  #named<Kind extends Order['kind']>(kind: Kind) {
    return { kind, id: newId('tfr'), reference: this.#reference() }
  }

  #reference(): string {
    this.#references += 1
    return `${this.#name} ${this.#references}`
  }
}
