import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { Writable } from 'node:stream'
import { setTimeout as wait } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { Output } from '@carriergraph/shared/command/surroundings.ts'
import { type Database, openDatabase } from '@carriergraph/shared/db/pools.ts'
import { inTransaction } from '@carriergraph/shared/db/transaction.ts'
import { type Id, newId } from '@carriergraph/shared/ids.ts'
import { findLedgerAccount, openLedgerAccount, setAccountStatus } from '@carriergraph/shared/ledger/accounts.ts'
import { CROSSING_STEPS, crossAndDie } from '@carriergraph/shared/ledger/cross-and-die.ts'
import { nameOf } from '@carriergraph/shared/ledger/shard-set.ts'
import { inSlot, inSlotOf, shardOf } from '@carriergraph/shared/ledger/slot.ts'
import { createTestDatabase, type TestDatabase } from '@carriergraph/shared/testing/database.ts'
import { sql } from 'drizzle-orm'
import { afterEach, beforeEach, expect, inject, test } from 'vitest'
import { silent } from '../../testing/payments-database.ts'
import { ledgerVerify } from '../verify/ledger-verify.ts'
import { ledgerShards } from './ledger-shards.ts'

const MAIN = fileURLToPath(new URL('main.ts', import.meta.url))
/** A process that dies in `crossAndDie` decides at noon. */
const NOON = new Date('2026-11-21T12:00:00.000Z')
const LATER = new Date('2026-11-21T12:01:00.000Z')
const [FIRST, SECOND] = [7, 519]

let databases: TestDatabase[]
let opened: Database[]
let now: Date
let waits_ms: number[]
beforeEach(async () => {
  now = LATER
  waits_ms = []
  databases = [await createTestDatabase({ name: 'empty' }), await createTestDatabase({ name: 'empty' })]
  opened = databases.map(({ url }) => openDatabase({ url, applicationName: 'test', log: silent }))
})
afterEach(async () => {
  for (const database of opened) await database.close({ timeout_s: 1 })
  for (const database of databases) await database.drop()
})

const shard = (id: Id<'led'>) => (opened[shardOf(id, 2)] as Database).forTenant('demo')

function collector(): { output: Output; text(): string } {
  const chunks: string[] = []
  const output = new Writable({
    write(chunk, _, done) {
      chunks.push(String(chunk))
      done()
    },
  })
  return { output, text: () => chunks.join('') }
}

async function command(argv: string[], urls: readonly string[], stopped = new AbortController().signal) {
  const [stdout, stderr] = [collector(), collector()]
  const code = await ledgerShards(argv, {
    env: { LEDGER_SHARDS: urls.join('\n') },
    environmentFile: '/nowhere/environment.json',
    stdout: stdout.output,
    stderr: stderr.output,
    clock: () => now,
    stopped,
    wait: async (time_ms) => {
      waits_ms.push(time_ms)
      now = new Date(now.getTime() + time_ms)
    },
  })
  return { code, stdout: stdout.text(), stderr: stderr.text() }
}

const urls = () => databases.map(({ url }) => url)
const places = () =>
  `shard 0 of 2: slots 0 to 511, ${nameOf(urls()[0] ?? '')}\nshard 1 of 2: slots 512 to 1023, ${nameOf(urls()[1] ?? '')}\n`

async function open(slot: number): Promise<Id<'led'>> {
  const id = inSlot(newId('led'), slot)
  await openLedgerAccount(shard(id), {
    id,
    normalSide: 'CREDIT',
    currency: 'EUR',
    floorMinor: null,
    ownerId: null,
    purpose: 'FX',
    createdAt: NOON,
  })
  return id
}

/** A payer on the first shard and a payee on the second, between whom somebody dies. */
async function leftOpen(before: (typeof CROSSING_STEPS)[number]) {
  const [payer, payee] = [await open(FIRST), await open(SECOND)]
  const order = {
    kind: 'SINGLE',
    id: inSlotOf(newId('tfr'), payer),
    debitAccountId: payer,
    creditAccountId: payee,
    amountMinor: 40n,
    currency: 'EUR',
    reference: 'test',
  } as const
  expect(await crossAndDie({ databases: urls(), order, before })).toBe('SIGKILL')
  return { payer, payee }
}

