import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fixedClock } from '@carriergraph/shared/clock.ts'
import type { ExitCode } from '@carriergraph/shared/command/run-command.ts'
import { collector } from '@carriergraph/shared/testing/collector.ts'
import { topologyImport } from '../import/topology-import.ts'
import { createNetworkDatabase, type NetworkDatabase } from './network-database.ts'
import { NOW } from './network-stage.ts'

type Ran = { readonly code: ExitCode; readonly stdout: string; readonly stderr: string }

/** A network's database, a folder for files, and the command that imports the one into the other. */
export type ImportStage = NetworkDatabase & {
  readonly folder: string
  /** Writes a file; text as it stands, anything else as JSON. */
  file(content: unknown): Promise<string>
  /** Runs the command against this database, at NOW. */
  run(argv: string[], options?: { env?: NodeJS.ProcessEnv; isTTY?: boolean }): Promise<Ran>
}

export async function setImportStage(): Promise<ImportStage> {
  const network = await createNetworkDatabase()
  const folder = await mkdtemp(join(tmpdir(), 'network-import-'))
  return {
    ...network,
    folder,
    async file(content) {
      const path = join(folder, 'topology.json')
      await writeFile(path, typeof content === 'string' ? content : JSON.stringify(content))
      return path
    },
    async run(argv, { env = { DATABASE_URL_NETWORK: network.url }, isTTY = false } = {}) {
      const [stdout, stderr] = [collector(), collector({ isTTY })]
      const outputs = { stdout: stdout.output, stderr: stderr.output }
      const environmentFile = join(folder, 'environment.json')
      const code = await topologyImport(argv, { env, environmentFile, ...outputs, clock: fixedClock(NOW) })
      return { code, stdout: stdout.text(), stderr: stderr.text() }
    },
    async [Symbol.asyncDispose]() {
      await rm(folder, { recursive: true })
      await network[Symbol.asyncDispose]()
    },
  }
}

export const lines = (...all: string[]): string => `${all.join('\n')}\n`

/** What the command says of sites or links. */
export const counts = (added: number, changed: number, unchanged: number, kept = 0): string =>
  `${added} added, ${changed} changed, ${unchanged} unchanged, ${kept} kept that the file does not name`
