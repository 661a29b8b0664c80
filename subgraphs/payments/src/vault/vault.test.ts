import { fromUuid, newId, toUuid } from '@carriergraph/shared/ids.ts'
import { afterAll, beforeAll, describe, expect, expectTypeOf, test } from 'vitest'
import type { CardToStore } from '../db/cards.ts'
import type { CardRow } from '../db/tables/card.ts'
import { published } from '../events.ts'
import { setVaultStage, type VaultStage } from '../testing/vault-stage.ts'
import { CARDS_OF_OWNER_MAX, type CardToAdd } from './add-card.ts'
import { openDataKey, rewrapDataKeys } from './data-keys.ts'
import { newKeyRingText } from './keys/key-ring.ts'
import { REVEAL_WINDOW_MS, REVEALS_OF_ACTOR_MAX } from './reveal-card.ts'
import { TEST_CARDS, testCard } from './test-cards.fixture.ts'

const VISA = '4111111111111111'
const MASTERCARD = '5555555555554444'

let stage: VaultStage
beforeAll(async () => {
  stage = await setVaultStage()
})
afterAll(() => stage[Symbol.asyncDispose]())

test('every brand comes back as it was put in, and no two cards look alike in the database', async () => {
  for (const [brand, digits] of TEST_CARDS) {
    const card = await stage.add(digits, newId('usr'))
    expect(card).toMatchObject({ brand, lastFour: digits.slice(-4) })
    expect(await stage.reveal(card.id)).toBe(digits)
  }
  const rows = await stage.database.sql.system<{ sealed: Uint8Array; fingerprint: Uint8Array }[]>`
    select sealed, fingerprint from card`
  expect(new Set(rows.map(({ sealed }) => Buffer.from(sealed).toString('hex'))).size).toBe(rows.length)
})

test('the same number of the same owner is the same card; of another owner it is another', async () => {
  const [ada, bruno] = [newId('usr'), newId('usr')]
  const first = await stage.add(VISA, ada)
  expect(await stage.add(VISA, ada)).toEqual(first)
  expect((await stage.add(VISA, bruno)).id).not.toBe(first.id)
  expect((await stage.add(MASTERCARD, ada)).id).not.toBe(first.id)
})

test('a later expiry renews the card and is told once', async () => {
  const ownerId = newId('usr')
  const card = await stage.add(VISA, ownerId)
  const of = { tenant: 'demo', db: stage.database.forTenant('demo') }
  const renewed = { ownerId, number: testCard(VISA), expiry: { month: 1, year: 2035 } }
  for (const _ of [1, 2])
    expect(await stage.vault().add(of, renewed, stage.provenance())).toMatchObject({
      ok: true,
      value: { id: card.id, expiryMonth: 1, expiryYear: 2035, version: 2 },
    })
})

test('twelve at once with the same number are answered with one card', async () => {
  const ownerId = newId('usr')
  const tenant = 'crowd'
  const cards = await Promise.all(Array.from({ length: 12 }, () => stage.add(VISA, ownerId, { tenant })))
  expect(new Set(cards.map(({ id }) => id)).size).toBe(1)
  const [row] = await stage.database.sql.forTenant(tenant)<{ keys: number; cards: number }[]>`
    select (select count(*)::int from vault_data_key) as keys, (select count(*)::int from card) as cards`
  expect(row).toEqual({ keys: 1, cards: 1 })
})

test('an owner has a bounded number of cards, and a removed one makes room', async () => {
  const ownerId = newId('usr')
  const of = { tenant: 'demo', db: stage.database.forTenant('demo') }
  const [first] = await Promise.all(numbers(CARDS_OF_OWNER_MAX).map((digits) => stage.add(digits, ownerId)))
  await expect(stage.add(VISA, ownerId)).rejects.toThrow('TOO_MANY_CARDS')
  if (first === undefined) throw new Error('No card.')
  await stage.vault().remove(of, first.id, 'everybody', stage.provenance())
  expect(await stage.reveal((await stage.add(VISA, ownerId)).id)).toBe(VISA)
})

