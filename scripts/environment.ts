import { existsSync, readFileSync } from 'node:fs'
import { environmentFile } from '@carriergraph/shared/command/surroundings.ts'
import { StartupFault } from '@carriergraph/shared/startup-fault.ts'
import type { SubgraphName } from './subgraphs.ts'

/**
 * The environment, completed by what the last `pnpm start` wrote about its databases; so that a tool works on them
 * without being told.
 */
export function toolEnvironment(env: NodeJS.ProcessEnv = process.env): NodeJS.ProcessEnv {
  const file = environmentFile(env)
  const started = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Record<string, string>) : {}
  return { ...started, ...env }
}

/** @throws StartupFault that says what to set */
export function databaseUrlOf(name: SubgraphName): string {
  const variable = `DATABASE_URL_${name.toUpperCase()}`
  const url = toolEnvironment()[variable]
  if (url) return url
  throw new StartupFault(`Where is ${name}'s database? Set ${variable}, or run pnpm start first.`)
}
