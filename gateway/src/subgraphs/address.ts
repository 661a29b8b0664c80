import { StartupFault } from '@carriergraph/shared/startup-fault.ts'

/** Where one process of a subgraph listens. */
export interface SubgraphAddress {
  /** For logs and operators, without credentials; never for clients. */
  readonly label: string
  /** Scheme, host and port. */
  readonly origin: string
  /** The unix domain socket to connect to instead of the origin's host. */
  readonly socketPath: string | undefined
  /** The request target: path and query. */
  readonly path: string
  /** The same place for graphql-ws, as the library `ws` spells it. */
  readonly webSocketUrl: string
}

/** `http+unix:///run/subgraph.sock:/graphql`: the socket, a colon, the request target. */
const UNIX_URL = /^http\+unix:\/\/(?<socketPath>\/[^:?#]+):(?<path>\/[^#]*)$/

/** Reads a URL with http, https or http+unix; undefined for any other text. */
export function parseAddress(text: string): SubgraphAddress | undefined {
  const { socketPath, path } = UNIX_URL.exec(text)?.groups ?? {}
  if (socketPath !== undefined && path !== undefined) {
    return {
      label: text,
      origin: 'http://localhost',
      socketPath,
      path,
      webSocketUrl: `ws+unix://${socketPath}:${path}`,
    }
  }
  const url = URL.parse(text)
  if (url === null || !/^https?:$/.test(url.protocol)) return undefined
  const { origin, pathname, search } = url
  return {
    label: origin + pathname,
    origin,
    socketPath: undefined,
    path: pathname + search,
    webSocketUrl: origin.replace(/^http/, 'ws') + pathname + search,
  }
}

export type SubgraphAddresses = readonly [SubgraphAddress, ...SubgraphAddress[]]

/**
 * Where the processes of one subgraph listen.
 * @throws StartupFault
 */
export function addressesOf(name: string, urls: readonly string[]): SubgraphAddresses {
  const [first, ...rest] = urls.map((url) => {
    const address = parseAddress(url)
    // Not repeated: it may carry a password.
    if (address === undefined)
      throw new StartupFault(`A URL of the subgraph ${name} is none, expected one like http://host/graphql.`)
    return address
  })
  if (first === undefined) throw new StartupFault(`The subgraph ${name} needs a URL.`)
  return [first, ...rest]
}
