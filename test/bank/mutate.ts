import postgres from 'postgres'
import { until } from '../support/until.ts'
import type { Bank } from './bank.ts'
import { MUTATED, type Mutant, patched } from './mutants.ts'

/** The database of payments after its migrations, with nothing in it. */
const BLANK = 'blank'

/**
 * Puts an empty database with the mutant's changes in the place of payments': the services, which know nothing of it,
 * find themselves connected to it. The one before is gone, with all that was changed in it.
 */
export async function mutate({ postgres: server, database }: Bank, mutant: Mutant): Promise<void> {
  const admin = postgres(server.url(), { max: 1, onnotice: () => undefined })
  try {
    await admin.unsafe(`create database ${MUTATED} template ${BLANK} owner payments`)
    const changed = postgres(server.url(MUTATED), { max: 1, onnotice: () => undefined })
    try {
      const [row] = await changed<{ source: string }[]>`
        select pg_get_functiondef(oid) as source from pg_proc where proname = 'post_batch' order by pronargs desc limit 1`
      await changed.unsafe(patched(row?.source ?? '', mutant))
      for (const statement of mutant.statements ?? []) await changed.unsafe(statement)
    } finally {
      await changed.end()
    }
    await admin.unsafe('drop database payments with (force)')
    await admin.unsafe(`alter database ${MUTATED} rename to payments`)
  } finally {
    await admin.end()
  }
  await until(() =>
    database.ping().then(
      () => true,
      () => false,
    ),
  )
}

/** Keeps the database of payments as it is now, before anybody connects to it. */
export async function keepBlank(adminUrl: string): Promise<void> {
  const admin = postgres(adminUrl, { max: 1, onnotice: () => undefined })
  try {
    await admin.unsafe(`create database ${BLANK} template payments owner payments`)
  } finally {
    await admin.end()
  }
}
