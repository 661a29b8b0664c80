import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { readOperations } from './operations.ts'

const folders: string[] = []
let folder: string

const write = (files: Record<string, string>): Promise<unknown> =>
  Promise.all(Object.entries(files).map(([name, content]) => writeFile(join(folder, name), content)))

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'operations-'))
  folders.push(folder)
})

afterAll(() => Promise.all(folders.map((name) => rm(name, { recursive: true }))))

describe('example operations', () => {
  it('become tabs in the order of their file names, with title, text and variables', async () => {
    await write({
      '02-watch.graphql': '# Alerts as they happen\nsubscription Watch { alert }\n',
      '01-greet.graphql': '\n##  Greets by name  \nquery Greet($name: String!) { greet(name: $name) }\n',
      '01-greet.variables.json': '{\n  "name": "Ada"\n}\n',
      'README.md': 'not an operation',
    })
    expect(await readOperations(folder)).toEqual([
      {
        name: 'Greets by name',
        query: '\n##  Greets by name  \nquery Greet($name: String!) { greet(name: $name) }',
        variables: '{\n  "name": "Ada"\n}',
      },
      {
        name: 'Alerts as they happen',
        query: '# Alerts as they happen\nsubscription Watch { alert }',
        variables: '',
      },
    ])
  })

  it('take their file name for a title when no comment stands first', async () => {
    await write({ 'plain.graphql': '{ a }\n# too late' })
    expect(await readOperations(folder)).toMatchObject([{ name: 'plain' }])
  })

  it.each(['[1]', '7', 'null', '{'])(
    'are refused with the name of the file when its variables are %s',
    async (text) => {
      await write({ 'a.graphql': '{ a }', 'a.variables.json': text })
      await expect(readOperations(folder)).rejects.toThrow('a.variables.json')
    },
  )

  it('are refused when variables belong to no operation', async () => {
    await write({ 'a.graphql': '{ a }', 'b.variables.json': '{}' })
    await expect(readOperations(folder)).rejects.toThrow(/b\.variables\.json belongs to no operation/)
  })

  it('of this repository can all be read, each with a title of its own', async () => {
    const tabs = await readOperations()
    expect(tabs.length).toBeGreaterThanOrEqual(12)
    expect(new Set(tabs.map(({ name }) => name)).size).toBe(tabs.length)
  })
})