async function balances(...ids: Id<'led'>[]) {
  const accounts = await Promise.all(ids.map((id) => findLedgerAccount(shard(id), id)))
  return accounts.map((account) => [account?.balanceMinor, account?.heldMinor])
}

/** What `pnpm ledger:verify` says of a shard. */
async function verify(url: string) {
  const [stdout, stderr] = [collector(), collector()]
  const code = await ledgerVerify([], {
    env: { DATABASE_URL_PAYMENTS: url },
    environmentFile: '/nowhere/environment.json',
    stdout: stdout.output,
    stderr: stderr.output,
    clock: () => LATER,
  })
  return { code, faults: stderr.text() }
}

const setStatus = (id: Id<'led'>, status: 'ACTIVE' | 'FROZEN') =>
  inTransaction(shard(id), (tx) => setAccountStatus(tx, id, status))

test('makes the tables of two empty databases, and says which shard each is', async () => {
  expect(await command([], urls())).toEqual({ code: 0, stdout: places(), stderr: '' })
})

test.each(CROSSING_STEPS.slice(1, 3))('ends what a process left that died before %s', async (before) => {
  await command([], urls())
  const { payer, payee } = await leftOpen(before)
  expect(await command([], urls())).toEqual({
    code: 0,
    stdout: `${places()}demo: 1 ended, 0 waiting for an account that is not active\n`,
    stderr: '',
  })
  expect(await balances(payer, payee)).toEqual([
    [-40n, 0n],
    [40n, 0n],
  ])
  for (const url of urls()) expect(await verify(url)).toEqual({ code: 0, faults: '' })
})

test('says what has to wait for an account that is frozen, and ends it when it is active', async () => {
  await command([], urls())
  const { payer } = await leftOpen('it arrives')
  await setStatus(payer, 'FROZEN')
  expect(await command([], urls())).toMatchObject({ code: 2, stdout: expect.stringContaining('demo: 0 ended, 1 wait') })
  await setStatus(payer, 'ACTIVE')
  expect(await command([], urls())).toMatchObject({ code: 0, stdout: expect.stringContaining('demo: 1 ended, 0 wait') })
})

test('what somebody may still be at is ended as well: it has five seconds to do so', async () => {
  await command([], urls())
  const { payer, payee } = await leftOpen('it arrives')
  now = new Date(NOON.getTime() + 1)
  expect(await command([], urls())).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/1 may still be under way: waiting 5 seconds\ndemo: 1 ended, 0 waiting .*\n$/),
  })
  expect(await balances(payer, payee)).toEqual([
    [-40n, 0n],
    [40n, 0n],
  ])
  await command([], urls())
  expect(waits_ms).toEqual([5_000])
})

test('it is not waited for what waits for an account, nor again for what others have begun meanwhile', async () => {
  await command([], urls())
  const { payer } = await leftOpen('it arrives')
  await setStatus(payer, 'FROZEN')
  now = new Date(NOON.getTime() + 1)
  expect(await command([], urls())).toMatchObject({ code: 2, stdout: expect.stringContaining('demo: 0 ended, 1 wait') })
  expect(waits_ms).toEqual([])
  await setStatus(payer, 'ACTIVE')
  // Five seconds later it is still young, as others would be.
  now = new Date(NOON.getTime() - 60_000)
  expect(await command([], urls())).toMatchObject({ code: 0 })
  expect(waits_ms).toEqual([5_000])
})

test('with --watch goes on until it is asked to stop', async () => {
  await command([], urls())
  const { payer } = await leftOpen('it departs')
  const stop = new AbortController()
  const watching = command(['--watch'], urls(), stop.signal)
  while ((await balances(payer))[0]?.[1] !== 0n) await wait(20)
  stop.abort()
  expect(await watching).toMatchObject({ code: 0, stdout: expect.stringContaining('demo: 1 ended') })
})

