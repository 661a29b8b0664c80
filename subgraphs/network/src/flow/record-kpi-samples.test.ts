import { newId, toUuid } from '@carriergraph/shared/ids.ts'
import { APPEND_ROWS_MAX } from '@carriergraph/shared/journal/append.ts'
import { lined } from '@carriergraph/shared/testing/lined.ts'
import { countStatements } from '@carriergraph/shared/testing/statements.ts'
import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { published } from '../events.ts'
import { ADA, latencies, type NetworkStage, second, setNetworkStage } from '../testing/network-stage.ts'

let stage: NetworkStage
beforeAll(async () => {
  stage = await setNetworkStage()
})
afterAll(() => stage[Symbol.asyncDispose]())

/** The events of the violations of one slice, in the order of the journal. */
async function journalled(sliceId: string) {
  const rows = await stage.database.system.execute<{ type: string; version: number; data: Record<string, unknown> }>(
    sql`select type, version, data from journal
      where aggregate_type = 'sla_violation' and data ->> 'sliceId' = ${sliceId} order by xid, seq`,
  )
  return [...rows]
}

describe('recordKpiSamples', () => {
  it('opens a violation with the third miss of five, closes it with five in a row, and tells the journal', async () => {
    const sliceId = await stage.slice()
    expect(await stage.record(sliceId, latencies([9, 11, 10, 15]))).toMatchObject({
      accepted: 4,
      opened: [],
      closed: [],
    })
    const { opened } = await stage.record(sliceId, latencies([12], 4))
    expect(opened).toMatchObject([
      {
        metric: 'LATENCY_MS',
        threshold: 10,
        observed: 15,
        severity: 'MAJOR',
        openedAt: second(4),
        closedAt: null,
        slice: { id: sliceId },
        explanation: { rule: 'sla.latency.3_of_5' },
      },
    ])
    expect(opened[0].explanation.inputs).toHaveLength(6)
    const { closed } = await stage.record(sliceId, latencies([1, 2, 3, 4, 5, 6], 5))
    expect(closed).toMatchObject([{ id: opened[0].id, openedAt: second(4), closedAt: second(9), observed: 15 }])
    const events = await journalled(sliceId)
    expect(events.map(({ type, version }) => `${version} ${type}`)).toEqual([
      '1 sla_violation.opened',
      '2 sla_violation.closed',
    ])
    const data = {
      violationId: opened[0].id,
      sliceId,
      ownerId: ADA,
      metric: 'LATENCY_MS',
      threshold: 10,
      observed: 15,
      severity: 'MAJOR',
      openedAt: second(4),
    }
    expect(published['sla_violation.opened'].parse(events[0]?.data)).toEqual(data)
    expect(published['sla_violation.closed'].parse(events[1]?.data)).toEqual({ ...data, closedAt: second(9) })
  })

  it('opens, closes and opens again within one call, in any order of the samples', async () => {
    const sliceId = await stage.slice()
    const samples = latencies([11, 11, 11, 1, 1, 1, 1, 1, 50, 50, 50])
    const answer = await stage.record(sliceId, samples.toReversed())
    expect(answer).toMatchObject({
      accepted: 11,
      opened: [
        { openedAt: second(2), closedAt: second(7), severity: 'MINOR' },
        { openedAt: second(10), closedAt: null, severity: 'CRITICAL' },
      ],
      closed: [{ closedAt: second(7) }],
    })
    expect((await journalled(sliceId)).map(({ type }) => type)).toEqual([
      'sla_violation.opened',
      'sla_violation.closed',
      'sla_violation.opened',
    ])
  })

  it('closes a violation of an earlier call and opens the next one in the same call', async () => {
    const sliceId = await stage.slice()
    await stage.record(sliceId, latencies([11, 11, 11]))
    const answer = await stage.record(sliceId, latencies([1, 1, 1, 1, 1, 11, 11, 11], 3))
    expect(answer).toMatchObject({ opened: [{ openedAt: second(10) }], closed: [{ openedAt: second(2) }] })
  })

  it('watches each objective for itself, by the samples that have its value', async () => {
    const sla = { latencyMsMax: 10, jitterMsMax: 2, packetLossRatioMax: 0.01, downlinkBpsMin: 1_000 }
    const sliceId = await stage.slice({ sla })
    const samples = [0, 1, 2].flatMap((n) => [
      { observedAt: second(n * 10), downlinkBps: 100, packetLossRatio: 0.02 },
      { observedAt: second(n * 10 + 1), latencyMs: 10.1, jitterMs: 2 },
    ])
    const { opened } = await stage.record(sliceId, samples)
    const found = opened.map(
      ({ metric, severity, openedAt }: Record<string, string>) => `${metric} ${severity} ${openedAt}`,
    )
    expect(found.toSorted()).toEqual([
      `DOWNLINK_BPS CRITICAL ${second(20)}`,
      `LATENCY_MS MINOR ${second(21)}`,
      `PACKET_LOSS_RATIO MAJOR ${second(20)}`,
    ])
  })

  it('stores values that no objective looks at', async () => {
    const sliceId = await stage.slice({ sla: { jitterMsMax: 1 } })
    expect(await stage.record(sliceId, latencies([99, 99, 99, 99]))).toMatchObject({ accepted: 4, opened: [] })
  })

  it('counts what it knows already, and changes nothing for it', async () => {
    const sliceId = await stage.slice()
    await stage.record(sliceId, latencies([11, 11]))
    const again = await stage.record(sliceId, [...latencies([11, 11]), ...latencies([11, 1, 1], 1)])
    expect(again).toMatchObject({ accepted: 2, duplicates: 3, opened: [] })
    expect(await stage.record(sliceId, latencies([11, 11]))).toMatchObject({ accepted: 0, duplicates: 2 })
    expect(await stage.record(sliceId, latencies([11], 4))).toMatchObject({ accepted: 1, opened: [{ observed: 11 }] })
  })

  it('lets late samples count without opening anything themselves: the next newer one does, also a good one', async () => {
    const sliceId = await stage.slice()
    await stage.record(
      sliceId,
      latencies([11, 1, 11]).filter((_, index) => index !== 1),
    )
    expect(await stage.record(sliceId, latencies([11], 1))).toMatchObject({ accepted: 1, opened: [] })
    expect(await stage.record(sliceId, latencies([9], 3))).toMatchObject({ opened: [{ openedAt: second(3) }] })
  })

  it('opens exactly one violation when many calls for one slice come at once', async () => {
    const sliceId = await stage.slice()
    const answers = await Promise.all(
      Array.from({ length: 24 }, (_, index) => stage.record(sliceId, latencies([20, 20, 20], index * 3))),
    )
    expect(answers.flatMap(({ errors }) => errors)).toEqual([])
    expect(answers.reduce((sum, { accepted }) => sum + accepted, 0)).toBe(72)
    expect(answers.flatMap(({ opened }) => opened)).toHaveLength(1)
    expect(await journalled(sliceId)).toHaveLength(1)
  })

  it('stores each sample once when the same ones are sent many times at once', async () => {
    const sliceId = await stage.slice()
    const samples = latencies([20, 20, 20, 20])
    const answers = await Promise.all(Array.from({ length: 12 }, () => stage.record(sliceId, samples)))
    expect(answers.reduce((sum, { accepted }) => sum + accepted, 0)).toBe(4)
    expect(answers.reduce((sum, { duplicates }) => sum + duplicates, 0)).toBe(44)
    expect(answers.flatMap(({ opened }) => opened)).toHaveLength(1)
  })

  it('opens a violation of one objective while another one is violated', async () => {
    const sliceId = await stage.slice({ sla: { latencyMsMax: 10, jitterMsMax: 1 } })
    const samples = (from: number, values: object) =>
      [0, 1, 2].map((n) => ({ observedAt: second(from + n), ...values }))
    expect(await stage.record(sliceId, samples(0, { latencyMs: 11 }))).toMatchObject({
      opened: [{ metric: 'LATENCY_MS' }],
    })
    expect(await stage.record(sliceId, samples(3, { jitterMs: 2 }))).toMatchObject({
      opened: [{ metric: 'JITTER_MS' }],
    })
    expect(await stage.record(sliceId, samples(6, { jitterMs: 2, latencyMs: 11 }))).toMatchObject({ opened: [] })
  })

  it('journals every change also where one call makes more of them than one statement may append', async () => {
    const sla = { latencyMsMax: 10, jitterMsMax: 10, packetLossRatioMax: 0.1, downlinkBpsMin: 10 }
    const sliceId = await stage.slice({ sla })
    const sample = (at: number, isBad: boolean) => ({
      observedAt: second(at - 1_000),
      latencyMs: isBad ? 11 : 1,
      jitterMs: isBad ? 11 : 1,
      packetLossRatio: isBad ? 0.2 : 0,
      downlinkBps: isBad ? 1 : 11,
    })
    // A late miss is the third: the next sample opens, although it is good, and three more close.
    await stage.record(sliceId, [sample(0, true), sample(1, true), sample(3, false)])
    const rest = Array.from({ length: 995 }, (_, n) => sample(8 + n, n % 8 < 3))
    const late = [sample(2, true), ...[4, 5, 6, 7].map((at) => sample(at, false)), ...rest]
    const { opened, closed } = await stage.record(sliceId, late)
    expect(opened.length + closed.length).toBeGreaterThan(APPEND_ROWS_MAX)
    expect(await journalled(sliceId)).toHaveLength(opened.length + closed.length)
  })

  it('records calls for one slice one after the other, each on the windows that the one before left', async () => {
    const sliceId = await stage.slice()
    const answers = await lined(stage.database, sql`select 1 from slice where id = ${toUuid(sliceId)}`, () =>
      [0, 1, 2].map((at) => stage.record(sliceId, latencies([11], at))),
    )
    expect(answers.map(({ accepted }) => accepted)).toEqual([1, 1, 1])
    const later = await stage.record(sliceId, latencies([11], 3))
    expect([...answers, later].flatMap(({ opened }) => opened)).toHaveLength(1)
  })

  it('is stored for good: no statement rewrites or removes a sample', async () => {
    const sliceId = await stage.slice()
    await stage.record(sliceId, latencies([1]))
    for (const statement of ['update kpi_sample set latency_ms = 2', 'delete from kpi_sample', 'truncate kpi_sample'])
      await expect(stage.database.system.execute(sql.raw(statement))).rejects.toMatchObject({
        cause: { message: expect.stringContaining('kpi_sample is append-only') },
      })
  })

  it('needs as many statements for a thousand samples as for three', async () => {
    const ids = [await stage.slice(), await stage.slice()]
    const flapping = Array.from({ length: 1_000 }, (_, index) => (index % 8 < 3 ? 11 : 1))
    const cost = (sliceId: string | undefined, values: number[]) =>
      countStatements([stage.database.url], () => stage.record(String(sliceId), latencies(values, -2_000)))
    const few = await cost(ids[0], [11, 11, 11])
    const many = await cost(ids[1], flapping)
    expect(many).toBe(few)
    // Slice, known samples, samples, windows, open violations, windows, new violations; then the payload's slice. What
    // goes into the journal is not among those that are counted.
    expect(few).toBe(8)
  })

  it.each<[string, readonly unknown[], string, string[]]>([
    ['no sample', [], 'BATCH_SIZE_OUT_OF_RANGE', ['samples']],
    ['1,001 samples', latencies(Array(1_001).fill(1), -2_000), 'BATCH_SIZE_OUT_OF_RANGE', ['samples']],
    ['a sample without values', [{ observedAt: second(0) }], 'NOTHING_GIVEN', ['samples', '0']],
    [
      'a time of the future',
      [{ observedAt: second(606), latencyMs: 1 }],
      'INVALID_VALUE',
      ['samples', '0', 'observedAt'],
    ],
    [
      'a negative value',
      [...latencies([1]), { observedAt: second(9), jitterMs: -1 }],
      'INVALID_VALUE',
      ['samples', '1', 'jitterMs'],
    ],
  ])('refuses %s by its field and stores nothing', async (_, samples, code, field) => {
    const sliceId = await stage.slice()
    const { accepted, errors } = await stage.record(sliceId, samples)
    expect({ accepted, errors }).toEqual({ accepted: 0, errors: [{ code, field }] })
    const stored = await stage.database.system.execute(
      sql`select 1 from kpi_sample where slice_id = ${toUuid(sliceId)}`,
    )
    expect(stored).toHaveLength(0)
  })

  it('refuses a slice that there is not, another tenant has, or that is no slice', async () => {
    const sliceId = await stage.slice()
    const refusalOf = async (id: string, tenant = 'demo') =>
      (await stage.record(id, latencies([1]), { operator: true, tenant })).errors
    expect(await refusalOf(newId('slc'))).toEqual([{ code: 'SLICE_NOT_FOUND', field: ['sliceId'] }])
    expect(await refusalOf(sliceId, 'elsewhere')).toEqual([{ code: 'SLICE_NOT_FOUND', field: ['sliceId'] }])
    expect(await refusalOf(newId('vio'))).toEqual([{ code: 'INVALID_ID', field: ['sliceId'] }])
  })

  it('takes samples from services, and not from customers', async () => {
    const sliceId = await stage.slice()
    expect(await stage.record(sliceId, latencies([1]), { service: 'probe' })).toMatchObject({ accepted: 1 })
    await expect(stage.record(sliceId, latencies([1]), { customer: ADA })).rejects.toThrow('FORBIDDEN')
  })
})
