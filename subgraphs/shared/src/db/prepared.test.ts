import { eq, sql } from 'drizzle-orm'
import { pgTable, text } from 'drizzle-orm/pg-core'
import { expect, it } from 'vitest'
import { tenantColumn } from '../id-column.ts'
import { placeholderFor } from '../placeholder.ts'
import { tenantPolicy } from '../tenancy.ts'
import { preparedFor } from './prepared.ts'
import { databaseWith } from './tables-for-tests.ts'
import { inTransaction } from './transaction.ts'

const note = pgTable('note', { tenantId: tenantColumn(), name: text('name').notNull(), says: text('says') }, () => [
  tenantPolicy(),
])

let builds = 0
const notesNamed = preparedFor((db) => {
  builds += 1
  return db
    .select({ says: note.says, twice: sql<string>`${note.says} || ${note.says}` })
    .from(note)
    .where(eq(note.name, placeholderFor(note.name, 'name')))
    .orderBy(note.says)
    .prepare('notes by name')
})

it('is built once, and runs where the handle does: as its tenant, and inside its transaction', async () => {
  await using opened = await databaseWith('prepared', { note })
  const [north, south] = [opened.database.forTenant('north'), opened.database.forTenant('south')]
  await south.insert(note).values({ name: 'a', says: 'south' })
  await inTransaction(north, async (tx) => {
    await tx.insert(note).values({ name: 'a', says: 'mine' })
    expect(await notesNamed(tx).execute({ name: 'a' })).toEqual([{ says: 'mine', twice: 'minemine' }])
    // Nobody else sees what is not committed.
    expect(await notesNamed(north).execute({ name: 'a' })).toEqual([])
    await tx.transaction(async (inner) => {
      await inner.insert(note).values({ name: 'a', says: 'within' })
      expect(await notesNamed(inner).execute({ name: 'a' })).toHaveLength(2)
    })
  })
  expect(await notesNamed(north).execute({ name: 'a' })).toHaveLength(2)
  expect(await notesNamed(south).execute({ name: 'a' })).toEqual([{ says: 'south', twice: 'southsouth' }])
  expect(builds).toBe(1)
})
