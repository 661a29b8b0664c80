// A chain of seals that somebody writes anew, who may do everything in the database: the file outside of it tells.

import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { text } from 'node:stream/consumers'
import { LedgerSealer } from '@carriergraph/shared/ledger/seal.ts'
import postgres from 'postgres'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { type FlowStage, setFlowStage } from '../../testing/flow-stage.ts'
import { silent } from '../../testing/payments-database.ts'
import { ledgerVerify } from './ledger-verify.ts'
import { readWitness, writeWitness } from './witness.ts'

let stage: FlowStage
let folder: string
let file: string
beforeEach(async () => {
  stage = await setFlowStage()
  folder = await mkdtemp(join(tmpdir(), 'witness-'))
  file = join(folder, 'seals')
})
afterEach(async () => {
  await stage[Symbol.asyncDispose]()
  await rm(folder, { recursive: true })
})

async function verify(...argv: string[]) {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()]
  const read = Promise.all([text(stdout), text(stderr)])
  const code = await ledgerVerify(argv, {
    env: { DATABASE_URL_PAYMENTS: stage.database.url },
    environmentFile: '/nowhere/environment.json',
    stdout,
    stderr,
    clock: stage.clock,
  })
  stdout.end()
  stderr.end()
  const [said, faults] = await read
  return { code, stdout: said, stderr: faults }
}

/** Other databases of the server may run transactions: what came after those cannot be sealed yet. */
const seal = () =>
  vi.waitFor(
    async () => {
      while ((await new LedgerSealer({ ...stage, log: silent }).runOnce()) === 'again');
      const [row] = await stage.database.sql.system`
        select count(*)::int as open from ledger_transfer where xid > coalesce((select max(last_xid) from ledger_seal), 0)`
      expect(row).toEqual({ open: 0 })
    },
    { timeout: 20_000, interval: 50 },
  )

const witnessed = async () =>
  Object.fromEntries([...(await readWitness(file))].map(([name, { ordinal }]) => [name, ordinal]))

/** With the rights of who owns the tables, as the service does: changes what a transfer was for, and makes the chain anew. */
async function rewriteHistory(): Promise<void> {
  const owner = postgres(stage.database.url, { max: 1, onnotice: () => undefined, connection: { 'app.tenant': '*' } })
  await owner.unsafe(`
    alter table ledger_transfer disable trigger append_only; alter table ledger_seal disable trigger append_only;
    update ledger_transfer set reference = 'something else'; delete from ledger_seal;
    alter table ledger_transfer enable trigger append_only; alter table ledger_seal enable trigger append_only`)
  await owner.end()
  await seal()
}

test('remembers the last seal of each tenant, and goes along with the chain', async () => {
  await stage.purseWith(1_250n)
  await seal()
  expect(await verify('--witness', file)).toMatchObject({ code: 0, stdout: expect.stringContaining('demo: sound') })
  expect(await witnessed()).toEqual({ demo: 1n })
  await stage.purseWith(1n)
  await seal()
  expect(await verify('--witness', file)).toMatchObject({ code: 0, stderr: '' })
  expect(await witnessed()).toEqual({ demo: 2n })
})

test('a chain that was made anew over changed transfers is sound in itself, and not as witnessed', async () => {
  await stage.purseWith(1_250n)
  await seal()
  await verify('--witness', file)
  const before = await readFile(file, 'utf8')
  await rewriteHistory()
  expect(await verify()).toMatchObject({ code: 0 })
  for (const _ of [1, 2])
    expect(await verify('--witness', file)).toMatchObject({
      code: 2,
      stdout: expect.stringContaining('demo: NOT SOUND'),
      stderr: 'demo: SEAL_NOT_AS_WITNESSED: seal 1\n',
    })
  expect(await readFile(file, 'utf8')).toBe(before)
})

test('a chain that was cut, and a tenant whose books are gone, are noticed; other tenants are written all the same', async () => {
  await stage.purseWith(1n)
  await seal()
  const hash = 'a'.repeat(64)
  await writeWitness(
    file,
    new Map([
      ['demo', { ordinal: 7n, hash }],
      ['gone', { ordinal: 1n, hash }],
    ]),
  )
  expect(await verify('--witness', file)).toMatchObject({
    code: 2,
    stderr: 'demo: SEAL_NOT_AS_WITNESSED: seal 7\ngone: SEAL_NOT_AS_WITNESSED: seal 1\n',
  })
  expect(await verify('--tenant', 'gone', '--witness', file)).toMatchObject({ code: 2 })
  expect(await witnessed()).toEqual({ demo: 7n, gone: 1n })
})

test.each([
  ['demo 1', 'line 2 is no'],
  [`demo 0 ${'a'.repeat(64)}`, 'line 2 is no'],
  [`not-a-TENANT 1 ${'a'.repeat(64)}`, 'line 2 is no'],
  [`demo 1 ${'a'.repeat(64)}\ndemo 2 ${'b'.repeat(64)}`, 'line 3 is no'],
])('a file that holds %j is refused with its line, and left as it is', async (line, message) => {
  const content = `# mine\n${line}\n`
  await writeFile(file, content)
  const refused = await verify('--witness', file)
  expect(refused).toMatchObject({ code: 1, stdout: '', stderr: expect.stringMatching(/^WITNESS_UNUSABLE: /) })
  expect(refused.stderr).toContain(message)
  expect(await readFile(file, 'utf8')).toBe(content)
})

test('a file that cannot be read or written is told by name', async () => {
  expect((await verify('--witness', folder)).stderr).toMatch(/^WITNESS_UNUSABLE: .*EISDIR/)
  expect((await verify('--witness', join(folder, 'none/seals'))).stderr).toMatch(/WITNESS_UNUSABLE: .*ENOENT/)
})
