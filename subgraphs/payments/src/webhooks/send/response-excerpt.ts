import type { Readable } from 'node:stream'
import { withoutCardNumbers } from '@carriergraph/shared/cards/holds-card-number.ts'

/** Characters of an answer that are kept: enough for a message, and no place to store things. */
export const EXCERPT_LENGTH_MAX = 1_000
/** Read beyond that, so that a secret or a card number which the cut would split is seen whole and masked. */
const MARGIN_BYTES = 512

/**
 * Reads what an answer begins with and closes the connection where there is more, or where the rest does not come in time:
 * a receiver that never ends its answer holds up nobody.
 */
export async function beginningOf(body: Readable, wait_ms: number): Promise<Buffer> {
  const chunks: Buffer[] = []
  let size = 0
  // Closing it before its end is an error to the stream, and none to us.
  body.on('error', () => undefined)
  const timer = setTimeout(() => body.destroy(), wait_ms)
  try {
    for await (const chunk of body) {
      chunks.push(chunk)
      size += chunk.length
      if (size >= EXCERPT_LENGTH_MAX + MARGIN_BYTES) break
    }
  } catch {
    // What came before it broke off is what there is to show.
  } finally {
    clearTimeout(timer)
    body.destroy()
  }
  return Buffer.concat(chunks).subarray(0, EXCERPT_LENGTH_MAX + MARGIN_BYTES)
}

/** The text as it may be shown: printable, without the given secrets and without card numbers, cut. Null where there is nothing. */
export function excerptOf(beginning: Buffer, secrets: readonly string[]): string | null {
  let text = beginning.toString('utf8')
  for (const secret of secrets) text = text.replaceAll(secret, '[secret]')
  const shown = [...withoutCardNumbers(text.replaceAll(HIDDEN, ' '))].slice(0, EXCERPT_LENGTH_MAX).join('').trim()
  return shown === '' ? null : shown
}

const HIDDEN = /[\p{Cc}\p{Cf}\p{Co}\p{Cn}\p{Zl}\p{Zp}\ufffd]+/gu
