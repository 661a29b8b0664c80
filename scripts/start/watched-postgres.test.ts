import { expect, test } from 'vitest'
import { until } from '../../test/support/until.ts'
import { ask } from '../postgres/fixtures/ask.ts'
import { makeScratch } from '../postgres/fixtures/scratch.ts'
import { type RunningPostgres, startPostgres } from '../postgres/launch.ts'
import { watchPostgres } from './watched-postgres.ts'

const OFTEN_MS = 5

test('a server that is killed is started again where it was, told about, and stopped in the end', async () => {
  await using scratch = await makeScratch()
  const options = { dataDir: scratch.dataDir, password: 'secret', settings: { fsync: 'off' } }
  let server = await startPostgres(options)
  const { port } = server
  await ask(server.url(), 'create table kept as select 42 as answer')
  const events: string[] = []
  const watch = watchPostgres(server, {
    lookInterval_ms: OFTEN_MS,
    onEvent: (text) => events.push(text),
    restart: async () => {
      server = await startPostgres({ ...options, port })
      return server
    },
  })
  const { pid } = server
  process.kill(pid, 'SIGKILL')
  await until(async () => server.pid !== pid)
  expect(events).toEqual(['postgres died; starting it again'])
  expect(server.port).toBe(port)
  expect(await ask(server.url(), 'select answer from kept')).toBe(42)
  await watch.stop()
  expect(await server.isRunning()).toBe(false)
})

const dead: RunningPostgres = {
  port: 1,
  pid: 1,
  adopted: false,
  url: () => '',
  isRunning: async () => false,
  stop: async () => undefined,
}

test('a server that keeps dying stays down, and that is said', async () => {
  const events: string[] = []
  const watch = watchPostgres(dead, {
    lookInterval_ms: OFTEN_MS,
    onEvent: (text) => events.push(text),
    restart: async () => dead,
  })
  await until(async () => events.length === 6)
  await watch.stop()
  expect(events.filter((text) => text === 'postgres died; starting it again')).toHaveLength(5)
  expect(events.at(-1)).toMatch('keeps dying and stays down')
})

test('a server that cannot be started again is told about, and tried again', async () => {
  const events: string[] = []
  const watch = watchPostgres(dead, {
    lookInterval_ms: OFTEN_MS,
    onEvent: (text) => events.push(text),
    restart: () => Promise.reject(new Error('The disk is full.')),
  })
  await until(async () => events.length >= 4)
  await watch.stop()
  expect(events.slice(0, 4)).toEqual([
    'postgres died; starting it again',
    'postgres does not start: The disk is full.',
    'postgres died; starting it again',
    'postgres does not start: The disk is full.',
  ])
})
