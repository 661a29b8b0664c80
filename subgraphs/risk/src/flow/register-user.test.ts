import { newId } from '@carriergraph/shared/ids.ts'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Registration } from '../domain/registration.ts'
import { published } from '../events.ts'
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
})
