import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { Writable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import type { Output } from '@carriergraph/shared/command/surroundings.ts'
import { inTransaction } from '@carriergraph/shared/db/transaction.ts'
import { fromUuid, type Id, newId, toUuid } from '@carriergraph/shared/ids.ts'
import { sql } from 'drizzle-orm'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { setVaultStage, type VaultStage } from '../testing/vault-stage.ts'
import { vaultKeys } from './command/vault-keys.ts'
import { newKeyRingText } from './keys/key-ring.ts'
import { reencryptCards } from './reencrypt.ts'

const MAIN = fileURLToPath(new URL('command/main.ts', import.meta.url))
const VISA = '4111111111111111'

let stage: VaultStage
beforeEach(async () => {
  stage = await setVaultStage()
})
afterEach(() => stage[Symbol.asyncDispose]())

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

/** Runs the command against this test's database. */
async function command(argv: string[], keyText = stage.keyText, signal?: AbortSignal) {
  const [stdout, stderr] = [collector(), collector()]
  const code = await vaultKeys(argv, {
    env: { DATABASE_URL_PAYMENTS: stage.url, VAULT_KEY: keyText },
    environmentFile: '/nowhere/environment.json',
    stdout: stdout.output,
    stderr: stderr.output,
    clock: stage.clock,
    ...(signal && { signal }),
  })
  return { code, stdout: stdout.text(), stderr: stderr.text() }
}

/** So many cards, each of another owner. */
const cards = async (count: number, tenant = 'demo'): Promise<Id<'card'>[]> => {
  const ids: Id<'card'>[] = []
  for (let at = 0; at < count; at += 1) ids.push((await stage.add(VISA, newId('usr'), { tenant })).id)
  return ids
}

test('a new data key takes new cards; re-encryption moves the others, of every tenant', async () => {
  const [old] = await cards(3)
  const [elsewhere] = await cards(2, 'rival')
  if (old === undefined || elsewhere === undefined) throw new Error('No cards.')
  const before = await stage.dataKeyOf(old)
  stage.clock.advance(1)
  expect(await command(['rotate'])).toMatchObject({ code: 0 })
  expect(await stage.dataKeyOf(old)).toBe(before)
  const [fresh] = await cards(1)
  if (fresh === undefined) throw new Error('No card.')
  const active = await stage.dataKeyOf(fresh)
  expect(active).not.toBe(before)
  expect(await stage.reveal(old)).toBe(VISA)

  const done = await command(['reencrypt', '--batch', '2'])
  expect(done).toMatchObject({
    code: 0,
    stdout:
      'demo: 3 of 3 cards re-encrypted, 0 unreadable\ndemo: 0 of 0 webhook secrets re-encrypted, 0 unreadable\n' +
      'rival: 2 of 2 cards re-encrypted, 0 unreadable\nrival: 0 of 0 webhook secrets re-encrypted, 0 unreadable\n',
    stderr: 'demo: 2 of 3 cards, 0 unreadable\ndemo: 3 of 3 cards, 0 unreadable\nrival: 2 of 2 cards, 0 unreadable\n',
  })
  expect(await stage.dataKeyOf(old)).toBe(active)
  expect(await stage.reveal(old)).toBe(VISA)
  expect(await stage.reveal(elsewhere, { tenant: 'rival' })).toBe(VISA)
  expect((await command(['reencrypt'])).stdout).toContain('demo: 0 of 0 cards')
  expect((await command(['status', '--tenant', 'demo'])).stdout).toMatch(/retired .* 0 cards .*\n.*active .* 4 cards /)
})

test.each(['status', 'rewrap', 'rotate', 'reencrypt'])('%s says so where no tenant has a data key', async (action) => {
  expect(await command([action])).toEqual({
    code: 0,
    stdout: 'No tenant has a data key yet: the first card or webhook endpoint makes one.\n',
    stderr: '',
  })
})

test('the status of a tenant without a data key says so', async () => {
  await cards(1, 'rival')
  expect(await command(['status', '--tenant', 'demo'])).toEqual({
    code: 0,
    stdout: 'demo: no data key yet: its first card or webhook endpoint makes one\n',
    stderr: '',
  })
})

test('data keys go under a new wrapping key, and the old one is not needed any more', async () => {
  const [id] = await cards(1)
  if (id === undefined) throw new Error('No card.')
  const [oldWrapping = '', lookup = ''] = stage.keyText.trim().split('\n')
  const [newWrapping = ''] = newKeyRingText().split('\n')
  const both = [newWrapping, oldWrapping, lookup].join('\n')
  const onlyNew = [newWrapping, lookup].join('\n')
  expect(await stage.reveal(id, { vault: stage.vault(onlyNew) })).toBe('CARD_UNREADABLE')
  expect(await command(['rewrap'], onlyNew)).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('WRAPPING_KEY_MISSING'),
  })
  expect(await command(['rewrap'], both)).toMatchObject({ code: 0, stdout: expect.stringContaining('1 data keys') })
  expect(await stage.reveal(id, { vault: stage.vault(onlyNew) })).toBe(VISA)
  expect((await command(['rewrap'], onlyNew)).stdout).toContain('0 data keys')
})

