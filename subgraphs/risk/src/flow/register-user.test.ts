import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { newId, toUuid } from '@carriergraph/shared/ids.ts'
import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Registration } from '../domain/registration.ts'
import { published } from '../events.ts'
import { risk } from '../service.ts'
import { after, type RiskStage, START, setRiskStage } from '../testing/risk-stage.ts'
import { registerUser } from './register-user.ts'

let stage: RiskStage
beforeAll(async () => {
  stage = await setRiskStage()
})
beforeEach(() => stage.clock.set(START))
afterAll(() => stage[Symbol.asyncDispose]())

const registrationOf = (idempotencyKey: string): Registration => ({
  idempotencyKey,
  displayName: 'Farah Idris',
  roles: ['CUSTOMER'],
})

describe('registerUser', () => {
  it('registers a user whose identity is not verified yet, and tells the journal', async () => {
    stage.clock.set(after(7_000))
    const { user, errors } = await stage.register({ displayName: ' Farah Idris ', roles: ['CUSTOMER', 'OPERATOR'] })
    expect(errors).toEqual([])
    const seen = { displayName: 'Farah Idris', roles: ['OPERATOR', 'CUSTOMER'], kycStatus: 'PENDING' }
    expect(user).toMatchObject({ ...seen, createdAt: after(7_000).toISOString() })
    const [event, ...more] = await stage.journalled(user.id)
    expect(more).toEqual([])
    expect(event).toMatchObject({ type: 'user.registered', version: 1, occurred_at: after(7_000) })
    expect(published['user.registered'].parse(event?.data)).toEqual({ userId: user.id, ...seen })
  })

  it('registers once under a key, also when it is sent many times at once', async () => {
    const answers = await Promise.all(
      Array.from({ length: 8 }, () => stage.register({ idempotencyKey: 'once', displayName: 'Farah Idris' })),
    )
    const ids = new Set(answers.map(({ user }) => user.id))
    expect(ids.size).toBe(1)
    expect(await stage.journalled([...ids].join())).toHaveLength(1)
  })

  it.each([
    ['name', { displayName: 'Somebody Else' }],
    ['role', { roles: ['OPERATOR'] }],
    ['number of roles', { roles: ['OPERATOR', 'CUSTOMER'] }],
  ])('refuses another %s under a key that was used', async (_, change) => {
    await stage.register({ idempotencyKey: 'used' })
    expect(await stage.register({ idempotencyKey: 'used', ...change })).toEqual({
      user: null,
      errors: [{ code: 'IDEMPOTENCY_KEY_REUSED', field: ['idempotencyKey'] }],
    })
  })

  it('refuses a name of nothing by its field', async () => {
    expect((await stage.register({ displayName: ' ' })).errors).toEqual([
      { code: 'INVALID_VALUE', field: ['displayName'] },
    ])
  })

  it('tells the journal of the event that caused it', async () => {
    const causationId = newId('evt')
    const by = { actor: 'svc:sales', correlationId: 'it', causationId }
    const registered = await registerUser(stage.db, registrationOf('caused'), { ...by, now: START })
    expect(await stage.journalled(registered.ok ? registered.value.id : '')).toMatchObject([
      { actor: 'svc:sales', correlation_id: 'it', causation_id: causationId },
    ])
  })

  it('keeps the keys of two callers apart', async () => {
    const registeredBy = async (actor: string) => {
      const provenance = { actor, correlationId: 'test', now: START }
      const registered = await registerUser(stage.db, registrationOf('of two'), provenance)
      return registered.ok ? registered.value.id : registered.code
    }
    const [one, other] = [await registeredBy('svc:one'), await registeredBy('svc:other')]
    expect(one).not.toBe(other)
    expect([await registeredBy('svc:one'), await registeredBy('svc:other')]).toEqual([one, other])
  })

  it('does not blame the key for an id that is taken', async () => {
    const { user } = await stage.register()
    const provenance = { actor: 'svc:demo', correlationId: 'test', now: START }
    const registering = registerUser(stage.db, registrationOf('of another'), provenance, {
      id: user.id,
      kycStatus: 'VERIFIED',
    })
    await expect(registering).rejects.toThrow(`Nobody is registered under "of another", and ${user.id} was not kept`)
  })

  it('fails for none of those that come at once with one id', async () => {
    const provenance = { actor: 'svc:demo', correlationId: 'test', now: START }
    for (let round = 0; round < 50; round += 1) {
      const id = newId('usr')
      const registrations = Array.from({ length: 4 }, () =>
        registerUser(stage.db, registrationOf(`at once ${round}`), provenance, { id, kycStatus: 'PENDING' }),
      )
      const registered = await Promise.all(registrations)
      expect(registered.map((outcome) => outcome.ok && outcome.value.id)).toEqual([id, id, id, id])
    }
  })

  it('does not blame the key where the database kept nothing', async () => {
    await stage.db.execute(
      sql`create function keep_nothing() returns trigger language plpgsql as 'begin return null; end'`,
    )
    await stage.db.execute(sql`create trigger keep_nothing before insert on "user"
      for each row when (new.display_name = 'Lost') execute function keep_nothing()`)
    const registration = { ...registrationOf('lost'), displayName: 'Lost' }
    const registering = registerUser(stage.db, registration, { actor: 'svc:test', correlationId: 'test', now: START })
    await expect(registering).rejects.toThrow('was not kept')
  })

  it('knows what was registered before its hash named a spelling', async () => {
    const { user } = await stage.register({ idempotencyKey: 'old', roles: ['CUSTOMER', 'OPERATOR'] })
    const hash = createHash('sha256')
      .update(JSON.stringify([user.displayName, user.roles]))
      .digest('hex')
    await stage.db.execute(sql`update "user" set request_hash = ${hash} where id = ${toUuid(user.id)}`)
    const migration = readFileSync(`${risk.migrationsFolder}/0004_request_hashes_name_their_spelling.sql`, 'utf8')
    await stage.database.system.execute(sql.raw(migration))
    const again = await stage.register({ idempotencyKey: 'old', roles: ['OPERATOR', 'CUSTOMER'] })
    expect(again).toMatchObject({ user: { id: user.id }, errors: [] })
  })
})
