import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { EventEmitter, once } from 'node:events'
import { createServer } from 'node:http'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { afterEach, describe, expect, test } from 'vitest'
import { listen } from './server/listen.ts'
import { parseSigningKeys } from './signature/keys.ts'
import { signRequest } from './signature/sign.ts'

const SIGNING_KEYS = `test:${'k'.repeat(32)}`
const FIXTURE = fileURLToPath(new URL('lifecycle.fixture.ts', import.meta.url))

class ServiceProcess {
  readonly #child: ChildProcessWithoutNullStreams
  readonly lines: string[] = []
  stderr = ''
  readonly #ended: Promise<unknown>
  readonly #spoke = new EventEmitter()

  constructor(env: Record<string, string>) {
    this.#child = spawn(process.execPath, [FIXTURE], { env: { PORT: '0', SIGNING_KEYS, ...env } })
    this.#ended = once(this.#child, 'close')
    createInterface({ input: this.#child.stdout }).on('line', (line) => {
      this.lines.push(line)
      this.#spoke.emit('line')
    })
    this.#child.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.stderr += text
    })
  }

  /** The first line of standard output, so far or to come, that contains the text. */
  async heard(text: string): Promise<string> {
    for (;;) {
      const line = this.lines.find((candidate) => candidate.includes(text))
      if (line !== undefined) return line
      if (this.#hasEnded) throw new Error(`ended without "${text}": ${this.stderr}`)
      await Promise.race([once(this.#spoke, 'line'), this.#ended])
    }
  }

  async url(): Promise<string> {
    return JSON.parse(await this.heard('is ready')).url
  }

  signal(name: NodeJS.Signals): void {
    this.#child.kill(name)
  }

  say(line: string): void {
    this.#child.stdin.write(`${line}\n`)
  }

  async exitCode(): Promise<number | null> {
    await this.#ended
    return this.#child.exitCode
  }

  get #hasEnded(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null
  }

  end(): Promise<unknown> {
    if (!this.#hasEnded) this.#child.kill('SIGKILL')
    return this.#ended
  }
}

const processes: ServiceProcess[] = []
function run(env: Record<string, string> = {}): ServiceProcess {
  const service = new ServiceProcess(env)
  processes.push(service)
  return service
}
afterEach(() => Promise.all(processes.splice(0).map((service) => service.end())))

async function askSlow(service: ServiceProcess): Promise<Response> {
  const url = await service.url()
  const body = JSON.stringify({ query: '{ slow }' })
  const signature = signRequest({
    keys: parseSigningKeys(SIGNING_KEYS),
    method: 'POST',
    path: '/graphql',
    body,
    now: new Date(),
  })
  const headers = { 'content-type': 'application/json', 'x-carriergraph-signature': signature }
  return fetch(url, { method: 'POST', headers, body })
}

/** The lines that the fixture writes itself, without its log. */
const toldBy = ({ lines }: ServiceProcess) => lines.filter((line) => !line.startsWith('{'))

describe('a running service', () => {
  test.each(['SIGTERM', 'SIGINT'] as const)(
    'answers what is in flight at %s, then closes its resources in reverse order and exits with 0',
    async (signal) => {
      const service = run()
      const answer = askSlow(service)
      await service.heard('slow began')
      service.signal(signal)
      await service.heard('fixture is stopping')
      expect(toldBy(service)).toEqual(['slow began'])
      service.say('release')
      expect(await (await answer).json()).toEqual({ data: { slow: 'answered' } })
      expect(await service.exitCode()).toBe(0)
      expect(toldBy(service)).toEqual(['slow began', 'second resource closed', 'first resource closed'])
      expect(service.stderr).toBe('')
    },
  )

  test('exits at once at the second signal', async () => {
    const service = run()
    const answer = askSlow(service)
    const dropped = expect(answer).rejects.toThrow('fetch failed')
    await service.heard('slow began')
    service.signal('SIGTERM')
    await service.heard('fixture is stopping')
    service.signal('SIGINT')
    expect(await service.exitCode()).toBe(130)
    expect(toldBy(service)).toEqual(['slow began'])
    await dropped
  })

  test('that has a bug nobody handles says so in its log and exits with 1', async () => {
    const service = run()
    await service.heard('is ready')
    service.say('crash')
    expect(await service.exitCode()).toBe(1)
    expect(JSON.parse(await service.heard('"fatal"'))).toMatchObject({ err: { message: 'a bug' } })
  })

  test('whose resource does not close still closes the others, and exits with 1', async () => {
    const service = run({ FAIL: 'close' })
    await service.heard('is ready')
    service.signal('SIGTERM')
    expect(await service.exitCode()).toBe(1)
    expect(toldBy(service)).toEqual(['second resource closed', 'first resource closed'])
    expect(service.stderr).toContain('the database does not close')
  })

  test('whose resource hangs while it closes exits with 1 at the deadline, and says so in its log', async () => {
    const service = run({ FAIL: 'hang' })
    await service.heard('is ready')
    service.signal('SIGTERM')
    expect(await service.exitCode()).toBe(1)
    expect(toldBy(service)).toEqual(['second resource closed'])
    expect(JSON.parse(await service.heard('did not stop in time'))).toMatchObject({ level: 'error', stop_ms_max: 50 })
  })
})

describe('a service that cannot start closes what it had opened, exits with 1 and says why:', () => {
  test('all faults of its configuration, without a stack', async () => {
    const service = run({ PORT: 'many', SIGNING_KEYS: 'x' })
    expect(await service.exitCode()).toBe(1)
    expect(toldBy(service)).toEqual(['first resource closed'])
    expect(service.stderr).toBe(
      [
        'fixture: The configuration is wrong:',
        '  PORT: is "many", expected a port number from 0 to 65535',
        '  SIGNING_KEYS: entry 1 is not name:secret, expected name:secret[,name2:secret2], each secret of 32 characters or more',
        '',
      ].join('\n'),
    )
  })

  test('a port in use, in one sentence', async () => {
    const holder = createServer()
    const port = await listen(holder, 0, '127.0.0.1')
    const service = run({ PORT: String(port) })
    expect(await service.exitCode()).toBe(1)
    expect(toldBy(service)).toEqual(['second resource closed', 'first resource closed'])
    expect(service.stderr).toBe(`fixture: Port ${port} is in use: stop what listens there, or choose another port.\n`)
    await new Promise((resolve) => holder.close(resolve))
  })

  test('a bug, with its stack', async () => {
    const service = run({ FAIL: 'build' })
    expect(await service.exitCode()).toBe(1)
    expect(toldBy(service)).toEqual(['second resource closed', 'first resource closed'])
    expect(service.stderr).toMatch(/^fixture: TypeError: a bug while building\n {4}at .*lifecycle\.fixture\.ts/)
  })
})
