import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { killChild } from './kill-child.ts'

/** Continuous integration installs it; without one on this machine there is nothing to test. */
export const isRedisInstalled = spawnSync('redis-server', ['--version']).status === 0

/** A real redis-server on a loopback port, which keeps nothing on disk. */
export class RedisProcess {
  #child: ChildProcess | undefined
  #port = 0

  get url(): string {
    return `redis://127.0.0.1:${this.#port}`
  }

  /** Starts it, at the port where it ran before if it did. */
  async start(): Promise<void> {
    if (this.#port === 0) this.#port = await freePort()
    const options = { port: String(this.#port), bind: '127.0.0.1', save: '', appendonly: 'no' }
    const child = spawn(
      'redis-server',
      Object.entries(options).flatMap(([name, value]) => [`--${name}`, value]),
    )
    this.#child = child
    for await (const line of child.stdout) if (String(line).includes('Ready to accept connections')) break
  }

  /** SIGSTOP makes it silent until SIGCONT. */
  signal(signal: 'SIGSTOP' | 'SIGCONT'): void {
    this.#child?.kill(signal)
  }

  async kill(): Promise<void> {
    const child = this.#child
    this.#child = undefined
    await killChild(child)
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}
