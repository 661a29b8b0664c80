import { ApolloClient, gql, HttpLink, InMemoryCache } from '@apollo/client'

const { GRAPH_URL = 'http://127.0.0.1:4000/graphql', TOKEN } = process.env
// Subscriptions go over the same link, as multipart responses: nothing else has to be set up for them.
const link = new HttpLink({ uri: GRAPH_URL, headers: { authorization: `Bearer ${TOKEN}` } })
const client = new ApolloClient({ link, cache: new InMemoryCache() })

const { data } = await client.query({ query: gql`{ slices(first: 1) { nodes { id name owner { id displayName } } } }` })
for (const { name, owner } of data.slices.nodes) console.log(`${name} of ${owner?.displayName}`)

const query = gql`subscription { slaViolationDetected { cursor violation { id severity metric slice { id name } } } }`
client.subscribe({ query }).subscribe(({ data }) => {
  const { severity, metric, slice } = data.slaViolationDetected.violation
  console.log(`${severity} ${metric}: ${slice.name}`)
})
