// The command against running payments. The door in front of them stands for the gateway: it takes a bearer token.

import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer, type ServerResponse } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Writable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { gzipSync } from 'node:zlib'
import { type Clock, fixedClock, systemClock } from '@carriergraph/shared/clock.ts'
import { newId } from '@carriergraph/shared/ids.ts'
import { parse } from 'csv-parse/sync'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { expectSoundPayments } from '../testing/lifecycle.ts'
import type { Purse } from '../testing/payments-database.ts'
import { operator, type PaymentsGraph, runPayments } from '../testing/payments-graph.ts'
import { decides } from '../testing/risk-server.ts'
import { CSV_HEADER } from './payment-lines.ts'
import { paymentsImport } from './payments-import.ts'

let graph: PaymentsGraph
let url: string
let directory: string
const resources = new AsyncDisposableStack()

type Door = (pass: () => Promise<unknown>, response: ServerResponse) => Promise<unknown>
/** What the door does with a call: it passes it on, unless a test says otherwise. */
let door: Door
const passes: Door = (pass) => pass()
let calls: number

beforeAll(async () => {
  graph = resources.use(await runPayments())
  directory = await mkdtemp(join(tmpdir(), 'payments-import-'))
  resources.defer(() => rm(directory, { recursive: true }))
  const server = createServer(async (request, response) => {
    const { query, variables } = JSON.parse(await text(request))
    calls += 1
    const caller = request.headers.authorization === 'Bearer good' ? operator : null
    const answer = await door(() => graph.ask(caller, query, variables), response)
    if (!response.writableEnded && !response.destroyed)
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer))
  })
  resources.defer(() => new Promise((done) => server.close(() => done())))
  resources.defer(async () => server.closeAllConnections())
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('No port.')
  url = `http://127.0.0.1:${address.port}/graphql`
})
afterAll(() => resources.disposeAsync())
beforeEach(() => {
  door = passes
  calls = 0
  graph.risk.behave(decides('APPROVE'))
})

function pipe() {
  let told = ''
  const output = new Writable({
    write(chunk, _, done) {
      told += String(chunk)
      done()
    },
  })
  return { output, told: () => told }
}

/** Runs the command on a file of that name and content. */
async function run(
  name: string,
  content: string | Uint8Array,
  options: string[] = [],
  { token = 'good', clock = systemClock }: { token?: string | null; clock?: Clock } = {},
) {
  const file = join(directory, name)
  await writeFile(file, content)
  const [stdout, stderr] = [pipe(), pipe()]
  const exitCode = await paymentsImport([file, '--url', url, ...options], {
    env: token === null ? {} : { CARRIERGRAPH_TOKEN: token },
    stdout: stdout.output,
    stderr: stderr.output,
    clock,
  })
  return { exitCode, stdout: stdout.told(), stderr: stderr.told() }
}

/** Keys are the caller's, and all tests call as the same. */
const keyOf = ({ userId }: Purse, key: string) => `${userId} ${key}`

const row = (purse: Purse, key: string, amount: string, capture = '') =>
  `${keyOf(purse, key)},TOP_UP,${purse.walletId},${purse.billingAccountId},,${amount},EUR,${capture}`

const input = (purse: Purse, key: string, amount: string, change: Record<string, unknown> = {}) =>
  JSON.stringify({
    idempotencyKey: keyOf(purse, key),
    type: 'FEE',
    sourceAccountId: purse.walletId,
    amount: { amount, currency: 'EUR' },
    ...change,
  })

const balanceOf = async ({ walletId }: Purse) => {
  const { data } = await graph.ask(operator, `{ ledgerAccount(id: "${walletId}") { balance { amount } } }`)
  return data.ledgerAccount.balance.amount
}

const numbers = (stdout: string) =>
  Object.fromEntries(
    stdout
      .split('\n')
      .filter(Boolean)
      .map((line) => line.trim().split(/\s+/)),
  )

test('pays each line of a CSV file once, and the same file again pays nothing', async () => {
  const purse = await graph.purseWith(10_000n)
  const content = [CSV_HEADER, row(purse, 'a', '1.00'), '', row(purse, 'b', '2.50', 'MANUAL'), row(purse, 'c', '3.00')]
  const first = await run('payments.csv', content.join('\n'))
  expect(first.exitCode).toBe(0)
  expect(numbers(first.stdout)).toMatchObject({
    lines: '3',
    taken: '3',
    COMPLETED: '2',
    AUTHORISED: '1',
    rejected: '0',
  })
  expect(await balanceOf(purse)).toBe('96.00')
  expect(numbers((await run('payments.csv', content.join('\n'))).stdout)).toMatchObject({ taken: '3', rejected: '0' })
  expect(await balanceOf(purse)).toBe('96.00')
})

