import { join } from 'node:path'
import type { Clock } from '@carriergraph/shared/clock.ts'
import type { TenantDb, Tx } from '@carriergraph/shared/db/pools.ts'
import { afterCommit } from '@carriergraph/shared/db/transaction.ts'
import type { Id } from '@carriergraph/shared/ids.ts'
import type { Books } from '@carriergraph/shared/ledger/ledgers.ts'
import type { Log } from '@carriergraph/shared/log.ts'
import type { Outcome } from '@carriergraph/shared/outcome.ts'
import type { TrackedInstruction } from '../db/rail-instructions.ts'
import type { RailMethod } from '../domain/method.ts'
import { RailDriver, registerInstruction } from './drive.ts'
import { FailedNotices } from './failed-notices.ts'
import type { Instruction } from './instruction.ts'
import { createIso20022Rail } from './iso20022/iso20022-rail.ts'
import { toLatin } from './iso20022/latin.ts'
import { openOutbox } from './iso20022/outbox.ts'
import { RailNews } from './news.ts'
import type { CancelCode, InstructionCode, Rail, RailName } from './rail.ts'
import { createSandboxRail } from './sandbox/sandbox-rail.ts'
import type { RailsConfig } from './settings.ts'

/** An instruction that was registered and committed, for whoever sends it. */
export type Registered = { readonly tenant: string; readonly rail: RailName; readonly id: Id<'ins'> }

/** A tenant's rail, and how what it gathers is sent; undefined where it sends each at once. */
export type OpenRail = { readonly rail: Rail; readonly sendFiles: (() => Promise<number>) | undefined }

export type RailsOptions = { readonly config: RailsConfig; readonly clock: Clock; readonly log: Log }

/**
 * The rails of this process. Whoever has money moved asks here which rail carries it, registers instructions in its own
 * transaction, and is told by `news` what comes of them; `rail-worker.ts` sends and hears.
 */
export class Rails {
  readonly config: RailsConfig
  readonly news = new RailNews()
  readonly #clock: Clock
  readonly #log: Log
  readonly #open = new Map<TenantDb, Map<RailName, Promise<OpenRail>>>()
  readonly #listeners = new Set<(registered: Registered) => void>()
  readonly #parkedListeners = new Set<(rail: RailName) => void>()

  constructor({ config, clock, log }: RailsOptions) {
    this.config = config
    this.#clock = clock
    this.#log = log
  }

  /** Those that can be driven here, whether or not anything new goes by them. */
  get drivable(): readonly RailName[] {
    const { sandbox, iso20022 } = this.config
    return [...(sandbox ? (['sandbox'] as const) : []), ...(iso20022 ? (['iso20022'] as const) : [])]
  }

  /** The rail that carries a method; undefined where none does. */
  carrierOf(method: RailMethod): RailName | undefined {
    return this.config.carriers[method]
  }

  /** Whether a rail carries such an instruction: to be asked before money is reserved for it. */
  async check(books: Books, name: RailName, instruction: Instruction): Promise<Outcome<void, InstructionCode>> {
    const { rail } = await this.open(books, name)
    return rail.check(instruction)
  }

  /**
   * Registers an instruction in the transaction that decides on it. It is sent right after the commit, by this process or,
   * where it dies before that, by another one.
   */
  async instruct(
    tx: Tx,
    tenant: string,
    instruction: Instruction,
    rail: RailName,
  ): Promise<Outcome<TrackedInstruction, 'INSTRUCTION_DIFFERS'>> {
    const registered = await registerInstruction(tx, instruction, rail, this.#clock())
    const { id } = instruction
    if (registered.ok)
      afterCommit(tx, () => {
        for (const listen of this.#listeners) listen({ tenant, rail, id })
      })
    return registered
  }

  /** Takes an instruction back where its rail lets it; the news of that is told before this resolves. */
  async cancel(
    books: Books,
    { rail, id }: Omit<Registered, 'tenant'>,
  ): Promise<Outcome<TrackedInstruction, CancelCode>> {
    return (await this.driver(books, rail)).cancel(id)
  }

  /** Calls it for each instruction that is registered in this process from now on, once it is committed. */
  onRegistered(listen: (registered: Registered) => void): void {
    this.#listeners.add(listen)
  }

  async driver(books: Books, name: RailName): Promise<RailDriver> {
    const { rail } = await this.open(books, name)
    const onChange = (tx: Tx, change: Parameters<RailNews['tell']>[1]) => this.news.tell(tx, change, books)
    const onParked = () => {
      for (const listen of this.#parkedListeners) listen(name)
    }
    const failed = new FailedNotices({ books, rail: name, log: this.#log, onParked })
    return new RailDriver({ db: books.db, rail, clock: this.#clock, onChange, failed })
  }

  /** Calls it for each notice that is parked in this process from now on. */
  onParked(listen: (rail: RailName) => void): void {
    this.#parkedListeners.add(listen)
  }

  open({ tenant, db }: Books, name: RailName): Promise<OpenRail> {
    const ofTenant = this.#open.get(db) ?? new Map<RailName, Promise<OpenRail>>()
    this.#open.set(db, ofTenant)
    const known = ofTenant.get(name)
    if (known !== undefined) return known
    const opened = this.#openRail({ tenant, db }, name).catch((error: unknown) => {
      // The folder may be there the next time.
      ofTenant.delete(name)
      throw error
    })
    ofTenant.set(name, opened)
    return opened
  }

  async #openRail({ tenant, db }: Books, name: RailName): Promise<OpenRail> {
    const { sandbox, iso20022, operator } = this.config
    const [clock, log] = [this.#clock, this.#log]
    if (name === 'sandbox' && sandbox !== undefined)
      return { rail: createSandboxRail({ db, clock, ...sandbox }), sendFiles: undefined }
    if (name !== 'iso20022' || iso20022 === undefined) throw new Error(`The rail ${name} is not configured here.`)
    const { message, currencies, outbox, inbox } = iso20022
    const sender = toLatin(operator.name, [])
    if (!sender.ok) throw new Error(`RAIL_OPERATOR_NAME: ${sender.message}`)
    const rail = createIso20022Rail({
      db,
      clock,
      log,
      message,
      currencies,
      operator,
      initiatingParty: sender.value,
      outbox: await openOutbox(join(outbox, tenant)),
      inbox: join(inbox, tenant),
    })
    return { rail, sendFiles: () => rail.sendFiles() }
  }
}
