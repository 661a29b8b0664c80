import { type ChildProcess, spawn } from 'node:child_process'
import { EventEmitter, once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { TOY_SIGNING_KEYS } from './keys.ts'

const PROGRAM = fileURLToPath(new URL('../main.ts', import.meta.url))

interface LogLine {
  readonly msg: string
  readonly pid?: number
  readonly url?: string
  readonly port?: number
}

/** The gateway as it is started by its command, in a process of its own. */
export class GatewayProcess implements AsyncDisposable {
  readonly #process: ChildProcess
  readonly #ended: Promise<unknown>
  readonly #spoke = new EventEmitter()
  readonly #lines: LogLine[] = []
  stderr = ''

  constructor(env: Readonly<Record<string, string>>) {
    this.#process = spawn(process.execPath, [PROGRAM], {
      env: {
        PORT: '0',
        SIGNING_KEYS: TOY_SIGNING_KEYS,
        JWKS_URL: 'http://issuer.example/jwks.json',
        JWT_ISSUER: 'http://issuer.example',
        JWT_AUDIENCE: 'toy',
        ...env,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    this.#ended = once(this.#process, 'close')
    if (this.#process.stdout !== null)
      createInterface({ input: this.#process.stdout }).on('line', (line) => {
        this.#lines.push(JSON.parse(line))
        this.#spoke.emit('line')
      })
    this.#process.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.stderr += text
    })
  }

  get pid(): number {
    return this.#process.pid ?? 0
  }

  /** Waits until the log has `count` lines of this message. Throws when it ends without them. */
  async logged(message: string, count = 1): Promise<readonly LogLine[]> {
    for (;;) {
      const lines = this.#lines.filter(({ msg }) => msg === message)
      if (lines.length >= count) return lines
      if (this.#hasEnded) throw new Error(`ended without "${message}": ${this.stderr}`)
      await Promise.race([once(this.#spoke, 'line'), this.#ended])
    }
  }

  /** The exit code, once it has ended and with it everything that holds its output. */
  async exitCode(): Promise<number | null> {
    await this.#ended
    return this.#process.exitCode
  }

  get #hasEnded(): boolean {
    return this.#process.exitCode !== null || this.#process.signalCode !== null
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.#hasEnded) this.#process.kill('SIGKILL')
    await this.#ended
  }
}
