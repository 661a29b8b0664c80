import { mkdir, readdir } from 'node:fs/promises'
import { isTenantName, type TenantDb } from '@carriergraph/shared/db/pools.ts'
import { tenantsToldBySandbox } from '../db/rails-to-drive.ts'
import type { RailName } from './rail.ts'

type Places = {
  /** The connections that see every tenant: what the sandbox has to tell stands in the database. */
  readonly system: TenantDb
  /** Folder with a folder for each tenant, into which the bank puts its files. */
  readonly inbox: string | undefined
  readonly now: Date
}

/** Tenants to whom a rail may have something to tell by now. */
export async function tenantsTold(rail: RailName, { system, inbox, now }: Places): Promise<string[]> {
  if (rail === 'sandbox') return tenantsToldBySandbox(system, now)
  if (inbox === undefined) return []
  await mkdir(inbox, { recursive: true })
  const entries = await readdir(inbox, { withFileTypes: true })
  return entries.filter((entry) => entry.isDirectory() && isTenantName(entry.name)).map(({ name }) => name)
}
