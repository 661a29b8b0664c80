import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openSource } from './source.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'billing-source-'))
})
afterAll(() => rm(folder, { recursive: true }))

async function file(name: string, content: string | Buffer): Promise<string> {
  const path = join(folder, name)
  await writeFile(path, content)
  return path
}

async function contentOf(path: string): Promise<string> {
  const chunks: Uint8Array[] = []
  for await (const chunk of (await openSource(path)).content()) chunks.push(chunk)
  return Buffer.concat(chunks).toString()
}

test.each([
  ['a.csv', 'csv'],
  ['a.ndjson', 'ndjson'],
  ['a.jsonl', 'ndjson'],
  ['a.csv.gz', 'csv'],
  ['a.ndjson.gz', 'ndjson'],
])('tells the format of %s by its name', async (name, format) => {
  const source = await openSource(await file(name, name.endsWith('.gz') ? gzipSync('') : ''))
  expect(source.format).toBe(format)
  for await (const _ of source.content()) expect.unreachable()
})

test('reads plain and packed files alike, and counts the bytes on the disk', async () => {
  const text = 'line\n'.repeat(100_000)
  expect(await contentOf(await file('plain.csv', text))).toBe(text)
  const packed = gzipSync(text)
  const source = await openSource(await file('packed.csv.gz', packed))
  let length = 0
  for await (const chunk of source.content()) length += chunk.length
  expect(length).toBe(text.length)
  expect([source.bytesRead(), source.bytesTotal]).toEqual([packed.length, packed.length])
})

test('of a file that is packed, what is handed out counts, and not what was read ahead of it', async () => {
  const text = 'line\n'.repeat(200_000)
  const packed = gzipSync(text)
  const source = await openSource(await file('ahead.csv.gz', packed))
  let length = 0
  const shares: number[] = []
  for await (const chunk of source.content()) {
    length += chunk.length
    shares.push(source.bytesRead() / packed.length - length / text.length)
    expect(source.bytesOf(0)).toBe(0)
    expect(source.bytesOf(length / 2) / packed.length).toBeCloseTo(length / text.length / 2, 1)
  }
  expect(shares.length).toBeGreaterThan(4)
  for (const share of shares) expect(share).toBeCloseTo(0, 1)
  expect(source.bytesOf(length)).toBe(packed.length)
})

test('of a plain file, so many bytes of its content are so many bytes', async () => {
  const source = await openSource(await file('some.csv', 'one\ntwo\n'))
  for await (const _ of source.content()) expect(source.bytesOf(4)).toBe(4)
  expect([source.bytesOf(8), source.bytesRead()]).toEqual([8, 8])
})

test('a file packed in several members, as by log rotation, is read to the end', async () => {
  const members = Buffer.concat([gzipSync('a\n'), gzipSync('b\n')])
  expect(await contentOf(await file('members.csv.gz', members))).toBe('a\nb\n')
})

test('a packed file that is cut off or was never packed is GZIP_DAMAGED', async () => {
  const cut = gzipSync('line\n'.repeat(10_000)).subarray(0, 40)
  await expect(contentOf(await file('cut.csv.gz', cut))).rejects.toMatchObject({ code: 'GZIP_DAMAGED' })
  await expect(contentOf(await file('plain.csv.gz', 'a,b\n'))).rejects.toMatchObject({ code: 'GZIP_DAMAGED' })
})

test('what cannot be opened is named', async () => {
  await expect(openSource(join(folder, 'none.csv'))).rejects.toMatchObject({ code: 'FILE_NOT_FOUND' })
  await expect(openSource(folder, 'csv')).rejects.toMatchObject({ code: 'FILE_NOT_READABLE' })
  await expect(openSource(await file('a.txt', ''))).rejects.toMatchObject({ code: 'FORMAT_UNKNOWN' })
})
