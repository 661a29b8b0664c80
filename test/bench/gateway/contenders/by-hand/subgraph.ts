import { Pool } from 'undici'

const URLS: Readonly<Record<string, string>> = JSON.parse(process.env.SUBGRAPHS ?? '{}')

/** As many as the gateway opens to one subgraph. */
const CONNECTIONS_MAX = 64

const HEADERS = { 'content-type': 'application/json' }

/** Calls one subgraph by the least that undici does for a request. */
function createCall(name: string): <Data>(body: string) => Promise<Data> {
  const url = new URL(URLS[name] ?? '')
  const pool = new Pool(url.origin, { connections: CONNECTIONS_MAX })
  return (body) =>
    new Promise((resolve, reject) => {
      const chunks: Buffer[] = []
      pool.dispatch(
        { path: url.pathname, method: 'POST', headers: HEADERS, body },
        {
          onRequestStart: () => undefined,
          onResponseData: (_, chunk) => void chunks.push(chunk),
          onResponseEnd: () => resolve(JSON.parse(Buffer.concat(chunks).toString('utf8')).data),
          onResponseError: (_, error) => reject(error),
        },
      )
    })
}

/** A fetch of a root field about one customer. */
export function rootFetch<Data>(subgraph: string, query: string): (id: string) => Promise<Data> {
  const call = createCall(subgraph)
  const head = `{"query":${JSON.stringify(query)},"variables":{"id":`
  return (id) => call(`${head}${JSON.stringify(id)}}}`)
}

/** A fetch of entities by their representations, in the order of these. */
export function entityFetch<Entity>(
  subgraph: string,
  type: string,
  fields: string,
): (representations: readonly object[]) => Promise<readonly Entity[]> {
  const call = createCall(subgraph)
  const query = `query($representations:[_Any!]!){_entities(representations:$representations){... on ${type}{${fields}}}}`
  const head = `{"query":${JSON.stringify(query)},"variables":{"representations":`
  return async (representations) => {
    const { _entities } = await call<{ _entities: Entity[] }>(`${head}${JSON.stringify(representations)}}}`)
    return _entities
  }
}