test('refuses databases in another order, and in another number, by what is on record', async () => {
  await command([], urls())
  const [first = '', second = ''] = urls()
  for (const [wrong, why] of [
    [[second, first], /^SHARDS_MISPLACED: .* is not shard [01] of 2: it is shard [01] of 2\./],
    [[second], /^SHARDS_MISPLACED: .* is not shard 0 of 1: it is shard 1 of 2\./],
    [[first], /^SHARDS_MISPLACED: .* is not shard 0 of 1: it is shard 0 of 2\./],
  ] as const)
    expect(await command([], wrong)).toEqual({ code: 1, stdout: '', stderr: expect.stringMatching(why) })
})

test('refuses books that were kept elsewhere before, by their accounts', async () => {
  await command([], [urls()[1] ?? ''])
  await open(SECOND)
  await opened[1]?.system.execute(sql`delete from ledger_shard`)
  expect(await command([], urls().toReversed())).toEqual({
    code: 1,
    stdout: '',
    stderr: expect.stringMatching(/^SHARDS_MISPLACED: .* is not shard 0 of 2: it has the account .* shard 1\./),
  })
})

test.each([
  ['nothing', () => '', 'SHARDS_UNKNOWN'],
  ['blanks', () => ' \n', 'SHARDS_INVALID'],
  ['what is no URL', () => 'postgres.example', 'SHARDS_INVALID'],
  ['a URL of something else', () => 'https://postgres.example/ledger', 'SHARDS_INVALID'],
  [
    'the same database twice',
    () => `${urls()[0]} ${urls()[0]?.replace(/\/\/.*@/, '//other:secret@')}`,
    'SHARDS_INVALID',
  ],
  ['a server that is not there', () => 'postgres://nobody@127.0.0.1:1/none', 'DATABASE_UNAVAILABLE'],
])('refuses %s, and never says a password', async (_, text, code) => {
  const { stderr, ...rest } = await command([], [text()])
  expect(rest).toEqual({ code: 1, stdout: '' })
  expect(stderr).toMatch(new RegExp(`^${code}: `))
  expect(stderr).not.toContain('secret')
})

/** The first shard's database, by another login. */
const as = (user: string, password: string) => {
  const url = new URL(urls()[0] ?? '')
  Object.assign(url, { username: user, password })
  return url.href
}

test('refuses a role that sees the rows of every tenant, before it makes a table', async () => {
  const { username, password } = new URL(inject('postgresUrl'))
  expect(await command([], [as(username, password)])).toEqual({
    code: 1,
    stdout: '',
    stderr: expect.stringMatching(/^DATABASE_ROLE_UNSAFE: The role .* sees the rows of every tenant: .*\n$/),
  })
  expect(await opened[0]?.system.execute(sql`select to_regclass('ledger_account') as made`)).toEqual([{ made: null }])
})

test('a wrong password is told as one, and not as an outage', async () => {
  const { username } = new URL(urls()[0] ?? '')
  const { stderr, ...rest } = await command([], [as(username, 'mistaken')])
  expect(rest).toEqual({ code: 1, stdout: '' })
  expect(stderr).toMatch(/^DATABASE_UNAVAILABLE: .* cannot be reached: password authentication failed for user /)
  expect(stderr).not.toContain('mistaken')
})

test('reads the command line', async () => {
  expect(await command(['--help'], [])).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('pnpm ledger:shards'),
  })
  expect(await command(['--nonsense'], [])).toMatchObject({ code: 1, stderr: expect.stringContaining('nonsense') })
  expect(await command(['shard'], [])).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('nothing but options'),
  })
})

test('is a program that ends on SIGTERM', async () => {
  const env = { ...process.env, LEDGER_SHARDS: urls().join(' ') }
  const child = spawn(process.execPath, [MAIN, '--watch'], { env, stdio: ['ignore', 'pipe', 'inherit'] })
  await once(child.stdout, 'data')
  child.kill('SIGTERM')
  expect(await once(child, 'exit')).toEqual([0, null])
})
