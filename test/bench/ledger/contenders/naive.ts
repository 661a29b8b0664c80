import { randomUUID } from 'node:crypto'
import postgres from 'postgres'
import { applyLoad } from '../load.ts'
import { openClassicBooks, twoOf } from './classic.ts'
import type { Contender } from './contender.ts'

/** More only collide more often. */
const CONNECTIONS = 16
const SERIALIZATION_FAILURE = '40001'
const DEADLOCK = '40P01'

/**
 * A transaction for each transfer, begun anew if it collides: looks whether it is posted already, for the id is the key that
 * a client may send again; reads both balances; looks whether there is enough; writes.
 */
export const naive = (isHot: boolean): Contender => ({
  title: `naive SERIALIZABLE, ${isHot ? 'hot' : 'spread'}`,
  async start(stage) {
    const books = await openClassicBooks(stage, isHot ? 'naive_hot' : 'naive_spread', CONNECTIONS)
    const { sql, accounts } = books
    return {
      load: (until) =>
        applyLoad(CONNECTIONS, until, async () => {
          await transfer(sql, twoOf(accounts, isHot))
          return 1
        }),
      async verify() {
        const [row] = await sql<{ sum: string }[]>`
          select (sum(balance) - 1000000000::numeric * count(*))::text as sum from account`
        if (row?.sum !== '0') throw new Error('Balances do not sum to what they were.')
      },
      [Symbol.asyncDispose]: () => books[Symbol.asyncDispose](),
    }
  },
})

async function transfer(sql: postgres.Sql, [debit, credit]: [string, string]): Promise<void> {
  const id = randomUUID()
  for (;;)
    try {
      await sql.begin('isolation level serializable', async (tx) => {
        const [posted] = await tx`select id from transfer where id = ${id}`
        if (posted !== undefined) return
        const rows = await tx<{ id: string; balance: string }[]>`
          select id, balance from account where id in (${debit}, ${credit})`
        const balanceOf = (account: string) => BigInt(rows.find((row) => row.id === account)?.balance ?? 0)
        const [debited, credited] = [balanceOf(debit) - 1n, balanceOf(credit) + 1n]
        if (debited < 0n) throw new Error('There is not enough.')
        await tx`insert into transfer (id, debit_account, credit_account, amount, currency, reference)
          values (${id}, ${debit}, ${credit}, 1, 'EUR', 'bench')`
        await tx`insert into entry values (${debit}, ${id}, -1, ${String(debited)})`
        await tx`insert into entry values (${credit}, ${id}, 1, ${String(credited)})`
        await tx`update account set balance = ${String(debited)} where id = ${debit}`
        await tx`update account set balance = ${String(credited)} where id = ${credit}`
      })
      return
    } catch (error) {
      const code = error instanceof postgres.PostgresError ? error.code : undefined
      if (code !== SERIALIZATION_FAILURE && code !== DEADLOCK) throw error
    }
}
