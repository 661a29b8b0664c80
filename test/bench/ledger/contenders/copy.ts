import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { newId, toUuid } from '@carriergraph/shared/ids.ts'
import postgres from 'postgres'
import { applyLoad } from '../load.ts'
import { openClassicBooks, twoOf } from './classic.ts'
import type { Contender, RunningContender } from './contender.ts'

/** Transfers of one commit. */
const CHUNK = 10_000
/** As wide as those that a busy ledger has. */
const BALANCE = 1_000_000

/** Three rows a transfer, by one backend: what writing alone takes, with nothing looked up and no balance kept. */
export const copyOfThreeRows: Contender = {
  title: 'COPY of three rows a transfer',
  async start(stage) {
    const books = await openClassicBooks(stage, 'copy_three', 1)
    const { sql, accounts } = books
    const chunk = () => {
      const [transfers, entries] = [[] as string[], [] as string[]]
      for (let n = 0; n < CHUNK; n += 1) {
        const [debit, credit] = twoOf(accounts, false)
        const id = toUuid(newId('tfr'))
        transfers.push(`${id}\t${debit}\t${credit}\t1\tEUR\tbench\t2026-11-21 12:00:00+00\n`)
        entries.push(`${debit}\t${id}\t-1\t${BALANCE - n}\n${credit}\t${id}\t1\t${BALANCE + n}\n`)
      }
      return [transfers.join(''), entries.join('')] as const
    }
    return copying(
      chunk,
      async () => books[Symbol.asyncDispose](),
      async ([transfers, entries]) => {
        await sql.begin(async (tx) => {
          await pipeline(Readable.from([transfers]), await tx`copy copied_transfer from stdin`.writable())
          await pipeline(Readable.from([entries]), await tx`copy copied_entry from stdin`.writable())
        })
      },
    )
  },
}

/** The engine's own row, with its indexes and checks. */
export const copyOfOneRow: Contender = {
  title: "COPY of the engine's one row",
  async start(stage) {
    const { url } = await stage.books('copy_one')
    const sql = postgres(url, { max: 1, connection: { 'app.tenant': 'bench' }, onnotice: () => undefined })
    await sql`create table copied (like ledger_transfer including all)`
    let sequence = 0
    const chunk = () => {
      const rows: string[] = []
      for (let n = 0; n < CHUNK; n += 1) {
        sequence += 1
        const [debit, credit] = [Math.ceil(Math.random() * 5_000), 5_000 + Math.ceil(Math.random() * 5_000)]
        const amounts = [sequence, sequence, BALANCE - n, BALANCE + n].join('\t')
        rows.push(
          `bench\t${toUuid(newId('tfr'))}\t${sequence}\tSINGLE\t${debit}\t${credit}\t1\tEUR\tbench\t${amounts}\t2026-11-21 12:00:00+00\n`,
        )
      }
      return rows.join('')
    }
    return copying(
      chunk,
      () => sql.end(),
      async (rows) => {
        const into =
          await sql`copy copied (tenant_id, id, request_hash, kind, debit_number, credit_number, amount_minor,
        currency, reference, debit_sequence, credit_sequence, debit_balance_minor, credit_balance_minor, decided_at)
        from stdin`.writable()
        await pipeline(Readable.from([rows]), into)
      },
    )
  },
}

/** The next chunk is made while one is on its way, so that the backend does not wait for it. */
function copying<Chunk>(
  make: () => Chunk,
  dispose: () => Promise<void>,
  copy: (chunk: Chunk) => Promise<void>,
): RunningContender {
  let ready: Chunk | undefined
  return {
    load: (until) =>
      applyLoad(1, until, async () => {
        const copied = copy(ready ?? make())
        ready = make()
        await copied
        return CHUNK
      }),
    [Symbol.asyncDispose]: dispose,
  }
}
