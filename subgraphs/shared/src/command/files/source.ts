import { open } from 'node:fs/promises'
import { pipeline, type Readable } from 'node:stream'
import { createGunzip, type Gunzip } from 'node:zlib'
import { FileFault } from './fault.ts'

export const FORMATS = ['csv', 'ndjson'] as const
export type Format = (typeof FORMATS)[number]

/** A file of one record a line that is open for reading. */
export type LineSource = {
  readonly format: Format
  /** Of the file as it lies on the disk. */
  readonly bytesTotal: number
  /** How much of it has been handed out so far. */
  bytesRead(): number
  /** How much of it holds so many bytes of its content, which have been handed out; of a packed file about how much. */
  bytesOf(contentBytes: number): number
  /** Its content, unpacked. To be read once. */
  content(): AsyncIterable<Uint8Array>
  /** For a source that was not read to its end, or not at all. */
  close(): Promise<void>
}

/**
 * Opens a `.csv`, `.ndjson` or `.jsonl` file, packed as `.gz` or not; `format` is for other names.
 * @throws FileFault where there is no such file, it is no file, or its name does not tell the format
 */
export async function openSource(path: string, format = formatOf(path)): Promise<LineSource> {
  if (format === undefined)
    throw new FileFault('FORMAT_UNKNOWN', `${path}: the name does not tell the format; say --format csv or ndjson.`)
  const file = await open(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') throw new FileFault('FILE_NOT_FOUND', `${path}: there is no such file.`)
    throw new FileFault('FILE_NOT_READABLE', `${path} cannot be read: ${error.code ?? error.message}.`)
  })
  const stat = await file.stat()
  if (!stat.isFile()) {
    await file.close()
    throw new FileFault('FILE_NOT_READABLE', `${path} is no file.`)
  }
  const bytes = file.createReadStream({ highWaterMark: CHUNK_BYTES })
  let gunzip: Gunzip | undefined
  let handedOut = 0
  async function* content(): AsyncGenerator<Uint8Array> {
    if (path.endsWith('.gz')) gunzip = createGunzip()
    for await (const chunk of gunzip === undefined ? bytes : unpacked(bytes, gunzip, path)) {
      handedOut += chunk.length
      yield chunk
    }
  }
  function bytesOf(contentBytes: number): number {
    if (gunzip === undefined) return contentBytes
    // Some is read, and some of that unpacked, before it is asked for.
    const unpackedBytes = handedOut + gunzip.readableLength
    return unpackedBytes === 0 ? 0 : Math.round((gunzip.bytesWritten * contentBytes) / unpackedBytes)
  }
  return {
    format,
    bytesTotal: stat.size,
    bytesRead: () => bytesOf(handedOut),
    bytesOf,
    content,
    async close() {
      if (bytes.closed) return
      // Reading ended with a fault already, where it did: nobody is left to be told another one.
      bytes.on('error', () => undefined)
      const closed = Promise.withResolvers<void>()
      bytes.once('close', closed.resolve)
      bytes.destroy()
      await closed.promise
    },
  }
}

async function* unpacked(packed: Readable, gunzip: Gunzip, path: string): AsyncGenerator<Uint8Array> {
  try {
    // The callback only keeps the error from being thrown twice: iterating the last stream throws it as well.
    yield* pipeline(packed, gunzip, () => undefined)
  } catch (error) {
    if (!isPackingError(error)) throw error
    throw new FileFault('GZIP_DAMAGED', `${path} is damaged or cut off: ${error.message}.`, { cause: error })
  }
}

const isPackingError = (error: unknown): error is Error =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' && error.code.startsWith('Z_')

function formatOf(path: string): Format | undefined {
  const name = path.endsWith('.gz') ? path.slice(0, -3) : path
  if (name.endsWith('.csv')) return 'csv'
  return name.endsWith('.ndjson') || name.endsWith('.jsonl') ? 'ndjson' : undefined
}

/** A thousand lines, so that progress is told as it is made; larger chunks were not faster. */
const CHUNK_BYTES = 64 * 1024
