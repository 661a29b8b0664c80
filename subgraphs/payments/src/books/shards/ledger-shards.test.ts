import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as wait } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { inTransaction } from '@carriergraph/shared/db/transaction.ts'
import type { Id } from '@carriergraph/shared/ids.ts'
import { findLedgerAccount, setAccountStatus } from '@carriergraph/shared/ledger/accounts.ts'
import { CROSSING_STEPS } from '@carriergraph/shared/ledger/cross-and-die.ts'
import { nameOf } from '@carriergraph/shared/ledger/shard-set.ts'
import { sql } from 'drizzle-orm'
import { afterEach, beforeEach, expect, inject, test } from 'vitest'
import { FIRST, NOON, SECOND, type ShardsStage, setShardsStage } from '../../testing/shards-stage.ts'

const MAIN = fileURLToPath(new URL('main.ts', import.meta.url))

let stage: ShardsStage
beforeEach(async () => {
  stage = await setShardsStage()
})
afterEach(() => stage[Symbol.asyncDispose]())

const places = () =>
  `shard 0 of 2: slots 0 to 511, ${nameOf(stage.urls[0] ?? '')}\nshard 1 of 2: slots 512 to 1023, ${nameOf(stage.urls[1] ?? '')}\n`

/** A payer on the first shard and a payee on the second, between whom somebody dies. */
async function leftOpen(before: (typeof CROSSING_STEPS)[number]) {
  const [payer, payee] = [await stage.open(FIRST), await stage.open(SECOND)]
  await stage.crossAndDie({ payer, payee }, before)
  return { payer, payee }
}

async function balances(...ids: Id<'led'>[]) {
  const accounts = await Promise.all(ids.map((id) => findLedgerAccount(stage.shard(id), id)))
  return accounts.map((account) => [account?.balanceMinor, account?.heldMinor])
}

const setStatus = (id: Id<'led'>, status: 'ACTIVE' | 'FROZEN') =>
  inTransaction(stage.shard(id), (tx) => setAccountStatus(tx, id, status))

test('makes the tables of two empty databases, and says which shard each is', async () => {
  expect(await stage.command([])).toEqual({ code: 0, stdout: places(), stderr: '' })
})

test.each(CROSSING_STEPS.slice(1, 3))('ends what a process left that died before %s', async (before) => {
  await stage.command([])
  const { payer, payee } = await leftOpen(before)
  expect(await stage.command([])).toEqual({
    code: 0,
    stdout: `${places()}demo: 1 ended, 0 waiting for an account that is not active\n`,
    stderr: '',
  })
  expect(await balances(payer, payee)).toEqual([
    [-40n, 0n],
    [40n, 0n],
  ])
  for (const url of stage.urls) expect(await stage.verify(url)).toMatchObject({ code: 0, stderr: '' })
})

test('says what has to wait for an account that is frozen, and ends it when it is active', async () => {
  await stage.command([])
  const { payer } = await leftOpen('it arrives')
  await setStatus(payer, 'FROZEN')
  expect(await stage.command([])).toMatchObject({ code: 2, stdout: expect.stringContaining('demo: 0 ended, 1 wait') })
  await setStatus(payer, 'ACTIVE')
  expect(await stage.command([])).toMatchObject({ code: 0, stdout: expect.stringContaining('demo: 1 ended, 0 wait') })
})

test('what somebody may still be at is ended as well: it has five seconds to do so', async () => {
  await stage.command([])
  const { payer, payee } = await leftOpen('it arrives')
  stage.clock.set(new Date(NOON.getTime() + 1))
  expect(await stage.command([])).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/1 may still be under way: waiting 5 seconds\ndemo: 1 ended, 0 waiting .*\n$/),
  })
  expect(await balances(payer, payee)).toEqual([
    [-40n, 0n],
    [40n, 0n],
  ])
  await stage.command([])
  expect(stage.waits_ms).toEqual([5_000])
})

test('it is not waited for what waits for an account, nor again for what others have begun meanwhile', async () => {
  await stage.command([])
  const { payer } = await leftOpen('it arrives')
  await setStatus(payer, 'FROZEN')
  stage.clock.set(new Date(NOON.getTime() + 1))
  expect(await stage.command([])).toMatchObject({ code: 2, stdout: expect.stringContaining('demo: 0 ended, 1 wait') })
  expect(stage.waits_ms).toEqual([])
  await setStatus(payer, 'ACTIVE')
  // Five seconds later it is still young, as others would be.
  stage.clock.set(new Date(NOON.getTime() - 60_000))
  expect(await stage.command([])).toMatchObject({ code: 0 })
  expect(stage.waits_ms).toEqual([5_000])
})

