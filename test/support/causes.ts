import { namedId } from '@carriergraph/shared/ids.ts'
import { ask } from './client.ts'

const ADA = namedId('usr', 'demo/ada')

/** Orders a slice for the demo user Ada and breaks its SLA; gives the slice's id. Another `n` is another slice. */
export async function violate(graphUrl: string, operator: string, n: number | string): Promise<string> {
  const created = await ask(
    graphUrl,
    operator,
    `mutation ($input: CreateSliceInput!) { createSlice(input: $input) { slice { id } errors { code } } }`,
    {
      input: {
        idempotencyKey: `violate-${n}`,
        ownerId: ADA,
        name: `Slice ${n}`,
        serviceType: 'URLLC',
        sla: { latencyMsMax: 5 },
      },
    },
  )
  const sliceId = created.data.createSlice.slice.id
  const start = Date.now() - 10_000
  const samples = [1, 2, 3].map((second) => ({
    observedAt: new Date(start + second * 1000).toISOString(),
    latencyMs: 900,
  }))
  const recorded = await ask(
    graphUrl,
    operator,
    `mutation ($input: RecordKpiSamplesInput!) { recordKpiSamples(input: $input) { opened { id } errors { code } } }`,
    { input: { sliceId, samples } },
  )
  if (recorded.data?.recordKpiSamples.opened.length !== 1) {
    throw new Error(`no violation opened: ${JSON.stringify(recorded)}`)
  }
  return sliceId
}

/** Opens a prepaid account for the demo user Ada and charges a call that it has no money for; gives its id. */
export async function exhaust(graphUrl: string, operator: string, n: number): Promise<string> {
  const tariffs = await ask(graphUrl, operator, '{ tariffs(first: 1) { nodes { id currency } } }')
  const [tariff] = tariffs.data.tariffs.nodes
  const msisdn = String(4_900_000_000 + n)
  const opened = await ask(
    graphUrl,
    operator,
    `mutation ($input: OpenBillingAccountInput!) { openBillingAccount(input: $input) { account { id } errors { code } } }`,
    {
      input: {
        ownerId: ADA,
        paymentMode: 'PREPAID',
        msisdn,
        tariffId: tariff.id,
        lowBalanceThreshold: { amount: '0', currency: tariff.currency },
      },
    },
  )
  const record = {
    recordId: `exhaust-${n}`,
    msisdn,
    usageType: 'VOICE',
    quantity: 600,
    startedAt: new Date(Date.now() - 1000).toISOString(),
  }
  const charged = await ask(
    graphUrl,
    operator,
    `mutation ($input: RecordUsageInput!) { recordUsage(input: $input) { charged { id } errors { code } } }`,
    { input: { records: [record] } },
  )
  if (charged.data?.recordUsage.charged.length !== 1) throw new Error(`nothing charged: ${JSON.stringify(charged)}`)
  return opened.data.openBillingAccount.account.id
}
