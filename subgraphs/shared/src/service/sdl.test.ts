import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { print } from 'graphql'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { readSdl } from './sdl.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sdl-'))
})
afterEach(() => rm(folder, { recursive: true }))

async function read(files: Readonly<Record<string, string>>): Promise<string> {
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text)
  return print(readSdl(folder))
}

test('reads the files of a folder in the order of their names, and nothing but SDL', async () => {
  expect(await read({ 'b.graphql': 'scalar B', 'a.graphql': 'scalar A', 'README.md': '# no SDL' })).toBe(
    'scalar A\n\nscalar B',
  )
})

test('makes extensions part of the type that another file defines, wherever it stands', async () => {
  const sdl = await read({
    'a.graphql': 'extend type Query implements I @a { one: Int }\nscalar A',
    'schema.graphql': 'type Query',
    'z.graphql': 'extend type Query @z { two: Int three: Int }',
  })
  expect(sdl).toBe('scalar A\n\ntype Query implements I @a @z {\n  one: Int\n  two: Int\n  three: Int\n}')
})

test('keeps the extension of a type that no file defines, and of the schema', async () => {
  const sdl = 'extend schema @link(url: "https://example.com")\n\nextend type Query {\n  one: Int\n}'
  expect(await read({ 'a.graphql': sdl })).toBe(sdl)
})

test('says in which file and where there is no SDL', async () => {
  await expect(read({ 'a.graphql': 'scalar A', 'b.graphql': '\ntype {' })).rejects.toMatchObject({
    message: 'Syntax Error: Expected Name, found "{".',
    source: { name: join(folder, 'b.graphql') },
    locations: [{ line: 2, column: 6 }],
  })
})
