import type { Random } from '../../scripts/simulator/random.ts'
import { until } from '../support/until.ts'
import type { Bank } from './bank.ts'
import type { Moments } from './moments.ts'
import type { Victim } from './postgres.ts'
import type { PaymentsProcess } from './service.ts'

/** What dies by SIGKILL, by how often it is chosen; the two kinds go on beside each other. */
const TARGETS = {
  database: {
    'PostgreSQL, every process': 6,
    'PostgreSQL, the postmaster': 2,
    'PostgreSQL, a backend': 1,
    'PostgreSQL and both services': 2,
  },
  services: { 'one service': 4, 'both services': 1 },
} as const
export type Target = { [Kind in keyof typeof TARGETS]: keyof (typeof TARGETS)[Kind] }[keyof typeof TARGETS]

/** Calls between two kills: few enough that some come while others recover, enough that work is done in between. */
const CALLS_MAX = 20

/** Kills by chance and starts again what it has killed. Keeps count. */
export class Killer {
  readonly #bank: Bank
  readonly #moments: Moments
  readonly #random: Random
  readonly kills = new Map<Target, number>()

  constructor(bank: Bank, moments: Moments, random: Random) {
    this.#bank = bank
    this.#moments = moments
    this.#random = random
  }

  /** Kills again and again until it is told to stop. All that it has killed runs again then. */
  async run(over: Promise<unknown>): Promise<void> {
    let isOver = false
    const stop = over.then(() => {
      isOver = true
    })
    const { pick, integer } = this.#random
    const killAmong = async (weights: Partial<Record<Target, number>>) => {
      const bag = Object.entries(weights).flatMap(([target, weight]) => Array<string>(weight).fill(target)) as Target[]
      for (;;) {
        // Right after somebody was answered, or while somebody waits to be.
        const deed = pick(['answered', 'asked'] as const)
        await Promise.race([stop, this.#moments.after(deed, integer(1, CALLS_MAX))])
        if (isOver) return
        const target = pick(bag)
        this.kills.set(target, (this.kills.get(target) ?? 0) + 1)
        await this.kill(target)
      }
    }
    await Promise.all(Object.values(TARGETS).map(killAmong))
  }

  async kill(target: Target): Promise<void> {
    const { postgres, services, database } = this.#bank
    const killPostgres = async (victim: Victim) => {
      await postgres.killAndRestart(victim)
      await until(async () => database.ping().then(...SUCCEEDED))
    }
    const restart = async (victims: readonly PaymentsProcess[]) => {
      await Promise.all(victims.map((service) => service.start()))
    }
    switch (target) {
      case 'PostgreSQL, every process':
        return killPostgres('every process')
      case 'PostgreSQL, the postmaster':
        return killPostgres('postmaster')
      case 'PostgreSQL, a backend':
        return killPostgres('a backend')
      case 'one service': {
        const victim = this.#random.pick(services)
        await victim.kill()
        return restart([victim])
      }
      case 'both services':
        await Promise.all(services.map((service) => service.kill()))
        return restart(services)
      case 'PostgreSQL and both services':
        await Promise.all([killPostgres('every process'), ...services.map((service) => service.kill())])
        return restart(services)
    }
  }
}

const SUCCEEDED = [() => true, () => false] as const
