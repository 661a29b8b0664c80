import { type Child, launch, type ServiceSpec } from '../../scripts/start/child.ts'
import { repositoryFile } from '../../scripts/subgraphs.ts'
import { until } from '../support/until.ts'

/** One process of payments, as it is run in production, that can be killed and started again. */
export class PaymentsProcess implements AsyncDisposable {
  readonly #spec: ServiceSpec & { readonly readyUrl: string }
  #child: Child | undefined
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

  /** Resolves when it is ready, which it is only with its database. */
  async start(): Promise<void> {
    const { readyUrl, logFile } = this.#spec
    let child = launch(this.#spec)
    this.#child = child
    await until(async () => {
      if (child.ended !== undefined) {
        // It does not start without its database, which may have been killed meanwhile.
        if (!isOutage(child.lastWords())) throw new Error(`payments ended (${child.ended}); see ${logFile}`)
        child = launch(this.#spec)
        this.#child = child
      }
      return answers(readyUrl)
    })
    this.isUp = true
  }

  async kill(): Promise<void> {
    this.isUp = false
    this.#child?.kill()
    await this.#child?.exit
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.isUp = false
    await this.#child?.end()
  }
}

const isOutage = (words: string): boolean => words.includes('cannot be reached')

async function answers(url: string): Promise<boolean> {
  try {
    return (await fetch(url)).ok
  } catch {
    return false
  }
}
