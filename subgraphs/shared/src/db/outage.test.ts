import postgres from 'postgres'
import { expect, inject, test } from 'vitest'
import { outageIn } from './outage.ts'

const failureOf = async (change: (url: URL) => void, statement = 'select 1'): Promise<unknown> => {
  const url = new URL(inject('postgresUrl'))
  change(url)
  const sql = postgres(url.href, { max: 1, fetch_types: false })
  try {
    return await sql.unsafe(statement)
  } catch (error) {
    return error
  } finally {
    await sql.end({ timeout: 0 })
  }
}

test.each<[string, (url: URL) => void, RegExp]>([
  ['a port that nobody listens on', (url) => (url.port = '1'), /ECONNREFUSED/],
  ['a wrong password', (url) => (url.password = 'wrong'), /password authentication failed/],
  ['a database that is not there', (url) => (url.pathname = '/nowhere'), /database "nowhere" does not exist/],
])('%s is an outage', async (_, change, reason) => {
  expect(outageIn(await failureOf(change))).toMatch(reason)
})

test('a database that only reads, as a standby does until it is promoted, is an outage for whatever writes', async () => {
  const onlyReads = (url: URL) => url.searchParams.set('default_transaction_read_only', 'on')
  expect(outageIn(await failureOf(onlyReads, 'create table nowhere ()'))).toMatch(/read-only transaction/)
})

test('is found behind the error that wraps it', async () => {
  const cause = Object.assign(new Error(''), { code: 'CONNECTION_CLOSED' })
  expect(outageIn(new Error('Failed query: select 1', { cause }))).toBe('CONNECTION_CLOSED')
})

test('a statement that is wrong is none, nor is a bug', async () => {
  expect(outageIn(await failureOf(() => undefined, 'select nonsense'))).toBeUndefined()
  expect(outageIn(new TypeError('x is not a function'))).toBeUndefined()
  expect(outageIn('thrown')).toBeUndefined()
})
