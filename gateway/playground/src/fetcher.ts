import { createGraphiQLFetcher, type Fetcher, type FetcherParams } from '@graphiql/toolkit'
import { type DocumentNode, Kind, parse } from 'graphql'
import type { PlaygroundConfig } from '../../src/playground/config.ts'

type Headers = Readonly<Record<string, string>>

/** Header names do not care for case, connection parameters do: the socket must find `authorization` either way. */
const lowerCaseNames = (headers: Headers): Headers =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]))

function socketUrl(subscriptionUrl: string): string {
  const url = new URL(subscriptionUrl, location.href)
  url.protocol = url.protocol.replace('http', 'ws')
  return url.href
}

function parsed(query: string): DocumentNode | undefined {
  try {
    return parse(query)
  } catch {
    // The server says what is wrong with it.
    return undefined
  }
}

/**
 * The operation to run. GraphiQL learns a tenth of a second late what stands in its editor: whoever changes the tab
 * and runs at once would run the new text under the old operation's name.
 */
function currentOperation(params: FetcherParams, document: DocumentNode | undefined): FetcherParams {
  const operations = document?.definitions.filter((definition) => definition.kind === Kind.OPERATION_DEFINITION) ?? []
  const [first] = operations
  const isCurrent = operations.some((operation) => operation.name?.value === params.operationName)
  return isCurrent || first === undefined ? params : { ...params, operationName: first.name?.value ?? null }
}

/**
 * Queries and mutations by fetch, subscriptions by graphql-ws on a socket of their own, which is closed when the user
 * stops. The header editor's headers are the socket's connection parameters.
 */
export function createFetcher(config: PlaygroundConfig): Fetcher {
  const fetcher = createGraphiQLFetcher({
    url: config.graphqlUrl,
    subscriptionUrl: socketUrl(config.subscriptionUrl),
    enableIncrementalDelivery: false,
  })
  return (params, options) => {
    const document = parsed(params.query)
    return fetcher(currentOperation(params, document), {
      ...options,
      headers: lowerCaseNames(options?.headers ?? {}),
      ...(document === undefined ? {} : { documentAST: document }),
    })
  }
}
