import { join } from 'node:path'
import { provisionDatabase } from '@carriergraph/shared/db/roles.ts'
import { StartupFault } from '@carriergraph/shared/startup-fault.ts'
import { PostgresStartError } from '../postgres/failure.ts'
import { type RunningPostgres, startPostgres } from '../postgres/launch.ts'
import { SUBGRAPHS } from '../subgraphs.ts'
import type { Installation } from './installation.ts'
import type { LocalSecrets } from './local-secrets.ts'
import type { Step } from './progress.ts'
import type { Databases } from './services.ts'
import type { Part } from './shutdown.ts'
import { watchPostgres } from './watched-postgres.ts'

/** Five services with a few small pools each, and room for tools. */
const MAX_CONNECTIONS = 300

/** Starts the embedded server where the environment does not name every database, and makes what is missing there. */
export async function prepareDatabases(
  installation: Installation,
  secrets: LocalSecrets,
  parts: Part[],
  step: Step,
  onEvent: (text: string) => void,
): Promise<Databases> {
  const { databaseUrls: given, eventBusUrl } = installation
  const missing = SUBGRAPHS.map(({ name }) => name).filter((name) => given[name] === undefined)
  if (missing.length === 0 && eventBusUrl !== undefined) {
    return { databaseUrls: given as Databases['databaseUrls'], eventBusUrl }
  }
  const server = await step('PostgreSQL 18 (embedded)', (detail) => embedded(installation, secrets, detail))
  const restart = () => embedded(installation, secrets, () => undefined)
  parts.push(watchPostgres(server, { restart, onEvent }))
  return step('Databases', async () => {
    const make = (name: string, password: string) =>
      provisionDatabase({ adminUrl: server.url('postgres'), name, role: name, password })
    const made = await Promise.all(
      missing.map(async (name) => [name, await make(name, secrets.databases[name])] as const),
    )
    return {
      databaseUrls: { ...given, ...Object.fromEntries(made) } as Databases['databaseUrls'],
      eventBusUrl: eventBusUrl ?? (await make('bus', secrets.bus)),
    }
  })
}

async function embedded(
  { directory, ports }: Installation,
  secrets: LocalSecrets,
  onProgress: (text: string) => void,
): Promise<RunningPostgres> {
  try {
    return await startPostgres({
      dataDir: join(directory, 'postgres'),
      port: ports.postgres,
      password: secrets.postgres,
      settings: { max_connections: String(MAX_CONNECTIONS) },
      onProgress,
    })
  } catch (error) {
    // The launcher does not know the variable that its port came from.
    if (!(error instanceof PostgresStartError) || error.code !== 'PORT_IN_USE') throw error
    throw new StartupFault(
      `Port ${ports.postgres}, where PostgreSQL would listen, is in use: stop what listens there, or choose another with PORT_POSTGRES=….`,
      { cause: error },
    )
  }
}
