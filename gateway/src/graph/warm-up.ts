import type { Log } from '@carriergraph/shared/log.ts'
import type { Graph } from './graph.ts'

/** More than clients of one graph use in everyday life; behind these, the first who asks waits for the planner. */
const DOCUMENTS_MAX = 1_000

/**
 * The documents of which something was planned, those first that were asked for last. What nobody may run, or what
 * cannot be planned within the limits, is not among them.
 */
export const plannedLately = ({ documents, executor, streams }: Graph): readonly string[] =>
  documents
    .recent()
    .filter((query) => documents.all(query).some(({ operation }) => executor.has(operation) || streams.has(operation)))

/**
 * Validates and plans what documents hold, so that the first client who asks does not wait for it; what clients ask for
 * meanwhile goes first. What a graph cannot answer is passed over: its client will be told.
 */
export async function warmUp(
  { documents, executor, streams }: Graph,
  queries: readonly string[],
  log: Log,
): Promise<void> {
  for (const query of queries.slice(0, DOCUMENTS_MAX)) {
    try {
      for (const known of documents.all(query)) {
        if (known.faults.length > 0) continue
        if (known.operation.operation === 'subscription') await streams.prepare(known, 'background')
        else await executor.compile(known.document, known.operation, 'background')
      }
    } catch (error) {
      log.debug({ err: error }, 'a document could not be planned ahead')
    }
  }
}
