import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { inTransaction } from '@carriergraph/shared/db/transaction.ts'
import { newId, toUuid } from '@carriergraph/shared/ids.ts'
import { sql } from 'drizzle-orm'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { setVaultStage, type VaultStage, VISA } from '../testing/vault-stage.ts'
import { newKeyRingText } from './keys/key-ring.ts'
import { reencryptCards } from './reencrypt.ts'

const MAIN = fileURLToPath(new URL('command/main.ts', import.meta.url))

let stage: VaultStage
beforeEach(async () => {
  stage = await setVaultStage()
})
afterEach(() => stage[Symbol.asyncDispose]())

test('a new data key takes new cards; re-encryption moves the others, of every tenant', async () => {
  const [old] = await stage.cards(3)
  const [elsewhere] = await stage.cards(2, 'rival')
  if (old === undefined || elsewhere === undefined) throw new Error('No cards.')
  const before = await stage.dataKeyOf(old)
  stage.clock.advance(1)
  expect(await stage.command(['rotate'])).toMatchObject({ code: 0 })
  expect(await stage.dataKeyOf(old)).toBe(before)
  const [fresh] = await stage.cards(1)
  if (fresh === undefined) throw new Error('No card.')
  const active = await stage.dataKeyOf(fresh)
  expect(active).not.toBe(before)
  expect(await stage.reveal(old)).toBe(VISA)

  const done = await stage.command(['reencrypt', '--batch', '2'])
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
  expect((await stage.command(['reencrypt'])).stdout).toContain('demo: 0 of 0 cards')
  expect((await stage.command(['status', '--tenant', 'demo'])).stdout).toMatch(
    /retired .* 0 cards .*\n.*active .* 4 cards /,
  )
})

test('data keys go under a new wrapping key, and the old one is not needed any more', async () => {
  const [id] = await stage.cards(1)
  if (id === undefined) throw new Error('No card.')
  const [oldWrapping = '', lookup = ''] = stage.keyText.trim().split('\n')
  const [newWrapping = ''] = newKeyRingText().split('\n')
  const both = [newWrapping, oldWrapping, lookup].join('\n')
  const onlyNew = [newWrapping, lookup].join('\n')
  expect(await stage.reveal(id, { vault: stage.vault(onlyNew) })).toBe('CARD_UNREADABLE')
  expect(await stage.command(['rewrap'], onlyNew)).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('WRAPPING_KEY_MISSING'),
  })
  expect(await stage.command(['rewrap'], both)).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('1 data keys'),
  })
  expect(await stage.reveal(id, { vault: stage.vault(onlyNew) })).toBe(VISA)
  expect((await stage.command(['rewrap'], onlyNew)).stdout).toContain('0 data keys')
})

test('a new lookup key finds the same card while the old one is kept, and alone once all are re-encrypted', async () => {
  const ownerId = newId('usr')
  const { id } = await stage.add(VISA, ownerId)
  const [wrapping = '', oldLookup = ''] = stage.keyText.trim().split('\n')
  const [, newLookup = ''] = newKeyRingText().split('\n')
  const both = [wrapping, newLookup, oldLookup].join('\n')
  expect((await stage.add(VISA, ownerId, { vault: stage.vault(both) })).id).toBe(id)
  expect(await stage.command(['reencrypt'], both)).toMatchObject({ code: 0, stdout: expect.stringContaining('1 of 1') })
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
  const others = await stage.cards(3)
  await stage.command(['rotate'])
  for (const [done, batch] of [
    ['4 of 5', '2'],
    ['0 of 1', '100'],
  ] as const)
    expect(await stage.command(['reencrypt', '--batch', batch], both)).toMatchObject({
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
  expect(await stage.command(['reencrypt'], both)).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('1 of 1 cards'),
  })
  expect((await stage.command(['status'], both)).stdout).not.toContain('to be replaced')
})

test('a damaged card stays as it is, is told by name, and stops nobody', async () => {
  const ids = await stage.cards(5)
  const damaged = ids[2]
  if (damaged === undefined) throw new Error('No card.')
  await stage.database.sql.system`
    update card set sealed = set_byte(sealed, 20, get_byte(sealed, 20) # 1) where id = ${toUuid(damaged)}`
  await stage.command(['rotate'])
  for (const _ of [1, 2])
    expect(await stage.command(['reencrypt', '--batch', '2'])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining(`${damaged}: SEAL_BROKEN`),
      stdout: expect.stringContaining('1 unreadable'),
    })
  const readable = await Promise.all(ids.map((id) => stage.reveal(id)))
  expect(readable).toEqual(ids.map((id) => (id === damaged ? 'CARD_UNREADABLE' : VISA)))
})

test('a card whose data key is gone is told by name', async () => {
  const [id] = await stage.cards(1)
  if (id === undefined) throw new Error('No card.')
  // What the foreign key keeps everybody from.
  await stage.database.sql.system`alter table card drop constraint card_data_key`
  await stage.database.sql.system`delete from vault_data_key`
  expect(await stage.reveal(id)).toBe('CARD_UNREADABLE')
  await stage.command(['rotate', '--tenant', 'demo'])
  expect(await stage.command(['reencrypt'])).toMatchObject({
    code: 2,
    stderr: expect.stringContaining(`${id}: DATA_KEY_MISSING`),
  })
})

test('killed with -9 in the middle of a batch, and run again, it has lost none and moved all', async () => {
  // In the order of the work: made within one millisecond, they have none of their own.
  const ids = (await stage.cards(25)).sort()
  await stage.command(['rotate'])
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
  const ids = await stage.cards(30)
  await stage.command(['rotate'])
  const runs = await Promise.all([1, 2].map(() => stage.command(['reencrypt', '--batch', '7'])))
  expect(runs.map(({ code }) => code)).toEqual([0, 0])
  const moved = runs.map(({ stdout }) => Number(/demo: (\d+) of/.exec(stdout)?.[1]))
  expect(moved.reduce((sum, done) => sum + done, 0)).toBe(30)
  for (const id of ids) expect(await stage.reveal(id)).toBe(VISA)
})

test('a card that is removed or changed while its batch is prepared stays as it is', async () => {
  const [id] = await stage.cards(1)
  if (id === undefined) throw new Error('No card.')
  await stage.command(['rotate'])
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
