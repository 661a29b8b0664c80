import { newId } from '@carriergraph/shared/ids.ts'
import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { published } from '../events.ts'
import { ADA, BRUNO, type NetworkStage, OPERATOR, START, setNetworkStage } from '../testing/network-stage.ts'

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
      createdAt: START.toISOString(),
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
    })
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
    ['objective', { sla: { latencyMsMax: 10, jitterMsMax: 1 } }],
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
      expect(data).toBeNull()
      expect(errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }])
    }
    expect((await stage.ask(null, query, { input })).errors).toMatchObject([
      { extensions: { code: 'UNAUTHENTICATED' } },
    ])
    expect((await stage.ask(OPERATOR, query, { input })).errors).toBeUndefined()
  })
})

const hex = (sd: number): string => sd.toString(16).toUpperCase().padStart(6, '0')

async function count(): Promise<unknown> {
  const [row] = await stage.database.system.execute(
    sql`select (select count(*) from slice) as slices, (select count(*) from journal) as events,
      (select sum(last_sd) from sd_counter) as taken`,
  )
  return row
}
