import type { IncomingMessage, ServerResponse } from 'node:http'
import { join } from 'node:path'
import { pathOf } from '../http/request-path.ts'
import { acceptsListed } from './accepts-listed.ts'
import { type Asset, type Bundle, negotiate, readBundle } from './bundle.ts'
import type { PlaygroundConfig, PlaygroundTab } from './config.ts'
import { contentSecurityPolicy } from './content-security-policy.ts'
import { isLoopback } from './loopback.ts'

export const PLAYGROUND_DIRECTORY = join(import.meta.dirname, '../../playground/dist')

export type PlaygroundOptions = {
  /** False in production: then every address of the playground answers 404. */
  readonly enabled: boolean
  /** The example operations, see `readOperations`. */
  readonly tabs: readonly PlaygroundTab[]
  /**
   * Request headers to pre-fill, asked for at each visit so that a development token is fresh; none by default. Only for
   * a page that was opened under a name of this machine: under any other, a page elsewhere may have had its own name
   * point here, to read them (DNS rebinding).
   */
  readonly headers?: () => Readonly<Record<string, string>> | Promise<Readonly<Record<string, string>>>
  /** Default: `/graphql` on the page's own origin. */
  readonly graphqlUrl?: string
  /** Default: the same as `graphqlUrl`. */
  readonly subscriptionUrl?: string
  readonly title?: string
  /** Where the built playground is; gateway/playground/dist by default. */
  readonly directory?: string
}

const NOT_BUILT =
  'The playground has not been built yet. Run `pnpm --filter @carriergraph/playground build`, then reload.\n'

type Reply = { readonly status: number; readonly headers: Readonly<Record<string, string>>; readonly body: Buffer }

const textReply = (status: number, text: string, headers: Readonly<Record<string, string>> = {}): Reply => ({
  status,
  headers: { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store', ...headers },
  body: Buffer.from(text),
})

function assetReply(asset: Asset, request: IncomingMessage, cacheControl: string, vary: string): Reply {
  const { encoding, body } = negotiate(asset, request.headers['accept-encoding']?.toString())
  const contentEncoding = encoding === 'identity' ? {} : { 'content-encoding': encoding }
  const headers = { 'content-type': asset.contentType, 'cache-control': cacheControl, vary, ...contentEncoding }
  return { status: 200, headers, body }
}

/** Reads the bundle once it is there; until then each request looks again. */
function bundleReader(directory: string): () => Promise<Bundle | null> {
  let reading: Promise<Bundle | null> | undefined
  return async () => {
    reading ??= readBundle(directory)
    try {
      const bundle = await reading
      if (bundle === null) reading = undefined
      return bundle
    } catch (error) {
      reading = undefined
      throw error
    }
  }
}

/**
 * The playground as a plain node:http handler: the page at `/` for clients that accept text/html, everything else of
 * it under `/playground/`.
 *
 * @returns a handler that answers and returns true, or touches nothing and returns false when the request is not for
 *   the playground
 */
export function servePlayground(options: PlaygroundOptions): (req: IncomingMessage, res: ServerResponse) => boolean {
  const { enabled, tabs, headers = () => ({}), graphqlUrl = '/graphql', title = 'CarrierGraph' } = options
  const { subscriptionUrl = graphqlUrl, directory = PLAYGROUND_DIRECTORY } = options
  const bundleOf = bundleReader(directory)

  async function configReply({ headers: { host } }: IncomingMessage): Promise<Reply> {
    const prefilled = isLoopback(host) ? await headers() : {}
    const config: PlaygroundConfig = { graphqlUrl, subscriptionUrl, title, headers: prefilled, tabs }
    return textReply(200, JSON.stringify(config), { 'content-type': 'application/json' })
  }

  async function replyTo(path: string, request: IncomingMessage): Promise<Reply> {
    if (!enabled) return textReply(404, 'The playground is switched off here.\n')
    if (path === '/playground' || path === '/playground/') return textReply(307, '', { location: '/' })
    if (path === '/playground/config.json') return configReply(request)
    const bundle = await bundleOf()
    if (bundle === null) return textReply(503, NOT_BUILT)
    if (path === '/') return assetReply(bundle.index, request, 'no-cache', 'accept, accept-encoding')
    const asset = bundle.assets.get(path)
    if (asset === undefined) return textReply(404, 'Not found.\n')
    return assetReply(asset, request, 'public, max-age=31536000, immutable', 'accept-encoding')
  }

  function send(request: IncomingMessage, response: ServerResponse, reply: Reply): void {
    response.writeHead(reply.status, {
      ...reply.headers,
      'content-length': reply.body.length,
      'content-security-policy': contentSecurityPolicy(request.headers.host, [graphqlUrl, subscriptionUrl]),
      'cross-origin-resource-policy': 'same-origin',
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
    })
    response.end(request.method === 'HEAD' ? undefined : reply.body)
  }

  return (request, response) => {
    const path = pathOf(request)
    const reads = request.method === 'GET' || request.method === 'HEAD'
    const isPage = path === '/' && reads && acceptsListed(request.headers.accept, 'text/html')
    if (!isPage && path !== '/playground' && !path.startsWith('/playground/')) return false
    if (!reads) {
      send(request, response, textReply(405, 'Only GET and HEAD.\n', { allow: 'GET, HEAD' }))
      return true
    }
    replyTo(path, request).then(
      (reply) => send(request, response, reply),
      // A development tool: who sees this is who can mend it, so the reason is told.
      (error: unknown) =>
        send(request, response, textReply(500, `${error instanceof Error ? error.message : error}\n`)),
    )
    return true
  }
}
