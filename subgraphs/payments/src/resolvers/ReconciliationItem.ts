import { pageArgs } from '@carriergraph/shared/connection/page.ts'
import { parseId } from '@carriergraph/shared/ids.ts'
import { present } from '@carriergraph/shared/loader.ts'
import { money } from '@carriergraph/shared/money/money.ts'
import type { ReconciliationItemResolvers } from '../generated/resolvers.ts'
import { expectedInOrder } from '../reconciliation/db/item-lists.ts'
import { linesOfItemInOrder } from '../reconciliation/db/statement-lines.ts'
import { explain } from '../reconciliation/matching/explain.ts'

export const ReconciliationItem: ReconciliationItemResolvers = {
  __resolveReference: ({ id }, { loaders }) => loaders.reconciliationItem.load(parseId('rci', id)),
  run: async ({ runId }, _, { loaders }) => present(await loaders.reconciliationRun.load(runId), runId),
  explanation: (item) => {
    const { inputs, ...explanation } = explain(item)
    return { ...explanation, inputs: [...inputs] }
  },
  linesAmount: ({ linesMinor, currency }) => money(linesMinor, currency),
  expectedAmount: ({ expectedMinor, currency }) => money(expectedMinor, currency),
  fee: ({ feeMinor, currency }) => money(feeMinor, currency),
  difference: ({ differenceMinor, currency }) => money(differenceMinor, currency),
  lines: ({ id }, args, { loaders }) => loaders.linesOfItem.load(id, pageArgs(linesOfItemInOrder, args)),
  expected: ({ id }, args, { loaders }) => loaders.expectedOfItem.load(id, pageArgs(expectedInOrder, args)),
  postings: async ({ id }, _, { loaders }) => [...(await loaders.postingsOfItem.load(id))],
}
