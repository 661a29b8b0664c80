import { fromUuid } from '@carriergraph/shared/ids.ts'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { setVaultStage, type VaultStage } from '../../testing/vault-stage.ts'
import { newKeyRingText } from '../keys/key-ring.ts'

let stage: VaultStage
beforeEach(async () => {
  stage = await setVaultStage()
})
afterEach(() => stage[Symbol.asyncDispose]())

test.each(['status', 'rewrap', 'rotate', 'reencrypt'])('%s says so where no tenant has a data key', async (action) => {
  expect(await stage.command([action])).toEqual({
    code: 0,
    stdout: 'No tenant has a data key yet: the first card or webhook endpoint makes one.\n',
    stderr: '',
  })
})

test('the status of a tenant without a data key says so', async () => {
  await stage.cards(1, 'rival')
  expect(await stage.command(['status', '--tenant', 'demo'])).toEqual({
    code: 0,
    stdout: 'demo: no data key yet: its first card or webhook endpoint makes one\n',
    stderr: '',
  })
})

test('told to stop, it ends behind a batch and says so', async () => {
  await stage.cards(3)
  await stage.command(['rotate'])
  const stopped = new AbortController()
  stopped.abort()
  expect(await stage.command(['reencrypt'], stage.keyText, stopped.signal)).toMatchObject({
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
  const { code, stderr } = await stage.command(argv)
  expect([code, stderr]).toEqual([1, expect.stringContaining(message)])
  expect(stderr).toContain('pnpm vault:keys status|rewrap|rotate|reencrypt')
})

test('keys of the right ids that are others are told by the status, and give nobody a new data key', async () => {
  const [id] = await stage.cards(1)
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
  expect(await stage.command(['status'], wrong)).toMatchObject({
    code: 2,
    stderr: `demo: ${fromUuid('vdk', active)}: DATA_KEY_BROKEN\n`,
  })
  expect(await stage.command(['rotate'], wrong)).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('ACTIVE_KEY_UNUSABLE: The active data key of demo: DATA_KEY_BROKEN'),
  })
  const [next] = await stage.cards(1)
  expect(next && (await stage.dataKeyOf(next))).toBe(active)
  // Whose wrapping key is lost has no other way.
  expect(await stage.command(['rotate', '--force'], wrong)).toMatchObject({ code: 0 })
})

test('the status says which lookup key is not among those that were given', async () => {
  await stage.cards(1)
  const [wrapping = ''] = stage.keyText.split('\n')
  const [, other = ''] = newKeyRingText().split('\n')
  expect(await stage.command(['status'], `${wrapping}\n${other}`)).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/looked up by \S+ \(not among the keys\) {2}1 cards/),
  })
})

test('keys that are at fault keep it from anything, by name', async () => {
  expect(await stage.command(['status'], 'wrapping:x:y')).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('KEYS_UNUSABLE: VAULT_KEY: entry 1 is no key'),
  })
  await stage.cards(1)
  expect(await stage.command(['reencrypt'], newKeyRingText())).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('ACTIVE_KEY_UNUSABLE: The active data key of demo: WRAPPING_KEY_MISSING'),
  })
})
