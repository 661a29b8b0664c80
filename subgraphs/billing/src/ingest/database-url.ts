import { readFile } from 'node:fs/promises'
import { z } from 'zod'
import { IngestFault } from './fault.ts'

const environment = z.object({ DATABASE_URL_BILLING: z.string().min(1) })

/**
 * Where billing's database is: `DATABASE_URL_BILLING`, or what a local `pnpm start` has written down.
 * @param file `.carriergraph/environment.json`
 * @throws IngestFault DATABASE_UNKNOWN where neither says so
 */
export async function databaseUrl(env: NodeJS.ProcessEnv, file: URL): Promise<string> {
  const { DATABASE_URL_BILLING: url } = env
  if (url) return url
  try {
    return environment.parse(JSON.parse(await readFile(file, 'utf8'))).DATABASE_URL_BILLING
  } catch {
    throw new IngestFault(
      'DATABASE_UNKNOWN',
      'No database: run pnpm start in another terminal, or set DATABASE_URL_BILLING.',
    )
  }
}