test('a new lookup key finds the same card while the old one is kept, and alone once all are re-encrypted', async () => {
  const ownerId = newId('usr')
  const { id } = await stage.add(VISA, ownerId)
  const [wrapping = '', oldLookup = ''] = stage.keyText.trim().split('\n')
  const [, newLookup = ''] = newKeyRingText().split('\n')
  const both = [wrapping, newLookup, oldLookup].join('\n')
  expect((await stage.add(VISA, ownerId, { vault: stage.vault(both) })).id).toBe(id)
  expect(await command(['reencrypt'], both)).toMatchObject({ code: 0, stdout: expect.stringContaining('1 of 1') })
  const onlyNew = stage.vault([wrapping, newLookup].join('\n'))
  expect((await stage.add(VISA, ownerId, { vault: onlyNew })).id).toBe(id)
})

test('a card that processes with different lookup keys have added twice is told, and keeps nothing else from being done', async () => {
  const ownerId = newId('usr')
  const [wrapping = '', oldLookup = ''] = stage.keyText.trim().split('\n')
  const [, newLookup = ''] = newKeyRingText().split('\n')
  const both = [wrapping, newLookup, oldLookup].join('\n')
  const first = await stage.add(VISA, ownerId, { vault: stage.vault(both) })
  const second = await stage.add(VISA, ownerId)
  const others = await cards(3)
  await command(['rotate'])
  for (const [done, batch] of [
    ['4 of 5', '2'],
    ['0 of 1', '100'],
  ] as const)
    expect(await command(['reencrypt', '--batch', batch], both)).toMatchObject({
      code: 2,
      stdout: expect.stringContaining(`${done} cards`),
      stderr: expect.stringContaining(`demo: ${second.id}: CARD_ADDED_TWICE as ${first.id}\n`),
    })
  // None is under the old data key, and all are there.
  const [active] = await Promise.all([first.id, second.id, ...others].map((id) => stage.dataKeyOf(id)))
  for (const id of [first.id, second.id, ...others]) {
    expect(await stage.dataKeyOf(id)).toBe(active)
    expect(await stage.reveal(id)).toBe(VISA)
  }
  const of = { tenant: 'demo', db: stage.tenantVault().db }
  await stage.vault().remove(of, first.id, 'everybody', stage.provenance())
  expect(await command(['reencrypt'], both)).toMatchObject({ code: 0, stdout: expect.stringContaining('1 of 1 cards') })
  expect((await command(['status'], both)).stdout).not.toContain('to be replaced')
})

test('a damaged card stays as it is, is told by name, and stops nobody', async () => {
  const ids = await cards(5)
  const damaged = ids[2]
  if (damaged === undefined) throw new Error('No card.')
  await stage.database.sql.system`
    update card set sealed = set_byte(sealed, 20, get_byte(sealed, 20) # 1) where id = ${toUuid(damaged)}`
  await command(['rotate'])
  for (const _ of [1, 2])
    expect(await command(['reencrypt', '--batch', '2'])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining(`${damaged}: SEAL_BROKEN`),
      stdout: expect.stringContaining('1 unreadable'),
    })
  const readable = await Promise.all(ids.map((id) => stage.reveal(id)))
  expect(readable).toEqual(ids.map((id) => (id === damaged ? 'CARD_UNREADABLE' : VISA)))
})

test('a card whose data key is gone is told by name', async () => {
  const [id] = await cards(1)
  if (id === undefined) throw new Error('No card.')
  // What the foreign key keeps everybody from.
  await stage.database.sql.system`alter table card drop constraint card_data_key`
  await stage.database.sql.system`delete from vault_data_key`
  expect(await stage.reveal(id)).toBe('CARD_UNREADABLE')
  await command(['rotate', '--tenant', 'demo'])
  expect(await command(['reencrypt'])).toMatchObject({
    code: 2,
    stderr: expect.stringContaining(`${id}: DATA_KEY_MISSING`),
  })
})

test('killed with -9 in the middle of a batch, and run again, it has lost none and moved all', async () => {
  // In the order of the work: made within one millisecond, they have none of their own.
  const ids = (await cards(25)).sort()
  await command(['rotate'])
  const late = ids[15]
  if (late === undefined) throw new Error('No card.')
  const child = () =>
    spawn(process.execPath, [MAIN, 'reencrypt', '--batch', '10'], {
      env: { ...process.env, DATABASE_URL_PAYMENTS: stage.url, VAULT_KEY: stage.keyText },
    })
  // With one card of the second batch locked, the first is done and the second is caught in mid-transaction.
  await inTransaction(stage.database.forTenant('demo'), async (tx) => {
    await tx.execute(sql`select 1 from card where id = ${toUuid(late)} for update`)
    const killed = child()
    const [progress] = await once(killed.stderr, 'data')
    expect(String(progress)).toContain('demo: 10 of 25 cards')
    killed.kill('SIGKILL')
    const [, signal] = await once(killed, 'exit')
    expect(signal).toBe('SIGKILL')
  })
  const keys = async () => new Set(await Promise.all(ids.map((id) => stage.dataKeyOf(id))))
  expect((await keys()).size).toBe(2)
  const again = child()
  const [code] = await once(again, 'exit')
  expect(code).toBe(0)
  expect((await keys()).size).toBe(1)
  for (const id of ids) expect(await stage.reveal(id)).toBe(VISA)
})

