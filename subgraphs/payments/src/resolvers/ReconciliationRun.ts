import { pageArgs } from '@carriergraph/shared/connection/page.ts'
import { parseId } from '@carriergraph/shared/ids.ts'
import type { ReconciliationRunResolvers } from '../generated/resolvers.ts'
import { oldestItemsOfRun } from '../reconciliation/db/item-lists.ts'

export const ReconciliationRun: ReconciliationRunResolvers = {
  __resolveReference: ({ id }, { loaders }) => loaders.reconciliationRun.load(parseId('rcr', id)),
  totals: async ({ id }, _, { loaders }) => [...(await loaders.totalsOfRun.load(id))],
  items: ({ id }, args, { loaders }) => loaders.itemsOfRun.load(id, pageArgs(oldestItemsOfRun, args)),
}
