import { type ChildProcess, spawn } from 'node:child_process'
import { EventEmitter, once } from 'node:events'
import { readdirSync, readFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { repositoryFile } from '../../scripts/subgraphs.ts'

/** `pnpm start` as a real process, as a person would start it, except for its environment. */
export class StartProcess implements AsyncDisposable {
  readonly #process: ChildProcess
  readonly #closed: Promise<unknown>
  readonly #mouth = new EventEmitter()
  #output = ''

  constructor(env: Record<string, string>, nodeArgs: readonly string[] = []) {
    const { PATH = '', HOME = '' } = process.env
    this.#process = spawn(process.execPath, [...nodeArgs, 'scripts/start.mjs'], {
      cwd: repositoryFile('.'),
      env: { PATH, HOME, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    this.#closed = once(this.#process, 'close')
    for (const stream of [this.#process.stdout, this.#process.stderr])
      stream?.setEncoding('utf8').on('data', (text: string) => {
        this.#output += text
        this.#mouth.emit('spoke')
      })
  }

  /** All that it has printed, standard output and standard error together. */
  get output(): string {
    return this.#output
  }

  /** Waits until it has printed the words. Throws with all that it said when it ends without them. */
  async said(words: string): Promise<void> {
    while (!this.#output.includes(words)) {
      if (this.#hasEnded) throw new Error(`ended without "${words}":\n${this.#output}`)
      await Promise.race([this.#closed, once(this.#mouth, 'spoke')])
    }
  }

  signal(...names: NodeJS.Signals[]): void {
    for (const name of names) this.#process.kill(name)
  }

  /** Waits for its end: the exit code, or null after a signal. */
  async exitCode(): Promise<number | null> {
    await this.#closed
    return this.#process.exitCode
  }

  get #hasEnded(): boolean {
    return this.#process.exitCode !== null || this.#process.signalCode !== null
  }

  /** Stops it in order, so that a test that failed half-way leaves nothing behind. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.#hasEnded) this.signal('SIGTERM')
    await this.#closed
  }
}

/**
 * The command lines of all living processes that belong to the installation in `home`: each has it in its environment,
 * and PostgreSQL among its arguments. Empty where there is no /proc.
 */
export function processesOf(home: string): string[] {
  if (process.platform !== 'linux') return []
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ')
        return `${command}${readFileSync(`/proc/${pid}/environ`, 'utf8')}`.includes(home) ? [command] : []
      } catch {
        // Gone meanwhile, or somebody else's.
        return []
      }
    })
}

/** Which of the ports somebody listens on. */
export async function takenPorts(ports: readonly number[]): Promise<number[]> {
  const taken = await Promise.all(
    ports.map(
      (port) =>
        new Promise<boolean>((resolve) => {
          const server = createServer().once('error', () => resolve(true))
          server.listen(port, '127.0.0.1', () => server.close(() => resolve(false)))
        }),
    ),
  )
  return ports.filter((_, index) => taken[index])
}
