import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Accounts } from './accounts.ts'
import { Teller } from './ask.ts'
import type { Bank } from './bank.ts'
import { Client } from './client.ts'
import { ClientJournal } from './journal.ts'
import { Moments } from './moments.ts'
import { Gossip } from './workload.ts'

/** Clients at work in the books of one tenant. */
export type Crew = AsyncDisposable & {
  readonly moments: Moments
  /** For what is asked when the others are done. */
  readonly auditor: Client
  /** Lets all clients work until `over` resolves, and then bring to an end what they have begun. */
  workUntil(over: Promise<unknown>): Promise<void>
  /** The files that they have written so far. */
  journals(): Promise<string[]>
}

export type CrewOptions = {
  readonly accounts: Accounts
  readonly seed: number
  /** How many clients post transfers, and how many pay. */
  readonly posting: number
  readonly paying?: number
  readonly callDeadline_ms?: number
}

/** Makes the clients, and gives every account its first money. */
export async function openCrew(
  bank: Bank,
  { accounts, seed, posting, paying = 0, callDeadline_ms }: CrewOptions,
): Promise<Crew> {
  const files = new AsyncDisposableStack()
  const { tenant } = accounts
  const shared = {
    accounts,
    services: bank.services,
    teller: new Teller(bank, await bank.token(tenant), callDeadline_ms),
    moments: new Moments(),
    gossip: new Gossip(),
  }
  let made = 0
  const client = async (kind: string) => {
    made += 1
    const name = `${tenant} ${kind} ${made}`
    const journal = files.use(await ClientJournal.open(join(bank.journals, `${name}.jsonl`)))
    return new Client({ ...shared, name, journal, seed: seed * 1_000 + made })
  }
  const many = async (kind: string, count: number) => Promise.all(Array.from({ length: count }, () => client(kind)))
  const auditor = await client('auditor')
  const posters = await many('poster', posting)
  const payers = await many('payer', paying)
  await auditor.deposit()
  return {
    moments: shared.moments,
    auditor,
    async workUntil(over) {
      let isOver = false
      const watch = over.finally(() => {
        isOver = true
      })
      const working = [
        ...posters.map((each) => each.post(() => isOver)),
        ...payers.map((each) => each.pay(() => isOver)),
      ]
      await Promise.all([watch, ...working])
    },
    async journals() {
      const names = await readdir(bank.journals)
      return names.filter((name) => name.startsWith(`${tenant} `)).map((name) => join(bank.journals, name))
    },
    [Symbol.asyncDispose]: () => files.disposeAsync(),
  }
}
