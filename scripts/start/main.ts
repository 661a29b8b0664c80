import { once } from 'node:events'
import { styleText } from 'node:util'
import { buildPlayground } from '../../gateway/playground/build.ts'
import { announce } from './announce.ts'
import type { ServiceSpec } from './child.ts'
import { prepareDatabases } from './databases.ts'
import { loadDemoData } from './demo.ts'
import { errorText } from './error-text.ts'
import { prepareIdentity } from './identity.ts'
import { type Installation, installationFrom, listenersOf } from './installation.ts'
import { localSecrets, localVaultKeys, writeEnvironment } from './local-secrets.ts'
import { claim, requireDirectory, requireDiskSpace, requireFreePorts } from './preconditions.ts'
import { stepsOn } from './progress.ts'
import { reloadOnChange } from './reload.ts'
import { type RunningService, startService } from './service.ts'
import { gatewayService, simulatorService, subgraphServices } from './services.ts'
import { interruptionOf, type Part, stopAll } from './shutdown.ts'

export interface StartOptions {
  /** `pnpm dev`: services start again when their source changes. */
  readonly watch: boolean
}

/**
 * `pnpm start`: brings up everything, says where it is, and waits. SIGINT, SIGTERM or a closed terminal stops it in
 * reverse order, also half-way through the start. Exits with 1 when something could not be started or stopped.
 */
export async function start({ watch }: StartOptions): Promise<never> {
  // Whoever reads our words may go; that is no reason to go with them.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined)
  const parts: Part[] = []
  const { signal: stop, request } = interruptionOf(parts)
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, request)
  let exitCode = 0
  try {
    const services = await bringUp(installationFrom(process.env), parts, stop)
    if (watch) parts.push(reloadOnChange(services, warn))
    await once(stop, 'abort')
  } catch (error) {
    if (!stop.aborted) {
      exitCode = 1
      console.error(`\n${errorText(error)}\n`)
    }
  }
  const { ok } = await stopAll(parts, stepsOn(process.stderr))
  process.exit(ok ? exitCode : 1)
}

/** Tells of what goes wrong later on. */
const warn = (text: string): void => console.error(styleText('yellow', `! ${text}`, { stream: process.stderr }))

/** Each part is added to `parts` as soon as it is there, so that whatever fails or interrupts can stop it. */
async function bringUp(
  installation: Installation,
  parts: Part[],
  stop: AbortSignal,
): Promise<readonly RunningService[]> {
  const step = stepsOn(process.stderr, stop)
  const { directory, production } = installation
  await requireDirectory(directory)
  await requireDiskSpace(directory)
  claim(directory)
  await requireFreePorts(listenersOf(installation))

  const secrets = localSecrets(directory)
  const databases = await prepareDatabases(installation, secrets, parts, step, warn)
  const { identity, tokens } = await prepareIdentity(installation, parts, step)
  writeEnvironment(directory, databases)
  if (!production) await step('Playground', (detail) => buildPlayground({ onProgress: detail }))

  const startOne = async (spec: ServiceSpec): Promise<RunningService> => {
    const service = startService(spec, warn)
    parts.push(service)
    await service.ready(stop)
    return service
  }
  const wiring = {
    ...databases,
    identity,
    signingKeys: installation.signingKeys ?? secrets.signingKeys,
    vaultKeys: installation.vaultKeys ?? localVaultKeys(directory),
    playgroundToken: tokens?.playground ?? null,
  }
  const specs = [...subgraphServices(installation, wiring), gatewayService(installation, wiring)]
  const services = await step(`Services: ${specs.map(({ name }) => name).join(', ')}`, () =>
    Promise.all(specs.map(startOne)),
  )
  if (!production) await step('Demo data', () => loadDemoData(wiring))
  const simulated = installation.simulator && tokens !== null
  if (simulated) await step('Traffic simulator', () => startOne(simulatorService(installation, tokens.simulator)))
  announce(installation, { signsTokens: tokens !== null, simulated })
  return services
}
