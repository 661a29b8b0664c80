import { createReadStream } from 'node:fs'
import { ImportFault } from './fault.ts'

/**
 * The file is read whole, because JSON can only be checked whole. As many sites and links as may be imported at once
 * take 10 MB; there is room for a file from which one topology is picked.
 */
export const FILE_BYTES_MAX = 64 * 1024 * 1024

/** The text of a file or a pipe; a byte order mark at its beginning, as editors on Windows write it, is dropped. */
export async function textOf(file: string): Promise<string> {
  const bytes = await bytesOf(file)
  try {
    // Fatal: a file in another encoding would come in with its names destroyed.
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch (error) {
    throw new ImportFault('BAD_ENCODING', `${file} is not UTF-8: save it in that encoding.`, { cause: error })
  }
}

async function bytesOf(file: string): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  let size = 0
  try {
    for await (const chunk of createReadStream(file)) {
      // Counted here and not asked for before: a pipe has no size until it ends.
      size += chunk.length
      if (size > FILE_BYTES_MAX) break
      chunks.push(chunk)
    }
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new ImportFault('FILE_UNREADABLE', `${file} cannot be read: ${reason}`, { cause: error })
  }
  if (size > FILE_BYTES_MAX) throw new ImportFault('FILE_TOO_LARGE', `${file} has more than ${FILE_BYTES_MAX} bytes.`)
  return Buffer.concat(chunks)
}
