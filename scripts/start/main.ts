import { styleText } from 'node:util'
import { buildPlayground } from '../../gateway/playground/build.ts'
import { announce } from './announce.ts'
import { prepareDatabases } from './databases.ts'
import { loadDemoData } from './demo.ts'
import { prepareIdentity } from './identity.ts'
import {
  gatewayService,
  type Installation,
  installationFrom,
  listeners,
  simulatorService,
  subgraphServices,
} from './installation.ts'
import { requireDiskSpace, requireFreePorts } from './preconditions.ts'
import { step } from './progress.ts'
import { type ServiceSpec, startService } from './service.ts'
import { StartError } from './start-error.ts'
import { localSecrets, writeEnvironment } from './state.ts'

/** What has to be stopped, in the order in which it was started. */
type Stoppable = { readonly name: string; stop(): Promise<void> }

/**
 * `pnpm start`: brings up everything, says where it is, and waits. SIGINT or SIGTERM stops it in reverse order; a
 * second one ends this process at once, and the children follow.
 */
export async function start(): Promise<void> {
  const running: Stoppable[] = []
  let stopping: Promise<void> | null = null
  const stop = (): Promise<void> => {
    stopping ??= stopAll(running)
    return stopping
  }
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      if (stopping !== null) process.exit(1)
      void stop().then(() => process.exit(0))
    })
  }
  try {
    await bringUp(installationFrom(process.env), running, () => stopping !== null)
  } catch (error) {
    if (stopping !== null) return
    console.error(error instanceof StartError || isNamed(error) ? `\n${error.message}` : error)
    await stop()
    process.exit(1)
  }
}

/** Errors of the parts that say in one sentence what to do, such as PostgresStartError. */
function isNamed(error: unknown): error is Error {
  return error instanceof Error && 'code' in error && error.name.endsWith('StartError')
}

async function bringUp(installation: Installation, running: Stoppable[], cancelled: () => boolean): Promise<void> {
  await requireDiskSpace(installation.directory)
  await requireFreePorts(listeners(installation))
  const secrets = localSecrets(installation.directory)
  const databases = await prepareDatabases(installation, secrets, running)
  const identity = await prepareIdentity(installation, running)
  const wiring = { ...databases, ...identity, signingKeys: secrets.signingKeys }
  writeEnvironment(installation.directory, {
    ...Object.fromEntries(
      Object.entries(databases.databaseUrls).map(([name, url]) => [`DATABASE_URL_${name.toUpperCase()}`, url]),
    ),
    EVENT_BUS_URL: databases.eventBusUrl,
  })
  if (!installation.production) await step('Playground', (detail) => buildPlayground({ onProgress: detail }))

  const startOne = async (spec: ServiceSpec) => {
    if (cancelled()) throw new StartError('Stopped while starting.')
    const service = startService(spec, (text) => console.error(styleText('yellow', `! ${text}`)))
    running.push(service)
    await service.ready()
  }
  await step('Subgraphs: network, billing, payments, risk', () =>
    Promise.all(subgraphServices(installation, wiring).map(startOne)),
  )
  if (!installation.production) await step('Demo data', () => loadDemoData(wiring))
  await step('Gateway', () => startOne(gatewayService(installation, wiring)))
  const token = wiring.playgroundToken
  if (token !== null) await step('Traffic simulator', () => startOne(simulatorService(installation, token)))
  announce(installation, wiring.playgroundToken)
}

/** Stops what runs, last started first. */
async function stopAll(running: readonly Stoppable[]): Promise<void> {
  for (const part of running.toReversed()) await step(`Stopping ${part.name}`, () => part.stop())
}
