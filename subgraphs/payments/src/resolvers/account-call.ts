import type { Db } from '@carriergraph/shared/db/pools.ts'
import { importCountOf } from '../reconciliation/db/import-count.ts'

/** By what a call for a bank account is the same as one before, whose answer it may be given: a statement that came since is none of it. */
export const accountCall = async (
  db: Db,
  subject: string,
  asked: { readonly account: string; readonly day?: string },
): Promise<string> =>
  JSON.stringify([subject, asked.account, asked.day ?? null, await importCountOf(db, asked.account)])
