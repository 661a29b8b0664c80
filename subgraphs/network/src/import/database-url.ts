import { readFile } from 'node:fs/promises'
import { environmentOf } from '@carriergraph/shared/service/settings.ts'
import { z } from 'zod'
import { ImportFault } from './fault.ts'

const environment = z.object({ DATABASE_URL_NETWORK: z.string().min(1) })

/**
 * Where the network's database is: `DATABASE_URL_NETWORK` or `DATABASE_URL`, or what a local `pnpm start` has written
 * down.
 * @param file `.carriergraph/environment.json`
 * @throws ImportFault DATABASE_UNKNOWN where nothing says so
 */
export async function databaseUrl(env: NodeJS.ProcessEnv, file: URL): Promise<string> {
  const { DATABASE_URL: url } = environmentOf('network', env)
  if (url) return url
  try {
    return environment.parse(JSON.parse(await readFile(file, 'utf8'))).DATABASE_URL_NETWORK
  } catch {
    const message = 'No database: run pnpm start in another terminal, or set DATABASE_URL_NETWORK.'
    throw new ImportFault('DATABASE_UNKNOWN', message)
  }
}
