import { createClient } from 'graphql-ws'

const { GRAPH_URL = 'ws://127.0.0.1:4000/graphql', TOKEN } = process.env
const client = createClient({ url: GRAPH_URL, connectionParams: { authorization: `Bearer ${TOKEN}` } })
const query = `subscription { slaViolationDetected { cursor violation {
  severity metric observed threshold slice { name owner { displayName } } } } }`

for await (const { data } of client.iterate({ query })) {
  const { severity, metric, observed, threshold, slice } = data.slaViolationDetected.violation
  console.log(`${severity} ${metric} ${observed} (promised ${threshold}): ${slice.name} of ${slice.owner?.displayName}`)
}
