import { type Child, launch, type ServiceSpec } from '../../scripts/start/child.ts'
import { repositoryFile } from '../../scripts/subgraphs.ts'
import { until } from '../support/until.ts'

/** It is killed while it starts now and then; more often than that, something else is wrong with it. */
const LAUNCHES_MAX = 10

/** One process of payments, as it is run in production, that can be killed and started again. */
export class PaymentsProcess implements AsyncDisposable {
  readonly #spec: ServiceSpec & { readonly readyUrl: string }
  #child: Child | undefined
  #starting: Promise<void> | undefined
  #kills = 0
  /** Whether clients should try it: it was ready, and was not killed since. */
  isUp = false

  constructor(name: string, { port, env, logFile }: { port: number; env: Record<string, string>; logFile: string }) {
    const address = `http://127.0.0.1:${port}`
    this.#spec = {
      name,
      entry: repositoryFile('subgraphs/payments/src/main.ts'),
      env: { ...env, HOST: '127.0.0.1', PORT: String(port) },
      readyUrl: `${address}/health/ready`,
      logFile,
    }
    this.url = `${address}/graphql`
  }

  readonly url: string

  get name(): string {
    return this.#spec.name
  }

  /** Resolves when it is ready, which it is only with its database. Whoever asks while it starts waits for the same. */
  start(): Promise<void> {
    this.#starting ??= this.#startUntilReady().finally(() => {
      this.#starting = undefined
    })
    return this.#starting
  }

  /** SIGKILL; resolves when it is gone. */
  async kill(): Promise<void> {
    this.isUp = false
    this.#kills += 1
    this.#child?.kill()
    await this.#child?.exit
  }

  async #startUntilReady(): Promise<void> {
    const { readyUrl, logFile } = this.#spec
    for (let launches = 1; ; launches += 1) {
      const kills = this.#kills
      const child = launch(this.#spec)
      this.#child = child
      await until(async () => child.ended !== undefined || answers(readyUrl))
      this.isUp = child.ended === undefined && kills === this.#kills
      if (this.isUp) return
      // Killed once more, or its database was while it migrated.
      await child.exit
      if (launches === LAUNCHES_MAX) throw new Error(`${this.name} does not start (${child.ended}); see ${logFile}`)
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.isUp = false
    await this.#child?.end()
  }
}

async function answers(url: string): Promise<boolean> {
  try {
    return (await fetch(url)).ok
  } catch {
    return false
  }
}
