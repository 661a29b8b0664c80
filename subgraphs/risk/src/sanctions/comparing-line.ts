import { AsyncLocalStorage } from 'node:async_hooks'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { OverloadError } from '@carriergraph/shared/overload-error.ts'

/**
 * What names of one payer may cost that wait. A name of two words costs about ten, and `createPayments` asks for 32 payments at
 * once. Whoever asks for more is told at once: they would wait for longer than payments do.
 */
export const COST_OF_PAYER_MAX = 800
/** What names may cost that are compared at once, by which those behind them have to wait: some 50 ms with OFAC's list. */
export const COST_AT_ONCE_MAX = 60

export type ComparingLineOptions = {
  /** Of a name: under how many keys it is searched. */
  readonly costOf: (name: string) => number
  readonly compare: (names: readonly string[]) => Promise<void>
}

/** A name that waits; of one payer it does so once. */
type Waiting = {
  readonly name: string
  readonly cost: number
  readonly compared: PromiseWithResolvers<void>
  /** Runs something as work of whoever asked first: under their correlation id and their span. */
  readonly asTheirs: <T>(work: () => Promise<T>) => Promise<T>
  askers: number
}

type Own = Map<string, Waiting>

/**
 * Where names wait that are to be compared. Payers take turns, a name each, so that one who pays to a hundred new names holds up
 * themselves and others for a name; and nothing is compared that nobody waits for any more.
 */
export class ComparingLine {
  readonly #options: ComparingLineOptions
  /** Whose turn is next comes first. None of them is without names. */
  readonly #payers = new Map<string, Own>()
  #isWorking = false

  constructor(options: ComparingLineOptions) {
    this.#options = options
  }

  /**
   * Resolves when all of the names were compared.
   * @param signal whoever asks has waited for long enough
   * @throws OverloadError then, and where too much of the payer's waits already
   */
  async compared(payer: string, names: readonly string[], signal: AbortSignal): Promise<void> {
    const waiting = this.#enter(payer, names)
    const left = Promise.withResolvers<never>()
    const leave = () => left.reject(new OverloadError('The names were not compared in time.'))
    signal.addEventListener('abort', leave)
    if (signal.aborted) leave()
    try {
      await Promise.race([left.promise, Promise.all(waiting.map(({ compared }) => compared.promise))])
    } finally {
      signal.removeEventListener('abort', leave)
      this.#leave(payer, waiting)
    }
  }

  #enter(payer: string, names: readonly string[]): readonly Waiting[] {
    const own: Own = this.#payers.get(payer) ?? new Map()
    const waiting = names.map((name) => own.get(name) ?? this.#waitingFor(name))
    const all = new Set([...own.values(), ...waiting])
    // Of one payment all are taken, whatever they cost, where nothing else of the payer's waits.
    if (own.size > 0 && sum([...all].map(({ cost }) => cost)) > COST_OF_PAYER_MAX)
      throw new OverloadError('Too many new names of the same payer wait to be compared.')
    for (const one of waiting) {
      one.askers += 1
      own.set(one.name, one)
    }
    if (own.size > 0) this.#payers.set(payer, own)
    if (!this.#isWorking) void this.#work()
    return waiting
  }

  #waitingFor(name: string): Waiting {
    const cost = this.#options.costOf(name)
    return { name, cost, compared: Promise.withResolvers(), asTheirs: AsyncLocalStorage.snapshot(), askers: 0 }
  }

  #leave(payer: string, waiting: readonly Waiting[]): void {
    const own = this.#payers.get(payer)
    for (const one of waiting) {
      one.askers -= 1
      if (one.askers === 0 && own?.get(one.name) === one) own.delete(one.name)
    }
    if (own?.size === 0) this.#payers.delete(payer)
  }

  async #work(): Promise<void> {
    this.#isWorking = true
    // What is asked in the same turn is compared together.
    await nextTurn()
    for (let batch = this.#next(); batch.length > 0; batch = this.#next()) await this.#settle(batch)
    this.#isWorking = false
  }

  #next(): readonly Waiting[] {
    const batch: Waiting[] = []
    for (;;) {
      const [payer, own] = this.#payers.entries().next().value ?? []
      const [first] = own?.values() ?? []
      if (payer === undefined || own === undefined || first === undefined) return batch
      if (batch.length > 0 && sum(batch.map(({ cost }) => cost)) + first.cost > COST_AT_ONCE_MAX) return batch
      batch.push(first)
      own.delete(first.name)
      this.#payers.delete(payer)
      if (own.size > 0) this.#payers.set(payer, own)
    }
  }

  /** Where one of many fails they are compared one by one, so that it fails alone. */
  async #settle(batch: readonly Waiting[]): Promise<void> {
    try {
      await batch[0]?.asTheirs(() => this.#options.compare([...new Set(batch.map(({ name }) => name))]))
      for (const { compared } of batch) compared.resolve()
    } catch (error) {
      if (batch.length > 1) for (const one of batch) await this.#settle([one])
      else for (const { compared } of batch) compared.reject(error)
    }
  }
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0)
