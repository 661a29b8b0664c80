import { Client, fetchExchange, subscriptionExchange } from '@urql/core'
import { createClient } from 'graphql-sse'

const { GRAPH_URL = 'http://127.0.0.1:4000/graphql', TOKEN } = process.env
const headers = { authorization: `Bearer ${TOKEN}` }
const stream = createClient({ url: GRAPH_URL, headers })
const forwardSubscription = ({ query, variables }) => ({
  subscribe: (sink) => ({ unsubscribe: stream.subscribe({ query, variables }, sink) }),
})
const exchanges = [fetchExchange, subscriptionExchange({ forwardSubscription })]
const client = new Client({ url: GRAPH_URL, exchanges, fetchOptions: { headers } })

const { data } = await client.query('{ slices(first: 1) { nodes { name owner { displayName } } } }', {})
for (const { name, owner } of data.slices.nodes) console.log(`${name} of ${owner?.displayName}`)

const query = 'subscription { slaViolationDetected { cursor violation { severity metric slice { name } } } }'
client.subscription(query, {}).subscribe(({ data }) => {
  const { severity, metric, slice } = data.slaViolationDetected.violation
  console.log(`${severity} ${metric}: ${slice.name}`)
})
