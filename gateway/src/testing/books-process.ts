import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { type HeldPort, holdPort } from './held-port.ts'
import { killChild } from './kill-child.ts'
import type { Lent } from './library-graph.ts'

const PROGRAM = fileURLToPath(new URL('./books-program.ts', import.meta.url))

/** The books subgraph in a process of its own, which can be killed; what it journalled survives, as on a real disk. */
export class BooksProcess {
  readonly #journal: Lent[] = []
  #child: ChildProcess | undefined
  #port = 0
  /** While it is down nobody else gets its port. */
  #heldPort: HeldPort | undefined

  get url(): string {
    return `http://127.0.0.1:${this.#port}/graphql`
  }

  /** Starts it, at the port where it ran before if it did. */
  async start(): Promise<void> {
    await this.#heldPort?.release()
    this.#heldPort = undefined
    const child = fork(PROGRAM, { execArgv: [], stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
    this.#child = child
    child.send({ port: this.#port, events: this.#journal })
    const [message] = await once(child, 'message')
    this.#port = Number(message)
  }

  /** SIGKILL: no farewell on any socket. */
  async kill(): Promise<void> {
    const child = this.#child
    this.#child = undefined
    if (child !== undefined) this.#heldPort = await holdPort(this.#port, () => killChild(child))
  }

  /** SIGSTOP: its sockets stay open, and nothing is read or said any more. */
  freeze(): void {
    this.#child?.kill('SIGSTOP')
  }

  thaw(): void {
    this.#child?.kill('SIGCONT')
  }

  /** Journals events, also while the subgraph is down: another process of it may have written them. */
  append(...events: readonly Lent[]): void {
    this.#journal.push(...events)
    this.#child?.send({ port: this.#port, events })
  }

  /** Resolves as soon as the subgraph serves so many streams. */
  async whenStreams(count: number): Promise<void> {
    const child = this.#child
    if (child === undefined) throw new Error('the subgraph is down')
    child.send({ port: this.#port, events: [], whenStreams: count })
    await once(child, 'message')
  }
}