test('a line of NDJSON can withdraw to a bank or a card, and deposit from one', async () => {
  const purse = await graph.purseWith(10_000n)
  const bankAccount = { holder: 'Ada Lovelace', iban: 'FR1420041010050500013M02606' }
  const lines = [
    input(purse, 'out', '10.00', { type: 'WITHDRAWAL', bankAccount, remittance: 'Rent' }),
    input(purse, 'in', '5.00', {
      type: 'DEPOSIT',
      bankAccount,
      sourceAccountId: null,
      destinationAccountId: purse.walletId,
    }),
    input(purse, 'nowhere', '5.00', { type: 'WITHDRAWAL', cardId: newId('card') }),
  ]
  const { stdout, stderr } = await run('rails.ndjson', lines.join('\n'))
  expect(numbers(stdout)).toMatchObject({ lines: '3', taken: '2', PROCESSING: '2', rejected: '1' })
  expect(stderr).toContain('CARD_NOT_FOUND')
})

test('rejects the lines that are at fault with their number, code and reason, and pays the others', async () => {
  const purse = await graph.purseWith(10_000n)
  const rejects = join(directory, 'rejects.csv')
  const lines = [
    input(purse, 'a', '1.00'),
    '{"idempotencyKey": ',
    '[1]',
    input(purse, 'b', '1.00', { type: 'GIFT' }),
    input(purse, 'c', '1.00', { note: 'not a field' }),
    input(purse, 'd', '1.00', { amount: { amount: 1, currency: 'EUR' } }),
    input(purse, 'e', '999999.00'),
    input(purse, 'f', '1.005'),
    input(purse, 'a', '2.00'),
    input(purse, 'g', '1.00', { type: 'TRANSFER', destinationAccountId: newId('led') }),
    input(purse, 'i', '1'.repeat(65)),
    input(purse, 'j', '1.00', { amount: { amount: '1.00', currency: 'E'.repeat(65) } }),
    input(purse, 'k'.repeat(300), '1.00'),
    input(purse, 'h', '2.00'),
  ]
  const { exitCode, stdout, stderr } = await run('payments.ndjson', lines.join('\n'), ['--rejects', rejects])
  expect(exitCode).toBe(2)
  expect(numbers(stdout)).toMatchObject({ lines: '14', taken: '2', rejected: '12' })
  const told = parse(await readFile(rejects, 'utf8'), { columns: true }) as Record<string, string>[]
  expect(told.map(({ line, code, field }) => [Number(line), code, field])).toEqual([
    [2, 'JSON_INVALID', ''],
    [3, 'JSON_NOT_AN_OBJECT', ''],
    [4, 'FIELD_INVALID', 'type'],
    [5, 'FIELD_INVALID', 'note'],
    [6, 'FIELD_INVALID', 'amount.amount'],
    [7, 'INSUFFICIENT_FUNDS', 'amount'],
    [8, 'INVALID_MONEY', 'amount.amount'],
    [9, 'IDEMPOTENCY_KEY_REUSED', 'idempotencyKey'],
    [10, 'LEDGER_ACCOUNT_NOT_FOUND', 'destinationAccountId'],
    [11, 'FIELD_INVALID', 'amount.amount'],
    [12, 'FIELD_INVALID', 'amount.currency'],
    [13, 'FIELD_INVALID', 'idempotencyKey'],
  ])
  expect(stderr).toContain('line 5: FIELD_INVALID (note): ')
  expect(stderr).toContain('line 7: INSUFFICIENT_FUNDS (amount): ')
  expect(await balanceOf(purse)).toBe('97.00')
})

