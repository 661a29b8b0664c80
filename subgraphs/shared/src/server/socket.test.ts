import { spawnSync } from 'node:child_process'
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { json } from 'node:stream/consumers'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { SIGNATURE_HEADER } from '../signature/canonical.ts'
import { TestSubgraph } from './subgraph.fixture.ts'

let folder: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'carriergraph-socket-'))
})
afterAll(() => rm(folder, { recursive: true }))

async function askAt(socketPath: string, subgraph: TestSubgraph): Promise<unknown> {
  const body = '{"query":"{ __typename }"}'
  const headers = { 'content-type': 'application/json', [SIGNATURE_HEADER]: subgraph.sign({ body }) }
  const { promise, resolve, reject } = Promise.withResolvers<unknown>()
  request({ socketPath, path: '/graphql', method: 'POST', headers }, (response) => resolve(json(response)))
    .once('error', reject)
    .end(body)
  return promise
}

const TYPENAME = { data: { __typename: 'Query' } }

test('a subgraph answers at its socket and at its port, and takes both away when it stops', async () => {
  const socketPath = join(folder, 'both.sock')
  await using subgraph = await new TestSubgraph().start({ socketPath })
  expect(await askAt(socketPath, subgraph)).toEqual(TYPENAME)
  expect(await (await subgraph.post('{ __typename }')).json()).toEqual(TYPENAME)
  await subgraph.stop()
  await expect(stat(socketPath)).rejects.toThrow('ENOENT')
})

test('what a killed process has left behind is taken away', async () => {
  const socketPath = join(folder, 'left.sock')
  const program = `require('node:net').createServer().listen(${JSON.stringify(socketPath)}, () => process.kill(process.pid, 'SIGKILL'))`
  expect(spawnSync(process.execPath, ['-e', program]).signal).toBe('SIGKILL')
  expect((await stat(socketPath)).isSocket()).toBe(true)
  await using subgraph = await new TestSubgraph().start({ socketPath })
  expect(await askAt(socketPath, subgraph)).toEqual(TYPENAME)
})

test('a socket at which somebody listens is not taken from them', async () => {
  const socketPath = join(folder, 'taken.sock')
  await using first = await new TestSubgraph().start({ socketPath })
  await expect(new TestSubgraph().start({ socketPath })).rejects.toThrow(
    `Something listens on the socket ${socketPath}`,
  )
  expect(await askAt(socketPath, first)).toEqual(TYPENAME)
})

test('a file that is no socket stays as it is', async () => {
  const socketPath = join(folder, 'precious.txt')
  await writeFile(socketPath, 'precious')
  await expect(new TestSubgraph().start({ socketPath })).rejects.toThrow('Something listens on the socket')
  expect(await readFile(socketPath, 'utf8')).toBe('precious')
})
