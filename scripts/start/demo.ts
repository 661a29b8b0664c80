import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { repositoryFile, SUBGRAPHS } from '../subgraphs.ts'
import type { Wiring } from './installation.ts'

const run = promisify(execFile)

/** Loads each subgraph's demo data. It is idempotent: what a user has changed since the first start stays. */
export async function loadDemoData(wiring: Pick<Wiring, 'databaseUrls'>): Promise<void> {
  await Promise.all(
    SUBGRAPHS.map(({ name }) =>
      run(process.execPath, [repositoryFile(`subgraphs/${name}/src/demo.ts`)], {
        env: { ...process.env, DATABASE_URL: wiring.databaseUrls[name] },
      }),
    ),
  )
}
