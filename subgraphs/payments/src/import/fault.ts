import { CommandFault } from '@carriergraph/shared/command/fault.ts'

/** What keeps the import from the graph, and what it means: `docs/errors.md` lists them. */
export const IMPORT_FAULTS = {
  TOKEN_MISSING: 'CARRIERGRAPH_TOKEN holds no token.',
  NOT_ALLOWED: 'The graph does not take the token, or the token may not pay.',
  GRAPH_UNAVAILABLE: 'The graph could not be reached, or did not answer, after several tries.',
  GRAPH_REFUSED: 'The graph refused the call as a whole, or answered with something else than results.',
} as const

/** Why payments cannot be sent, or not to the end of the file. What was paid before stays paid. */
export class ImportFault extends CommandFault<keyof typeof IMPORT_FAULTS> {}
