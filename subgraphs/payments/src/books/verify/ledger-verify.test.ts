import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { newId, toUuid } from '@carriergraph/shared/ids.ts'
import { collector } from '@carriergraph/shared/testing/collector.ts'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openWallet } from '../../flow/open-wallet.ts'
import { type FlowStage, setFlowStage } from '../../testing/flow-stage.ts'
import { givenPurse, type Purse } from '../../testing/payments-database.ts'
import { ledgerVerify } from './ledger-verify.ts'

const MAIN = fileURLToPath(new URL('main.ts', import.meta.url))

let stage: FlowStage
let purse: Purse
beforeEach(async () => {
  stage = await setFlowStage()
  purse = await stage.purseWith(1_250n)
  await stage.hold(purse, 50n)
  await givenPurse(stage.database, { tenant: 'rival', minor: 7n, currency: 'JPY', now: stage.now })
})
afterEach(() => stage[Symbol.asyncDispose]())

/** Runs the command; each look at the clock is three seconds later than the one before. */
async function command(argv: string[], url = stage.database.url) {
  const [stdout, stderr] = [collector(), collector()]
  let now_ms = stage.now.getTime()
  const code = await ledgerVerify(argv, {
    env: { DATABASE_URL_PAYMENTS: url },
    environmentFile: '/nowhere/environment.json',
    stdout: stdout.output,
    stderr: stderr.output,
    clock: () => {
      now_ms += 3_000
      return new Date(now_ms)
    },
  })
  return { code, stdout: stdout.text(), stderr: stderr.text() }
}

/** What somebody may do who owns the table. */
async function tamper(): Promise<void> {
  const wallet = toUuid(purse.walletId)
  await stage.database.sql.forTenant('demo')`
    update ledger_account set balance_minor = balance_minor + 1 where id = ${wallet}`
}

/** What somebody may do who owns the table and has disabled its triggers. */
async function tamperWith(statement: string): Promise<void> {
  await stage.database.sql.system.begin(async (tx) => {
    await tx.unsafe('alter table ledger_account disable trigger user')
    expect((await tx.unsafe(statement)).count).toBe(1)
    await tx.unsafe('alter table ledger_account enable trigger user')
  })
}

test('says of every tenant what its books hold and that they are sound, and how far it is', async () => {
  const { code, stdout, stderr } = await command([])
  expect([code, stdout]).toEqual([
    0,
    `demo: sound, 3 accounts, 2 transfers, 2 entries, 0 seals
  EUR  debit 12.50  credit 12.50
rival: sound, 3 accounts, 1 transfers, 2 entries, 0 seals
  JPY  debit 7  credit 7
`,
  ])
  expect(stderr).toContain('demo: 2 transfers\n')
})

test('names what is wrong, and goes on to the next tenant', async () => {
  await tamper()
  const { code, stdout, stderr } = await command([])
  expect(code).toBe(2)
  expect(stdout).toContain('demo: NOT SOUND, 3 accounts')
  expect(stdout).toContain('rival: sound')
  expect(stderr).toContain(`demo: BALANCE_NOT_SUM: ${purse.walletId}\n`)
  expect(stderr).toContain('demo: CURRENCY_UNBALANCED: EUR\n')
})

test('looks at one tenant where it is told to', async () => {
  await tamper()
  expect(await command(['--tenant', 'rival'])).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/^rival: sound/),
  })
})

test.each([
  ['the side of a wallet', (wallet: string) => `set normal_side = 'DEBIT', floor_minor = null where id = '${wallet}'`],
  ['whose an account of the operator is', () => `set owner_id = 'usr_thief' where purpose = 'FUNDING'`],
  ['what an account is for', (wallet: string) => `set purpose = 'SPARE' where id = '${wallet}'`],
])('names an account of which somebody changed %s', async (_, change) => {
  await tamperWith(`update ledger_account ${change(toUuid(purse.walletId))} and tenant_id = 'demo'`)
  const { code, stderr } = await command(['--tenant', 'demo'])
  expect([code, stderr]).toEqual([2, expect.stringMatching(/demo: ACCOUNT_CHANGED: led_/)])
})

test('names a wallet that is not whose it was opened for', async () => {
  const provenance = { now: stage.now, actor: 'usr_operator', correlationId: 'correlation-1' }
  const wallet = await openWallet(stage.books.db, { ownerId: newId('usr'), currency: 'EUR' }, provenance)
  expect((await command(['--tenant', 'demo'])).code).toBe(0)
  await tamperWith(`update ledger_account set owner_id = '${newId('usr')}' where id = '${toUuid(wallet.id)}'`)
  const { code, stderr } = await command(['--tenant', 'demo'])
  expect([code, stderr]).toEqual([2, expect.stringContaining(`demo: ACCOUNT_CHANGED: ${wallet.id}\n`)])
})

test('names the accounts of a tenant whose books are gone as a whole: the journal still tells of them', async () => {
  const provenance = { now: stage.now, actor: 'usr_operator', correlationId: 'correlation-1' }
  const db = stage.database.forTenant('gone')
  const { id } = await openWallet(db, { ownerId: newId('usr'), currency: 'JPY' }, provenance)
  await stage.database.sql.system.begin(async (tx) => {
    await tx`alter table ledger_account disable trigger user`
    await tx`delete from ledger_account where tenant_id = 'gone'`
    await tx`alter table ledger_account enable trigger user`
  })
  for (const argv of [[], ['--tenant', 'gone']]) {
    const { code, stdout, stderr } = await command(argv)
    expect([code, stderr]).toEqual([2, expect.stringContaining(`gone: ACCOUNT_REMOVED: ${id}\n`)])
    expect(stdout).toContain('gone: NOT SOUND, 0 accounts')
  }
})

test('does not say that books are sound which are not there', async () => {
  expect(await command(['--tenant', 'dmeo'])).toEqual({
    code: 1,
    stdout: '',
    stderr: 'The tenant dmeo has no books: it has neither accounts nor transfers.\n',
  })
})

test.each([
  [['--tenant', 'NOT A NAME'], 'not the name of a tenant'],
  [['nonsense'], 'nothing but options'],
  [['--nonsense'], '--nonsense'],
])('refuses %j', async (argv, sentence) => {
  expect(await command(argv)).toMatchObject({ code: 1, stdout: '', stderr: expect.stringContaining(sentence) })
})

test('fails with a sentence where there is no database', async () => {
  const { code, stderr } = await command([], 'postgres://nobody@127.0.0.1:1/none')
  expect([code, stderr]).toEqual([1, expect.stringMatching(/^DATABASE_UNAVAILABLE: .*ECONNREFUSED/)])
})

test('as a command, exits with what it found', async () => {
  await tamper()
  const env = { ...process.env, DATABASE_URL_PAYMENTS: stage.database.url }
  const child = spawn(process.execPath, [MAIN], { env, stdio: ['ignore', 'pipe', 'pipe'] })
  const [[code], stdout] = await Promise.all([once(child, 'exit'), text(child.stdout)])
  expect([code, stdout]).toEqual([2, expect.stringContaining('demo: NOT SOUND')])
  expect(await command(['--help'])).toMatchObject({ code: 0, stdout: expect.stringContaining('pnpm ledger:verify') })
})
