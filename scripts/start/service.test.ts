import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, expect, test } from 'vitest'
import { freePorts } from '../../test/support/free-ports.ts'
import { type RunningService, startService } from './service.ts'

const home = mkdtempSync(join(tmpdir(), 'carriergraph-service-'))
const logFile = join(home, 'logs', 'fixture.log')
afterAll(() => rmSync(home, { recursive: true, force: true }))

const PROGRAMS = {
  serves: `
    import { createServer } from 'node:http'
    console.log(JSON.stringify({ msg: 'ready', pid: process.pid }))
    createServer((_, answer) => answer.end()).listen(Number(process.env.PORT), '127.0.0.1')`,
  refuses: `
    console.log(JSON.stringify({ msg: 'a log line' }))
    console.error('fixture: DATABASE_URL is missing.')
    process.exitCode = 1`,
  hangs: 'setInterval(() => {}, 1000)',
  dies: 'process.exitCode = 3',
}

const running: RunningService[] = []
afterEach(async () => {
  for (const service of running.splice(0)) {
    service.kill()
    await service.stop()
  }
})

/** Starts a program as a service; `told` waits for an event with these words. */
async function started(program: keyof typeof PROGRAMS, { asks = true } = {}) {
  const entry = join(home, `${program}.mjs`)
  writeFileSync(entry, PROGRAMS[program])
  const [port = 0] = await freePorts(1)
  const waiting = new Set<{ words: string; resolve: (event: string) => void }>()
  const events: string[] = []
  const onEvent = (text: string) => {
    events.push(text)
    for (const one of waiting) if (text.includes(one.words)) one.resolve(text)
  }
  const readyUrl = asks ? `http://127.0.0.1:${port}/` : null
  const spec = { name: 'fixture', entry, env: { PORT: String(port) }, readyUrl, logFile }
  const service = startService(spec, onEvent, { restartDelay_ms: 0 })
  running.push(service)
  const told = (words: string): Promise<string> => new Promise((resolve) => waiting.add({ words, resolve }))
  return { service, told, events, url: `http://127.0.0.1:${port}/` }
}

const isAlive = (pid = 0): boolean => {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

test('is ready when it answers, and ends without a restart when it is stopped', async () => {
  const { service, events, url } = await started('serves')
  await service.ready()
  expect((await fetch(url)).status).toBe(200)
  const { pid } = service
  await service.stop()
  expect(isAlive(pid)).toBe(false)
  expect(events).toEqual([])
  expect(readFileSync(logFile, 'utf8')).toBe(`{"msg":"ready","pid":${pid}}\n`)
})

test('is started again when it dies, and appends to its log; the log of the start before is kept', async () => {
  const { service, told, url } = await started('serves')
  await service.ready()
  const { pid: first = 0 } = service
  const death = told('died')
  process.kill(first, 'SIGKILL')
  expect(await death).toBe('fixture died (SIGKILL); starting it again')
  await expect
    .poll(
      () =>
        fetch(url)
          .then(({ status }) => status)
          .catch(() => 0),
      { timeout: 30_000 },
    )
    .toBe(200)
  expect(service.pid).not.toBe(first)
  const pids = readFileSync(logFile, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line).pid)
  expect(pids).toEqual([first, service.pid])
  await service.stop()
  await started('hangs')
  expect(readFileSync(`${logFile}.previous`, 'utf8')).toContain(`"pid":${first}`)
})

test('that keeps dying stays down with a sentence, and can still be stopped', async () => {
  const { service, told, events } = await started('dies', { asks: false })
  const given = told('stays down')
  await service.ready()
  expect(await given).toBe(`fixture keeps dying (exit code 3) and stays down; its log is ${logFile}`)
  expect(events.filter((event) => event === 'fixture died (exit code 3); starting it again')).toHaveLength(5)
  await service.stop()
})

test('that ends while it starts tells its last words, without its log lines', async () => {
  const { service } = await started('refuses')
  await expect(service.ready()).rejects.toThrow(
    `fixture did not start (exit code 1); its log is ${logFile}\nfixture: DATABASE_URL is missing.`,
  )
})

test('is not waited for any longer when the start is cancelled, and can be stopped half-way', async () => {
  const { service } = await started('hangs')
  await expect(service.ready(AbortSignal.abort(new Error('stopped')))).rejects.toThrow('stopped')
  await service.stop()
  expect(isAlive(service.pid)).toBe(false)
})
