import { integer, numeric, pgTable, text, timestamp } from 'drizzle-orm/pg-core'
import { expect, test } from 'vitest'
import { idColumn } from '../id-column.ts'
import { namedId } from '../ids.ts'
import { momentColumn } from '../moment-column.ts'
import { encodeCursor } from './cursor.ts'
import { ordering } from './ordering.ts'
import { pageArgs } from './page.ts'

const sites = pgTable('site', {
  id: idColumn('ste').primaryKey(),
  name: text('name').notNull(),
  floors: integer('floors'),
  area: numeric('area').notNull(),
  builtAt: momentColumn('built_at').notNull(),
  seenAt: timestamp('seen_at', { withTimezone: true }).notNull(),
})

const byName = ordering({ name: 'sites by name', direction: 'asc', by: { name: sites.name, id: sites.id } })
const newest = ordering({ name: 'sites, newest', direction: 'desc', by: { builtAt: sites.builtAt, id: sites.id } })

const hill = { id: namedId('ste', 'hill'), name: 'Hügel 🏔', builtAt: new Date('2026-11-21T09:30:00.123Z') }
const after = encodeCursor(byName, hill)
const json = JSON.parse(Buffer.from(after, 'base64url').toString())

const cursorOf = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url')

test('a cursor leads back to the keys of its row, whatever else the row holds', () => {
  expect(pageArgs(byName, { after }).after).toEqual({ name: hill.name, id: hill.id })
  expect(pageArgs(newest, { after: encodeCursor(newest, hill) }).after).toEqual({ builtAt: hill.builtAt, id: hill.id })
})

test.each([
  ['of another order', encodeCursor(newest, hill)],
  ['of another version', cursorOf([2, ...json.slice(1)])],
  ['of another kind of row', cursorOf([1, 'sites by name', 'x', namedId('usr', 'x')])],
  ['with a key missing', cursorOf(json.slice(0, -1))],
  ['with a key too many', cursorOf([...json, 1])],
  ['with a number for a text', cursorOf([1, 'sites by name', 1, hill.id])],
  ['with a text that no column holds', cursorOf([1, 'sites by name', '\0', hill.id])],
  ['with a text that is too long', cursorOf([1, 'sites by name', 'x'.repeat(301), hill.id])],
  ['cut off', after.slice(0, -1)],
  ['with something behind it', `${after}=`],
  ['with a character that base64url skips', `${after.slice(0, 4)}!${after.slice(4)}`],
  ['with spaces in its JSON', Buffer.from(` ${JSON.stringify(json)}`).toString('base64url')],
  ['that is an object', cursorOf({ name: 'x' })],
  ['that is no JSON', Buffer.from('hello').toString('base64url')],
  ['of a megabyte', 'A'.repeat(1_000_000)],
  ['that is empty', ''],
])('refuses a cursor %s with INVALID_CURSOR', (_, cursor) => {
  expect(() => pageArgs(byName, { after: cursor })).toThrow(
    expect.objectContaining({ code: 'INVALID_CURSOR', extensions: { code: 'INVALID_CURSOR', field: ['after'] } }),
  )
})

test.each([0, -1, 101, 2 ** 31 - 1, 1.5, Number.NaN])('refuses a page of %d with PAGE_SIZE_OUT_OF_RANGE', (first) => {
  expect(() => pageArgs(byName, { first })).toThrow(
    expect.objectContaining({
      code: 'PAGE_SIZE_OUT_OF_RANGE',
      extensions: expect.objectContaining({ field: ['first'] }),
    }),
  )
})

test.each([
  [{}, {}, 20],
  [{ first: null, after: null }, {}, 20],
  [{}, { defaultSize: 5 }, 5],
  [{ first: 1 }, {}, 1],
  [{ first: 100 }, {}, 100],
  [{ first: 500 }, { maxSize: 500 }, 500],
])('%j within %j asks for %d', (args, limits, size) => {
  expect(pageArgs(byName, args, limits)).toEqual({ order: byName, first: size, after: undefined })
})

test.each([
  ['may be null', { floors: sites.floors, id: sites.id }],
  ['precision: 3', { seenAt: sites.seenAt, id: sites.id }],
  ['no cursor carries a numeric', { area: sites.area, id: sites.id }],
])('a list cannot be defined by a key that would lose rows: %s', (reason, by) => {
  expect(() => ordering({ name: 'x', direction: 'asc', by })).toThrow(reason)
})
