import { newId } from '@carriergraph/shared/ids.ts'
import { createLog } from '@carriergraph/shared/log.ts'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { setVaultStage, type VaultStage } from '../testing/vault-stage.ts'
import { createKeyCheck } from './key-check.ts'
import { newKeyRingText } from './keys/key-ring.ts'

let stage: VaultStage
beforeEach(async () => {
  stage = await setVaultStage()
})
afterEach(() => stage[Symbol.asyncDispose]())

async function saidWith(keyText: string): Promise<unknown[]> {
  const lines: string[] = []
  const log = createLog({ service: 'test', destination: { write: (line) => void lines.push(line) } })
  const check = createKeyCheck({ database: stage.database, keys: stage.tenantVault('demo', keyText).keys, log })
  await check.start()
  await check.stop()
  return lines.map((line) => JSON.parse(line))
}

test('a service with other keys than those of the data says so when it starts, of each tenant', async () => {
  await stage.add('4111111111111111', newId('usr'))
  await stage.add('4111111111111111', newId('usr'), { tenant: 'rival' })
  expect(await saidWith(newKeyRingText())).toMatchObject(
    ['demo', 'rival'].map((tenant) => ({
      tenant,
      code: 'WRAPPING_KEY_MISSING',
      msg: 'the active data key cannot be used: no card can be added or read',
    })),
  )
  expect(await saidWith(stage.keyText)).toEqual([])
})

test('a database that does not answer keeps nothing from starting', async () => {
  await stage.database.close({ timeout_s: 1 })
  expect(await saidWith(stage.keyText)).toMatchObject([{ msg: 'whether the card vault can be opened is not known' }])
})
