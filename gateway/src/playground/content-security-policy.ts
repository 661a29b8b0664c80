/** Origins are scheme://host[:port]; anything else could smuggle a directive into the policy. */
const HOST = /^[\w.-]+(:\d+)?$|^\[[\da-f:.]+\](:\d+)?$/i

/** What the page must be able to connect to for an endpoint: nothing extra for a path, its origin for an absolute URL. */
const originsOf = (url: string): string[] => (URL.canParse(url) ? [new URL(url).origin] : [])

/**
 * The policy of the page and its workers: nothing is allowed that is not named, nothing comes from elsewhere.
 *
 * `'unsafe-inline'` for styles only, because monaco-editor writes <style> elements for its themes and style attributes
 * for each line that it draws, and has no way to give them a nonce; the browser test holds that it is still needed.
 *
 * @param host the request's Host header; its WebSocket origins are named because `'self'` does not cover them in
 *   every browser
 * @param endpoints the URLs or paths that the page talks to
 */
export function contentSecurityPolicy(host: string | undefined, endpoints: readonly string[]): string {
  const sockets = host !== undefined && HOST.test(host) ? [`ws://${host}`, `wss://${host}`] : []
  const connections = new Set(["'self'", ...sockets, ...endpoints.flatMap(originsOf)])
  return [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self' 'unsafe-inline'",
    "worker-src 'self'",
    "img-src 'self' data:",
    "font-src 'self'",
    `connect-src ${[...connections].join(' ')}`,
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ')
}
