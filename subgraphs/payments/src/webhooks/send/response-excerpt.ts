import type { Readable } from 'node:stream'
import { withoutCardNumbers } from '@carriergraph/shared/cards/holds-card-number.ts'

/** Characters of an answer that are kept: enough for a message, and no place to store things. */
export const EXCERPT_LENGTH_MAX = 1_000
/** Read beyond that, and shown nothing of, so that a secret or a card number which the cut would split is seen whole and masked. */
const MARGIN_LENGTH = 512
/** As many characters, by as many bytes as UTF-8 has for one. */
const READ_BYTES_MAX = 4 * (EXCERPT_LENGTH_MAX + MARGIN_LENGTH)

/** What was read of an answer, and whether it was longer than that. */
export type Beginning = { readonly bytes: Buffer; readonly isCut: boolean }

/**
 * Reads what an answer begins with and closes the connection where there is more, or where the rest does not come in time:
 * a receiver that never ends its answer holds up nobody.
 */
export async function beginningOf(body: Readable, wait_ms: number): Promise<Beginning> {
  const chunks: Buffer[] = []
  let size = 0
  // Closing it before its end is an error to the stream, and none to us.
  body.on('error', () => undefined)
  const timer = setTimeout(() => body.destroy(), wait_ms)
  try {
    for await (const chunk of body) {
      chunks.push(chunk)
      size += chunk.length
      if (size > READ_BYTES_MAX) break
    }
  } catch {
    // What came before it broke off is what there is to show.
  } finally {
    clearTimeout(timer)
    body.destroy()
  }
  return { bytes: Buffer.concat(chunks).subarray(0, READ_BYTES_MAX), isCut: size > READ_BYTES_MAX }
}

/** The text as it may be shown: printable, without the given secrets and without card numbers, cut. Null where there is nothing. */
export function excerptOf({ bytes, isCut }: Beginning, secrets: readonly string[]): string | null {
  let text = bytes.toString('utf8')
  for (const secret of secrets) text = text.replaceAll(secret, '[secret]')
  const masked = [...withoutCardNumbers(text.replaceAll(HIDDEN, ' '))]
  // However few characters are left of those that were read: the last of them may be the first of a number.
  const known = isCut ? masked.slice(0, -MARGIN_LENGTH) : masked
  const shown = known.slice(0, EXCERPT_LENGTH_MAX).join('').trim()
  return shown === '' ? null : shown
}

const HIDDEN = /[\p{Cc}\p{Cf}\p{Co}\p{Cn}\p{Zl}\p{Zp}\ufffd]+/gu
