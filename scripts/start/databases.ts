import { join } from 'node:path'
import { provisionDatabase } from '@carriergraph/shared/db/roles.ts'
import { startPostgres } from '../postgres/launch.ts'
import { SUBGRAPHS } from '../subgraphs.ts'
import type { Installation, Wiring } from './installation.ts'
import { step } from './progress.ts'
import type { LocalSecrets } from './state.ts'

/** Five services with a few small pools each, and room for tools. */
const MAX_CONNECTIONS = 300

/** Starts the embedded server where the environment does not name every database, and makes what is missing there. */
export async function prepareDatabases(
  installation: Installation,
  secrets: LocalSecrets,
  running: { name: string; stop(): Promise<void> }[],
): Promise<Pick<Wiring, 'databaseUrls' | 'eventBusUrl'>> {
  const given = installation.databaseUrls
  const missing = SUBGRAPHS.map(({ name }) => name).filter((name) => given[name] === undefined)
  if (missing.length === 0 && installation.eventBusUrl !== undefined) {
    return { databaseUrls: given as Wiring['databaseUrls'], eventBusUrl: installation.eventBusUrl }
  }
  const server = await step('PostgreSQL 18 (embedded)', (detail) =>
    startPostgres({
      dataDir: join(installation.directory, 'postgres'),
      port: installation.ports.postgres,
      password: secrets.postgres,
      settings: { max_connections: String(MAX_CONNECTIONS) },
      onProgress: detail,
    }),
  )
  running.push({ name: 'postgres', stop: () => server.stop() })
  return step('Databases', async () => {
    const made = await Promise.all(
      missing.map(async (name) => {
        const password = secrets.databases[name]
        return [
          name,
          await provisionDatabase({ adminUrl: server.url('postgres'), name, role: name, password }),
        ] as const
      }),
    )
    const eventBusUrl =
      installation.eventBusUrl ??
      (await provisionDatabase({ adminUrl: server.url('postgres'), name: 'bus', role: 'bus', password: secrets.bus }))
    return { databaseUrls: { ...given, ...Object.fromEntries(made) } as Wiring['databaseUrls'], eventBusUrl }
  })
}
