import { type Client, createClient } from 'graphql-ws'
import { WebSocket } from 'ws'

export interface GraphAnswer {
  // biome-ignore lint/suspicious/noExplicitAny: a test reads deep into data whose shape its own query gives
  data?: any
  errors?:
    | readonly {
        message: string
        path?: readonly (string | number)[]
        extensions?: Readonly<Record<string, unknown>>
      }[]
    | undefined
}

/** Sends one operation over HTTP as a frontend would. */
export async function ask(
  graphUrl: string,
  token: string | null,
  query: string,
  variables: Record<string, unknown> = {},
): Promise<GraphAnswer> {
  const response = await fetch(graphUrl, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(token === null ? {} : { authorization: `Bearer ${token}` }) },
    body: JSON.stringify({ query, variables }),
  })
  return (await response.json()) as GraphAnswer
}

/** A graphql-ws client as a frontend would make it. Dispose it when done. */
export function connect(webSocketUrl: string, token: string): Client {
  return createClient({
    url: webSocketUrl,
    webSocketImpl: WebSocket,
    lazy: false,
    connectionParams: { authorization: `Bearer ${token}` },
  })
}

/** Takes events from a subscription until `enough` says so; then ends it. */
export async function take(
  client: Client,
  query: string,
  variables: Record<string, unknown>,
  enough: (events: readonly GraphAnswer[]) => boolean,
): Promise<GraphAnswer[]> {
  const events: GraphAnswer[] = []
  for await (const event of client.iterate({ query, variables })) {
    events.push(event)
    if (enough(events)) break
  }
  return events
}
