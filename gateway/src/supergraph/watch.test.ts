import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { createLog } from '@carriergraph/shared/log.ts'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { compose } from '../testing/library-graph.ts'
import type { LoadedSupergraph } from './load.ts'
import { watchSupergraph } from './watch.ts'

const sdlWith = (field: string): string =>
  compose([{ name: 'a', url: 'http://a.example/', typeDefs: `type Query { ${field}: String }` }])

let directory: string
let path: string
let watch: AsyncDisposable
let logged: string[]
const served: LoadedSupergraph[] = []
let waiting: PromiseWithResolvers<LoadedSupergraph>

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'carriergraph-supergraph-'))
  path = join(directory, 'supergraph.graphql')
  writeFileSync(path, sdlWith('first'))
  logged = []
  served.length = 0
  waiting = Promise.withResolvers()
  watch = watchSupergraph({
    path,
    composedSdl: sdlWith('first'),
    poll_ms: 1,
    log: createLog({
      service: 'test',
      level: 'info',
      destination: { write: (line: string) => void logged.push(line) },
    }),
    async serve(supergraph) {
      served.push(supergraph)
      waiting.resolve(supergraph)
      waiting = Promise.withResolvers()
    },
  })
})
afterEach(async () => {
  await watch[Symbol.asyncDispose]()
  rmSync(directory, { recursive: true })
})

function replace(text: string): void {
  writeFileSync(`${path}.new`, text)
  renameSync(`${path}.new`, path)
}

const fieldsOf = ({ apiSchema }: LoadedSupergraph) => Object.keys(apiSchema.getQueryType()?.getFields() ?? {})

test('a changed file is served, once for each change', async () => {
  const second = waiting.promise
  replace(sdlWith('second'))
  expect(fieldsOf(await second)).toEqual(['second'])
  const third = waiting.promise
  replace(sdlWith('third'))
  expect(fieldsOf(await third)).toEqual(['third'])
  expect(served).toHaveLength(2)
})

test.each([
  ['no supergraph', () => replace('type Query { no: String')],
  ['away', () => rmSync(path)],
])('a file that is %s leaves what is served, and the next good one is served', async (_, spoil) => {
  spoil()
  while (!logged.some((line) => line.includes('the one before stays'))) await nextTurn()
  const next = waiting.promise
  replace(sdlWith('mended'))
  expect(fieldsOf(await next)).toEqual(['mended'])
  expect(served).toHaveLength(1)
})
