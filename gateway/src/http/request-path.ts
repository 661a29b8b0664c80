import type { IncomingMessage } from 'node:http'

/** The path that a request is for. A client may write scheme and host before it (RFC 9112, 3.2.2). */
export function pathOf({ url = '' }: IncomingMessage): string {
  const target = url.startsWith('/') ? url : url.replace(/^https?:\/\/[^/?]*/i, '')
  return target.split('?', 1)[0] ?? ''
}