test('with --watch goes on until it is asked to stop', async () => {
  await stage.command([])
  const { payer } = await leftOpen('it departs')
  const stop = new AbortController()
  const watching = stage.command(['--watch'], stage.urls, stop.signal)
  while ((await balances(payer))[0]?.[1] !== 0n) await wait(20)
  stop.abort()
  expect(await watching).toMatchObject({ code: 0, stdout: expect.stringContaining('demo: 1 ended') })
})

test('refuses databases in another order, and in another number, by what is on record', async () => {
  await stage.command([])
  const [first = '', second = ''] = stage.urls
  for (const [wrong, why] of [
    [[second, first], /^SHARDS_MISPLACED: .* is not shard [01] of 2: it is shard [01] of 2\./],
    [[second], /^SHARDS_MISPLACED: .* is not shard 0 of 1: it is shard 1 of 2\./],
    [[first], /^SHARDS_MISPLACED: .* is not shard 0 of 1: it is shard 0 of 2\./],
  ] as const)
    expect(await stage.command([], wrong)).toEqual({ code: 1, stdout: '', stderr: expect.stringMatching(why) })
})

test('refuses books that were kept elsewhere before, by their accounts', async () => {
  await stage.command([], [stage.urls[1] ?? ''])
  await stage.open(SECOND)
  await stage.databases[1]?.system.execute(sql`delete from ledger_shard`)
  expect(await stage.command([], stage.urls.toReversed())).toEqual({
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
    () => `${stage.urls[0]} ${stage.urls[0]?.replace(/\/\/.*@/, '//other:secret@')}`,
    'SHARDS_INVALID',
  ],
  ['a server that is not there', () => 'postgres://nobody@127.0.0.1:1/none', 'DATABASE_UNAVAILABLE'],
])('refuses %s, and never says a password', async (_, text, code) => {
  const { stderr, ...rest } = await stage.command([], [text()])
  expect(rest).toEqual({ code: 1, stdout: '' })
  expect(stderr).toMatch(new RegExp(`^${code}: `))
  expect(stderr).not.toContain('secret')
})

/** The first shard's database, by another login. */
const as = (user: string, password: string) => {
  const url = new URL(stage.urls[0] ?? '')
  Object.assign(url, { username: user, password })
  return url.href
}

test('refuses a role that sees the rows of every tenant, before it makes a table', async () => {
  const { username, password } = new URL(inject('postgresUrl'))
  expect(await stage.command([], [as(username, password)])).toEqual({
    code: 1,
    stdout: '',
    stderr: expect.stringMatching(/^DATABASE_ROLE_UNSAFE: The role .* sees the rows of every tenant: .*\n$/),
  })
  expect(await stage.databases[0]?.system.execute(sql`select to_regclass('ledger_account') as made`)).toEqual([
    { made: null },
  ])
})

test('a wrong password is told as one, and not as an outage', async () => {
  const { username } = new URL(stage.urls[0] ?? '')
  const { stderr, ...rest } = await stage.command([], [as(username, 'mistaken')])
  expect(rest).toEqual({ code: 1, stdout: '' })
  expect(stderr).toMatch(/^DATABASE_UNAVAILABLE: .* cannot be reached: password authentication failed for user /)
  expect(stderr).not.toContain('mistaken')
})

test('reads the command line', async () => {
  expect(await stage.command(['--help'], [])).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('pnpm ledger:shards'),
  })
  expect(await stage.command(['--nonsense'], [])).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('nonsense'),
  })
  expect(await stage.command(['shard'], [])).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('nothing but options'),
  })
})

test('is a program that ends on SIGTERM', async () => {
  const env = { ...process.env, LEDGER_SHARDS: stage.urls.join(' ') }
  const child = spawn(process.execPath, [MAIN, '--watch'], { env, stdio: ['ignore', 'pipe', 'inherit'] })
  await once(child.stdout, 'data')
  child.kill('SIGTERM')
  expect(await once(child, 'exit')).toEqual([0, null])
})
