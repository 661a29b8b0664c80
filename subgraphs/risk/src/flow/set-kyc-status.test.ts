import { newId, toUuid } from '@carriergraph/shared/ids.ts'
import { lined } from '@carriergraph/shared/testing/lined.ts'
import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { published } from '../events.ts'
import { after, type RiskStage, START, setRiskStage } from '../testing/risk-stage.ts'
import { setKycStatus } from './set-kyc-status.ts'

let stage: RiskStage
beforeAll(async () => {
  stage = await setRiskStage()
})
beforeEach(() => stage.clock.set(START))
afterAll(() => stage[Symbol.asyncDispose]())

const historyOf = async (id: string) => (await stage.journalled(id)).map(({ type, version }) => `${version} ${type}`)

describe('setKycStatus', () => {
  it('walks the legal transitions, journals each, and refuses the others', async () => {
    const id = await stage.verifiedUser()
    expect(await stage.setKyc(id, 'REJECTED')).toEqual({ user: { kycStatus: 'REJECTED' }, errors: [] })
    expect(await stage.setKyc(id, 'VERIFIED')).toEqual({ user: null, errors: [{ code: 'ILLEGAL_TRANSITION' }] })
    expect(await stage.setKyc(id, 'REJECTED')).toEqual({ user: { kycStatus: 'REJECTED' }, errors: [] })
    expect(await historyOf(id)).toEqual(['1 user.registered', '2 user.kyc_changed', '3 user.kyc_changed'])
  })

  it('tells the journal from what to what, by whom, when and because of what', async () => {
    const id = await stage.verifiedUser()
    const causationId = newId('evt')
    const provenance = { actor: 'svc:verifier', correlationId: 'the request', causationId, now: after(9_000) }
    expect(await setKycStatus(stage.db, id, 'PENDING', provenance)).toMatchObject({ ok: true })
    const event = (await stage.journalled(id)).at(-1)
    expect(event).toMatchObject({
      actor: 'svc:verifier',
      correlation_id: 'the request',
      causation_id: causationId,
      occurred_at: after(9_000),
    })
    expect(published['user.kyc_changed'].parse(event?.data)).toEqual({ userId: id, from: 'VERIFIED', to: 'PENDING' })
  })

  it('changes a status once when several ask for it at once: each looks at it under a lock', async () => {
    const { id } = (await stage.register()).user
    const ask = () => stage.setKyc(id, 'VERIFIED')
    const row = sql`select from "user" where id = ${toUuid(id)}`
    const answers = await lined(stage.database, row, () => [ask(), ask(), ask()])
    expect(answers).toEqual(Array(3).fill({ user: { kycStatus: 'VERIFIED' }, errors: [] }))
    expect(await historyOf(id)).toEqual(['1 user.registered', '2 user.kyc_changed'])
  })

  it('refuses a user that there is not', async () => {
    expect((await stage.setKyc(newId('usr'), 'VERIFIED')).errors).toEqual([{ code: 'USER_NOT_FOUND' }])
  })
})
