import { gathered } from '@carriergraph/shared/db/gathered.ts'
import { perTenant } from '@carriergraph/shared/db/per-database.ts'
import type { TenantDb } from '@carriergraph/shared/db/pools.ts'
import { inTransaction } from '@carriergraph/shared/db/transaction.ts'
import type { Id } from '@carriergraph/shared/ids.ts'
import { findUsers } from '../db/users.ts'
import { ComparingLine } from './comparing-line.ts'
import { comparisonsKept, type FoundComparisons } from './kept-comparisons.ts'
import { costOfName, type NameToScreen, type Screening, screeningOf } from './screen.ts'

export type NamesToScreen = {
  /** Of the payment or the remittance: what tells it from others. */
  readonly id: string
  /** In whose turn names are compared that are new. */
  readonly payerId: Id<'usr'>
  /** Whose names as registered are screened as well. */
  readonly userIds: readonly Id<'usr'>[]
  readonly namesOf: (displayNames: ReadonlyMap<Id<'usr'>, string>) => readonly NameToScreen[]
}

/**
 * Screens names of a payment or a remittance. It comes before the payer is locked: comparing a new name takes milliseconds, for
 * which others of the same payer would stand in line. Those whose names were compared before wait for nobody's that are new.
 * @param signal whoever asks has waited for long enough
 * @throws OverloadError then, and where too many new names of the payer wait
 */
export async function screenNames(db: TenantDb, asked: NamesToScreen, signal: AbortSignal): Promise<Screening> {
  const { find, line } = screeningsOf(db)
  for (;;) {
    const { names, version, matchesOf } = await find(asked)
    const missing = names.filter(({ name }) => matchesOf(name) === undefined)
    if (missing.length === 0)
      return screeningOf(names, { version, matches: names.map(({ name }) => matchesOf(name) ?? []) })
    // Then it is kept, unless another list has come into force.
    await line.compared(asked.payerId, [...new Set(missing.map(({ name }) => name))], signal)
  }
}

/** Far more than callers wait at a time. */
const ASKED_MAX = 200

type Found = FoundComparisons & { readonly names: readonly NameToScreen[] }

const screeningsOf = perTenant((db) => {
  const kept = comparisonsKept()
  const line = new ComparingLine({ costOf: costOfName, compare: (names) => kept.compare(db, names) })

  const together = (asked: readonly NamesToScreen[]) =>
    inTransaction(db, async (tx) => {
      const ids = [...new Set(asked.flatMap(({ userIds }) => userIds))]
      const displayNames = new Map((await findUsers(tx, ids)).map(({ id, displayName }) => [id, displayName]))
      const named = asked.map((one) => ({ id: one.id, names: one.namesOf(displayNames) }))
      const found = await kept.find(
        tx,
        named.flatMap(({ names }) => names.map(({ name }) => name)),
      )
      return new Map(named.map(({ id, names }) => [id, { names, ...found }]))
    })

  const find = gathered<NamesToScreen, Found>({
    max: ASKED_MAX,
    keyOf: ({ id }) => id,
    together,
    alone: async (asked) => (await together([asked])).get(asked.id) ?? lost(asked),
  })
  return { find, line }
})

function lost({ id }: NamesToScreen): never {
  throw new Error(`The screening of ${id} was there and is gone.`)
}
