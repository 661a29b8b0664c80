import { newId } from '@carriergraph/shared/ids.ts'
import type { Outcome } from '@carriergraph/shared/outcome.ts'
import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { SD_MAX } from '../domain/s-nssai.ts'
import type { SliceOrder } from '../domain/slice-order.ts'
import { published } from '../events.ts'
import { ADA, BRUNO, type NetworkStage, NOW, OPERATOR, setNetworkStage } from '../testing/network-stage.ts'
import { createSlice } from './create-slice.ts'

let stage: NetworkStage
beforeAll(async () => {
  stage = await setNetworkStage()
})
afterAll(() => stage[Symbol.asyncDispose]())

const journalled = async (id: string) => [
  ...(await stage.database.system.execute<{ type: string; version: number; data: unknown; actor: string }>(
    sql`select type, version, data, actor from journal where aggregate_id = ${id} order by version`,
  )),
]

describe('createSlice', () => {
  it('puts a slice into service with what was promised, and tells the journal', async () => {
    const { slice, errors } = await stage.create({
      name: ' Crane ',
      serviceType: 'V2X',
      sla: { latencyMsMax: 8.5, jitterMsMax: 2, packetLossRatioMax: 0.00001, downlinkBpsMin: 9007199254740991 },
    })
    expect(errors).toEqual([])
    expect(slice).toMatchObject({
      name: 'Crane',
      serviceType: 'V2X',
      owner: { id: ADA },
      createdAt: NOW.toISOString(),
      sla: { latencyMsMax: 8.5, jitterMsMax: 2, packetLossRatioMax: 0.00001, downlinkBpsMin: 9007199254740991 },
    })
    const [event, ...more] = await journalled(slice.id)
    expect(more).toEqual([])
    expect(event).toMatchObject({ type: 'slice.created', version: 1 })
    expect(published['slice.created'].parse(event?.data)).toEqual({
      sliceId: slice.id,
      ownerId: ADA,
      name: 'Crane',
      serviceType: 'V2X',
      sNssai: slice.sNssai,
      sla: { latencyMsMax: 8.5, jitterMsMax: 2, packetLossRatioMax: 0.00001, downlinkBpsMin: 9007199254740991 },
    })
  })

  it('tells the journal who ordered, in which request, when, and what made them do it', async () => {
    const by = { actor: 'svc:planner', correlationId: 'request-1', causationId: newId('evt') }
    const now = new Date('2026-11-21T12:34:56.789Z')
    const created = await createSlice(stage.database.forTenant('demo'), order('provenance'), { now, ...by })
    const { id } = accepted(created)
    const [event] = await stage.database.system.execute(
      sql`select actor, correlation_id as "correlationId", causation_id as "causationId",
          (extract(epoch from occurred_at) * 1000)::float8 as "occurredAt"
        from journal where aggregate_id = ${id}`,
    )
    expect(event).toEqual({ ...by, occurredAt: now.getTime() })
    expect(accepted(created)).toMatchObject({ createdAt: now, orderedBy: 'svc:planner' })
  })

  it('takes the keys of two callers for different ones', async () => {
    const db = stage.database.forTenant('demo')
    const ordered = async (actor: string) =>
      accepted(await createSlice(db, order('shared key'), { actor, correlationId: 'test', now: NOW }))
    const [first, second] = [await ordered('svc:one'), await ordered('svc:two')]
    expect(first.id).not.toBe(second.id)
    expect((await ordered('svc:one')).id).toBe(first.id)
  })

  it('leaves objectives that were not promised null', async () => {
    const { slice } = await stage.create({ sla: { packetLossRatioMax: 0 } })
    expect(slice.sla).toEqual({ latencyMsMax: null, jitterMsMax: null, packetLossRatioMax: 0, downlinkBpsMin: null })
  })

  it('gives every slice of a type its own differentiator, also to many at once, and none to a repeated order', async () => {
    const created = await Promise.all(Array.from({ length: 12 }, () => stage.create({ serviceType: 'MIOT' })))
    await stage.create({ serviceType: 'MIOT', idempotencyKey: 'again' })
    await stage.create({ serviceType: 'MIOT', idempotencyKey: 'again' })
    const last = await stage.create({ serviceType: 'MIOT' })
    const names = created.map(({ slice }) => slice.sNssai).toSorted()
    expect(names).toEqual(Array.from({ length: 12 }, (_, index) => `03-${hex(index + 1)}`))
    expect(last.slice.sNssai).toBe('03-00000E')
  })

  it('uses up one differentiator for an order that is sent many times at once', async () => {
    const input = { serviceType: 'EMBB', idempotencyKey: 'one differentiator' }
    const many = { operator: true, tenant: 'repeats' } as const
    const answers = await Promise.all(Array.from({ length: 8 }, () => stage.create(input, many)))
    expect(new Set(answers.map(({ slice }) => slice.sNssai))).toEqual(new Set(['01-000001']))
    expect((await stage.create({ serviceType: 'EMBB' }, many)).slice.sNssai).toBe('01-000002')
  })

  it('uses up none for an order that is refused because its key was used, also at the same time', async () => {
    const both = { operator: true, tenant: 'collisions' } as const
    const answers = await Promise.all(
      ['EMBB', 'MIOT'].map((serviceType) => stage.create({ serviceType, idempotencyKey: 'both' }, both)),
    )
    expect(answers.flatMap(({ errors }) => errors)).toEqual([
      { code: 'IDEMPOTENCY_KEY_REUSED', field: ['idempotencyKey'] },
    ])
    const [taken] = await stage.database.system.execute(
      sql`select sum(last_sd)::int as count from sd_counter where tenant_id = 'collisions'`,
    )
    expect(taken).toEqual({ count: 1 })
  })

  it('gives the last differentiator that there is, and then refuses by name', async () => {
    const full = { operator: true, tenant: 'full' } as const
    await stage.create({ serviceType: 'URLLC' }, full)
    await stage.database.system.execute(sql`update sd_counter set last_sd = ${SD_MAX - 1} where tenant_id = 'full'`)
    expect((await stage.create({ serviceType: 'URLLC' }, full)).slice.sNssai).toBe('02-FFFFFE')
    for (const _ of ['at once', 'and again'])
      expect(await stage.create({ serviceType: 'URLLC' }, full)).toEqual({
        slice: null,
        errors: [{ code: 'SLICE_DIFFERENTIATORS_EXHAUSTED', field: ['serviceType'] }],
      })
    expect((await stage.create({ serviceType: 'EMBB' }, full)).slice.sNssai).toBe('01-000001')
  })

  it('counts differentiators in each tenant for itself', async () => {
    const { slice } = await stage.create({ serviceType: 'EMBB' }, { operator: true, tenant: 'elsewhere' })
    expect(slice.sNssai).toBe('01-000001')
    expect((await stage.create({ serviceType: 'EMBB' })).slice.sNssai).toBe('01-000001')
  })

  it('answers an order that is sent again, also many times at once, with the same slice', async () => {
    const answers = await Promise.all(Array.from({ length: 8 }, () => stage.create({ idempotencyKey: 'once' })))
    answers.push(await stage.create({ idempotencyKey: 'once', name: ' Test ' }))
    const ids = new Set(answers.map(({ slice }) => slice.id))
    expect(ids.size).toBe(1)
    expect(await journalled([...ids].join())).toHaveLength(1)
  })

  it.each<[string, Record<string, unknown>]>([
    ['name', { name: 'Other' }],
    ['owner', { ownerId: BRUNO }],
    ['type', { serviceType: 'EMBB' }],
    ['latency', { sla: { latencyMsMax: 11 } }],
    ['jitter', { sla: { latencyMsMax: 10, jitterMsMax: 1 } }],
    ['loss', { sla: { latencyMsMax: 10, packetLossRatioMax: 0 } }],
    ['downlink', { sla: { latencyMsMax: 10, downlinkBpsMin: 1 } }],
  ])('refuses another %s under a key that was used', async (_, change) => {
    await stage.create({ idempotencyKey: 'used' })
    expect(await stage.create({ idempotencyKey: 'used', ...change })).toEqual({
      slice: null,
      errors: [{ code: 'IDEMPOTENCY_KEY_REUSED', field: ['idempotencyKey'] }],
    })
  })

  it.each<[string, Record<string, unknown>, string, string[]]>([
    ['an owner of another kind', { ownerId: newId('slc') }, 'INVALID_ID', ['ownerId']],
    ['an owner that is no id', { ownerId: 'ada' }, 'INVALID_ID', ['ownerId']],
    ['an empty key', { idempotencyKey: '' }, 'INVALID_VALUE', ['idempotencyKey']],
    ['an empty name', { name: ' ' }, 'INVALID_VALUE', ['name']],
    ['no objective', { sla: {} }, 'NOTHING_GIVEN', ['sla']],
    ['an objective of 0', { sla: { latencyMsMax: 0 } }, 'INVALID_VALUE', ['sla', 'latencyMsMax']],
  ])('refuses %s by its field and stores nothing', async (_, change, code, field) => {
    const before = await count()
    expect(await stage.create(change)).toEqual({ slice: null, errors: [{ code, field }] })
    expect(await count()).toEqual(before)
  })

  it('is for operators only', async () => {
    const query = 'mutation ($input: CreateSliceInput!) { createSlice(input: $input) { slice { id } } }'
    const input = { idempotencyKey: 'c', ownerId: ADA, name: 'n', serviceType: 'EMBB', sla: { latencyMsMax: 1 } }
    for (const caller of [{ customer: ADA }, { service: 'billing' }]) {
      const { data, errors } = await stage.ask(caller, query, { input })
      expect(data).toEqual({ createSlice: null })
      expect(errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }])
    }
    expect((await stage.ask(null, query, { input })).errors).toMatchObject([
      { extensions: { code: 'UNAUTHENTICATED' } },
    ])
    expect((await stage.ask(OPERATOR, query, { input })).errors).toBeUndefined()
  })
})

/** An order as the flow takes it. */
const order = (idempotencyKey: string): SliceOrder => ({
  idempotencyKey,
  ownerId: ADA,
  name: 'Test',
  serviceType: 'V2X',
  sla: { latencyMsMax: 10, jitterMsMax: null, packetLossRatioMax: null, downlinkBpsMin: null },
})

function accepted<T>(outcome: Outcome<T, string>): T {
  if (!outcome.ok) throw new Error(outcome.message)
  return outcome.value
}

const hex = (sd: number): string => sd.toString(16).toUpperCase().padStart(6, '0')

async function count(): Promise<unknown> {
  const [row] = await stage.database.system.execute(
    sql`select (select count(*) from slice) as slices, (select count(*) from journal) as events,
      (select sum(last_sd) from sd_counter) as taken`,
  )
  return row
}