test('a removed card has no number any more, is removed once, and comes back as another', async () => {
  const ownerId = newId('usr')
  const { id } = await stage.add(VISA, ownerId)
  const of = { tenant: 'demo', db: stage.database.forTenant('demo') }
  expect(await stage.vault().remove(of, id, newId('usr'), stage.provenance())).toMatchObject({ code: 'CARD_NOT_FOUND' })
  const removed = await stage.vault().remove(of, id, ownerId, stage.provenance())
  expect(removed).toMatchObject({ ok: true, value: { id, removedAt: stage.clock(), lastFour: '1111' } })
  expect(await stage.vault().remove(of, id, ownerId, stage.provenance())).toEqual(removed)
  expect(await stage.reveal(id)).toBe('CARD_NOT_FOUND')
  const [row] = await stage.database.sql.system`select sealed, fingerprint from card where id = ${toUuid(id)}`
  expect(row).toEqual({ sealed: null, fingerprint: null })
  expect((await stage.add(VISA, ownerId)).id).not.toBe(id)
})

describe('reveals', () => {
  test('are in the journal with who and why, and without the number, before it is handed out', async () => {
    const { id, ownerId } = await stage.add(VISA, newId('usr'))
    const actor = newId('usr')
    expect(await stage.reveal(id, { actor })).toBe(VISA)
    const events = await stage.database.sql.system`
      select type, version, actor, data from journal where aggregate_id = ${id} order by version`
    expect(events).toMatchObject([
      { type: 'card.added', version: 1 },
      { type: 'card.revealed', version: 2, actor, data: { ownerId, reason: 'dispute with the issuer' } },
    ])
  })

  test('that cannot be written down hand out nothing', async () => {
    const { id } = await stage.add(VISA, newId('usr'))
    const { system } = stage.database.sql
    await system`create function no_reveals() returns trigger language plpgsql as $$ begin raise 'full'; end $$`
    await system`create trigger full_disk before insert on card_reveal execute function no_reveals()`
    await expect(stage.reveal(id)).rejects.toThrow()
    await system`drop trigger full_disk on card_reveal`
    expect(await stage.reveal(id)).toBe(VISA)
  })

  test('are bounded for each actor by what is on record, also when they come at once', async () => {
    const { id } = await stage.add(VISA, newId('usr'))
    const actor = newId('usr')
    const answers = await Promise.all(
      Array.from({ length: REVEALS_OF_ACTOR_MAX + 5 }, () => stage.reveal(id, { actor })),
    )
    expect(answers.filter((answer) => answer === VISA)).toHaveLength(REVEALS_OF_ACTOR_MAX)
    expect(answers.filter((answer) => answer === 'REVEAL_LIMIT_REACHED')).toHaveLength(5)
    expect(await stage.reveal(id)).toBe(VISA)
    const begun = stage.clock()
    stage.clock.advance(REVEAL_WINDOW_MS - 1)
    expect(await stage.reveal(id, { actor })).toBe('REVEAL_LIMIT_REACHED')
    stage.clock.advance(1)
    expect(await stage.reveal(id, { actor })).toBe(VISA)
    stage.clock.set(begun)
  })

  test('are on record for ever', async () => {
    const { id } = await stage.add(VISA, newId('usr'))
    await stage.reveal(id)
    for (const change of ["update card_reveal set reason = 'x'", 'delete from card_reveal', 'truncate card_reveal'])
      await expect(stage.database.sql.system.unsafe(change)).rejects.toThrow()
  })
})

describe('tenants', () => {
  test('see nothing of one another', async () => {
    const { id } = await stage.add(VISA, newId('usr'), { tenant: 'north' })
    expect(await stage.reveal(id, { tenant: 'south' })).toBe('CARD_NOT_FOUND')
    expect(await stage.reveal(id, { tenant: 'north', seen: newId('usr') })).toBe('CARD_NOT_FOUND')
    const rows = await stage.database.sql.forTenant('south')`select 1 from card union all select 1 from vault_data_key`
    expect(rows).toHaveLength(0)
  })

  test('cannot read a number that somebody copied over to them with its key', async () => {
    const ownerId = newId('usr')
    const theirs = await stage.add(VISA, ownerId, { tenant: 'north' })
    const own = await stage.add(MASTERCARD, ownerId, { tenant: 'thief' })
    const { system } = stage.database.sql
    await system`
      update vault_data_key set wrapped = (select wrapped from vault_data_key where tenant_id = 'north')
      where tenant_id = 'thief'`
    await system`
      update card set sealed = (select sealed from card where id = ${toUuid(theirs.id)}) where id = ${toUuid(own.id)}`
    expect(await stage.reveal(own.id, { tenant: 'thief' })).toBe('CARD_UNREADABLE')
    expect(await rewrapDataKeys(stage.tenantVault('thief', `${newKeyRingText()}${stage.keyText}`))).toMatchObject({
      rewrapped: 0,
      refused: [{ code: 'DATA_KEY_BROKEN' }],
    })
  })
})