test.each(['csv', 'csv.gz'])(
  'of a .%s file, progress counts what is answered, not what was read ahead',
  async (ending) => {
    const purse = await graph.purseWith(10_000n)
    const rows = Array.from({ length: 40 }, (_, at) => row(purse, `${ending} ${at + 10}`, '1.00'))
    const content = [CSV_HEADER, ...rows, ''].join('\n')
    // Every look at this clock is as late as the next line of progress may be.
    const moving = fixedClock(new Date('2026-11-21T12:00:00.000Z'))
    const clock = () => {
      moving.advance(2_000)
      return moving()
    }
    const { stderr } = await run(
      `progress.${ending}`,
      ending === 'csv' ? content : gzipSync(content),
      ['--batch', '10'],
      { clock },
    )
    const told = stderr.split('\n').flatMap((line) => (line.includes(' %') ? [Number.parseInt(line, 10)] : []))
    const share = (lines: number) =>
      (100 * [CSV_HEADER, ...rows.slice(0, lines), ''].join('\n').length) / content.length
    expect(told).toHaveLength(4)
    for (const [at, percentage] of told.entries())
      expect(Math.abs(percentage - share(10 * (at + 1)))).toBeLessThanOrEqual(1)
  },
)

test('a payment that fails is a rejected line', async () => {
  graph.risk.behave(decides('DECLINE'))
  const purse = await graph.purseWith(10_000n)
  const { exitCode, stderr } = await run('declined.ndjson', input(purse, 'a', '1.00'))
  expect([exitCode, stderr]).toEqual([2, expect.stringContaining('line 1: DECLINED_BY_RISK: Risk declined')])
})

test('where no answer comes, the same call is made again, and pays nothing twice', async () => {
  const purse = await graph.purseWith(10_000n)
  door = async (pass, response) => {
    const answer = await pass()
    if (calls === 1) response.destroy()
    if (calls === 2)
      return { data: null, errors: [{ message: 'Later.', extensions: { code: 'SUBGRAPH_UNAVAILABLE' } }] }
    return answer
  }
  const { exitCode } = await run('lost.ndjson', [input(purse, 'a', '1.00'), input(purse, 'b', '2.00')].join('\n'))
  expect([exitCode, calls]).toEqual([0, 3])
  expect(await balanceOf(purse)).toBe('97.00')
})

test('what a call did not reach is sent again, alone', async () => {
  const purse = await graph.purseWith(10_000n)
  const sent: number[] = []
  door = async (pass) => {
    const answer = (await pass()) as { data: { createPayments: { results: { errors: unknown[] }[] } } }
    const { results } = answer.data.createPayments
    sent.push(results.length)
    const last = results.at(-1)
    if (calls === 1 && last) last.errors = [{ code: 'NOT_REACHED', message: 'Later.', field: null }]
    return answer
  }
  const lines = ['a', 'b', 'c'].map((key) => input(purse, key, '1.00'))
  expect((await run('reached.ndjson', lines.join('\n'))).exitCode).toBe(0)
  expect(sent).toEqual([3, 1])
  expect(await balanceOf(purse)).toBe('97.00')
})

test('an interrupted run goes on where it was when it is started again', async () => {
  const purse = await graph.purseWith(10_000n)
  const lines = Array.from({ length: 50 }, (_, index) => input(purse, `k${index}`, '1.00'))
  door = async (pass) => (calls === 3 ? { errors: [{ message: 'Gone.', extensions: { code: 'FORBIDDEN' } }] } : pass())
  const first = await run('many.ndjson', lines.join('\n'), ['--batch', '10'])
  expect(first.exitCode).toBe(1)
  expect(numbers(first.stdout)).toMatchObject({ lines: '20', taken: '20' })
  expect(first.stderr).toContain('run the same command again')
  door = passes
  const packed = await run('many.ndjson.gz', gzipSync(lines.join('\n')), ['--batch', '10'])
  expect(numbers(packed.stdout)).toMatchObject({ lines: '50', taken: '50', rejected: '0' })
  expect(await balanceOf(purse)).toBe('50.00')
  await expectSoundPayments(graph.database)
})

test.each<[string, string, string[], string | null, string]>([
  ['no token', 'a.ndjson', [], null, 'TOKEN_MISSING'],
  ['a token that is not taken', 'a.ndjson', [], 'bad', 'NOT_ALLOWED'],
  ['a file of another format', 'a.txt', [], 'good', 'FORMAT_UNKNOWN'],
  ['a CSV file without the header', 'a.csv', [], 'good', 'WRONG_HEADER'],
])('ends with exit code 1 for %s, and says so', async (_, name, options, token, code) => {
  const purse = await graph.purseWith(10_000n)
  const { exitCode, stderr } = await run(name, input(purse, 'a', '1.00'), options, { token })
  expect([exitCode, stderr]).toEqual([1, expect.stringContaining(`${code}: `)])
  expect(await balanceOf(purse)).toBe('100.00')
})
