import { link, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parse } from 'csv-parse/sync'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { RejectedLine } from './rejected-line.ts'
import { openRejectsFile } from './rejects-file.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'billing-rejects-'))
})
afterAll(() => rm(folder, { recursive: true }))

const faulty = (text: string): RejectedLine => ({
  number: 2,
  text,
  code: 'COLUMN_COUNT',
  message: 'The line has 1 columns instead of 5.',
})

const source = async (name: string) => {
  const path = join(folder, name)
  await writeFile(path, 'what is to be charged')
  return path
}

test.each(['=1+1', '+1', '-1', '@SUM(A1)', '\tx', '\rx'])('the text %j is disarmed', async (text) => {
  const path = join(folder, 'formulas.csv')
  const file = await openRejectsFile(path, await source('a.csv'))
  await file.append([faulty(text)])
  await file.close()
  const [, row] = parse(await readFile(path, 'utf8'))
  expect(row?.at(-1)).toBe(`'${text}`)
})

test('begins anew, and has its header also where nothing is rejected', async () => {
  const path = join(folder, 'anew.csv')
  for (const text of ['old', 'new']) {
    const file = await openRejectsFile(path, await source('a.csv'))
    await file.append([faulty(text)])
    await file.append([])
    await file.close()
  }
  expect(parse(await readFile(path, 'utf8'))).toEqual([
    ['line', 'code', 'field', 'message', 'text'],
    ['2', 'COLUMN_COUNT', '', 'The line has 1 columns instead of 5.', 'new'],
  ])
})

test('what cannot be written is named', async () => {
  await expect(openRejectsFile(join(folder, 'none', 'r.csv'), await source('a.csv'))).rejects.toMatchObject({
    code: 'REJECTS_NOT_WRITABLE',
    message: expect.stringContaining('ENOENT'),
  })
})

test.each<[string, (path: string) => Promise<string>]>([
  ['itself', async (path) => path],
  [
    'a link to it',
    async (path) => {
      await symlink(path, `${path}.symbolic`)
      return `${path}.symbolic`
    },
  ],
  [
    'another name of it',
    async (path) => {
      await link(path, `${path}.hard`)
      return `${path}.hard`
    },
  ],
])('never writes over the file that is being read, named as %s', async (name, rejectsOf) => {
  const path = await source(`${name}.csv`)
  await expect(openRejectsFile(await rejectsOf(path), path)).rejects.toMatchObject({ code: 'REJECTS_NOT_WRITABLE' })
  expect(await readFile(path, 'utf8')).toBe('what is to be charged')
})