test('a card and its data key that are moved to another tenant under the same ids cannot be opened there', async () => {
  const { id } = await stage.add(VISA, newId('usr'), { tenant: 'robbed' })
  const dataKeyId = fromUuid('vdk', await stage.dataKeyOf(id))
  await stage.database.sql.system.begin(async (sql) => {
    await sql`
      insert into vault_data_key select (jsonb_populate_record(k, '{"tenant_id": "fence"}')).*
      from vault_data_key k where tenant_id = 'robbed'`
    await sql`update card set tenant_id = 'fence' where id = ${toUuid(id)}`
    await sql`delete from vault_data_key where tenant_id = 'robbed'`
  })
  expect(await openDataKey(stage.tenantVault('fence'), dataKeyId)).toMatchObject({ ok: false, code: 'DATA_KEY_BROKEN' })
  expect(await stage.reveal(id, { tenant: 'fence' })).toBe('CARD_UNREADABLE')
})

test('a number that is moved to another card of the same tenant is not read there, and the attempt is on record', async () => {
  const [one, other] = [await stage.add(VISA, newId('usr')), await stage.add(MASTERCARD, newId('usr'))]
  await stage.database.sql.system`
    update card set sealed = (select sealed from card where id = ${toUuid(one.id)}) where id = ${toUuid(other.id)}`
  expect(await stage.reveal(other.id)).toBe('CARD_UNREADABLE')
  const events = await stage.database.sql
    .system`select type from journal where aggregate_id = ${other.id} order by version`
  expect(events).toEqual([{ type: 'card.added' }, { type: 'card.reveal_failed' }])
})

test('every event of cards and keys in the journal has the data that is declared for its type', async () => {
  const rows = await stage.database.sql.system<{ type: string; data: unknown }[]>`select type, data from journal`
  const schemas: Record<string, { parse(data: unknown): unknown }> = published
  const types = new Set(rows.map(({ type, data }) => schemas[type]?.parse(data) && type))
  const declared = Object.keys(published).filter((type) => /^(card|data_key)\./.test(type))
  expect([...types].sort()).toEqual(declared.sort())
})

test('without the wrapping key nothing is read and nothing is added', async () => {
  const { id } = await stage.add(VISA, newId('usr'))
  const stranger = stage.vault(newKeyRingText())
  expect(await stage.reveal(id, { vault: stranger })).toBe('CARD_UNREADABLE')
  await expect(stage.add(VISA, newId('usr'), { vault: stranger })).rejects.toThrow('VAULT_UNAVAILABLE')
})

test('a security code has no place among what is stored', () => {
  type Forbidden = 'securityCode' | 'cvv' | 'cvc' | 'cid'
  expectTypeOf<Extract<keyof CardRow, Forbidden>>().toBeNever()
  expectTypeOf<CardToStore['securityCode']>().toEqualTypeOf<undefined>()
  const checked = { ownerId: newId('usr'), number: testCard(VISA), expiry: { month: 1, year: 2030 } }
  // @ts-expect-error a card with a security code is no card to add, also where it is no literal
  const smuggled: CardToAdd = { ...checked, securityCode: '123' }
  expect(smuggled).toBeDefined()
})

/** Numbers with a good check digit, in the range that Visa keeps for tests. */
function numbers(count: number): string[] {
  return Array.from({ length: count }, (_, at) => {
    const head = `400000${String(at).padStart(9, '0')}`
    const sum = [...head].reduce((total, digit, place) => {
      const doubled = Number(digit) * (place % 2 === 0 ? 2 : 1)
      return total + (doubled > 9 ? doubled - 9 : doubled)
    }, 0)
    return `${head}${(10 - (sum % 10)) % 10}`
  })
}