test('two runs at once move every card once', async () => {
  const ids = await cards(30)
  await command(['rotate'])
  const runs = await Promise.all([1, 2].map(() => command(['reencrypt', '--batch', '7'])))
  expect(runs.map(({ code }) => code)).toEqual([0, 0])
  const moved = runs.map(({ stdout }) => Number(/demo: (\d+) of/.exec(stdout)?.[1]))
  expect(moved.reduce((sum, done) => sum + done, 0)).toBe(30)
  for (const id of ids) expect(await stage.reveal(id)).toBe(VISA)
})

test('a card that is removed or changed while its batch is prepared stays as it is', async () => {
  const [id] = await cards(1)
  if (id === undefined) throw new Error('No card.')
  await command(['rotate'])
  const vault = stage.tenantVault()
  const { mac } = vault.keys
  const [, newLookup = ''] = newKeyRingText().split('\n')
  const renamed = stage.tenantVault('demo', `${newLookup}\n${stage.keyText}`)
  const during = {
    ...renamed,
    keys: {
      ...renamed.keys,
      mac: async (...asked: Parameters<typeof mac>) => {
        const of = { tenant: 'demo', db: vault.db }
        await stage.vault().remove(of, id, 'everybody', stage.provenance())
        return renamed.keys.mac(...asked)
      },
    },
  }
  const outcome = await reencryptCards(during, { batchSize: 10, onProgress: () => undefined })
  expect(outcome).toMatchObject({ ok: true, value: { total: 1, done: 0, unreadable: [] } })
  expect(await stage.dataKeyOf(id)).toBe('none')
})

test('told to stop, it ends behind a batch and says so', async () => {
  await cards(3)
  await command(['rotate'])
  const stopped = new AbortController()
  stopped.abort()
  expect(await command(['reencrypt'], stage.keyText, stopped.signal)).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('INTERRUPTED'),
  })
})

test.each([
  [['nonsense'], 'Name one of status, rewrap, rotate, reencrypt.'],
  [['status', '--tenant', 'No Tenant'], 'not the name of a tenant'],
  [['reencrypt', '--batch', '0'], 'a number from 1 to 1000'],
  [['status', '--nonsense'], "Unknown option '--nonsense'"],
  [['status', '--force'], '--force is for rotate'],
])('%j is refused with a sentence and the usage', async (argv, message) => {
  const { code, stderr } = await command(argv)
  expect([code, stderr]).toEqual([1, expect.stringContaining(message)])
  expect(stderr).toContain('pnpm vault:keys status|rewrap|rotate|reencrypt')
})

test('keys of the right ids that are others are told by the status, and give nobody a new data key', async () => {
  const [id] = await cards(1)
  if (id === undefined) throw new Error('No card.')
  const active = await stage.dataKeyOf(id)
  const ids = stage.keyText
    .trim()
    .split('\n')
    .map((line) => line.split(':').slice(0, 2).join(':'))
  const wrong = newKeyRingText()
    .trim()
    .split('\n')
    .map((line, at) => `${ids[at]}:${line.split(':')[2]}`)
    .join('\n')
  expect(await command(['status'], wrong)).toMatchObject({
    code: 2,
    stderr: `demo: ${fromUuid('vdk', active)}: DATA_KEY_BROKEN\n`,
  })
  expect(await command(['rotate'], wrong)).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('ACTIVE_KEY_UNUSABLE: The active data key of demo: DATA_KEY_BROKEN'),
  })
  const [next] = await cards(1)
  expect(next && (await stage.dataKeyOf(next))).toBe(active)
  // Whose wrapping key is lost has no other way.
  expect(await command(['rotate', '--force'], wrong)).toMatchObject({ code: 0 })
})

test('the status says which lookup key is not among those that were given', async () => {
  await cards(1)
  const [wrapping = ''] = stage.keyText.split('\n')
  const [, other = ''] = newKeyRingText().split('\n')
  expect(await command(['status'], `${wrapping}\n${other}`)).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/looked up by \S+ \(not among the keys\) {2}1 cards/),
  })
})

test('keys that are at fault keep it from anything, by name', async () => {
  expect(await command(['status'], 'wrapping:x:y')).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('KEYS_UNUSABLE: VAULT_KEY: entry 1 is no key'),
  })
  await cards(1)
  expect(await command(['reencrypt'], newKeyRingText())).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('ACTIVE_KEY_UNUSABLE: The active data key of demo: WRAPPING_KEY_MISSING'),
  })
})
