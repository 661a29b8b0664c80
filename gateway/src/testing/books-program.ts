import { z } from 'zod'
import { ToyJournal } from './journal.ts'
import { booksSubgraph, type Lent } from './library-graph.ts'
import { startToySubgraph } from './subgraph-server.ts'

// The child of BooksProcess: serves at the port of the first message, and appends the events of every message.

const messageSchema = z.object({
  port: z.number(),
  events: z.array(z.object({ bookId: z.string(), days: z.number() })),
  whenStreams: z.number().optional(),
})

const journal = new ToyJournal<Lent>()
let isServing = false

process.on('message', async (raw) => {
  const { port, events, whenStreams } = messageSchema.parse(raw)
  journal.append(...events)
  if (!isServing) {
    isServing = true
    const subgraph = await startToySubgraph({ ...booksSubgraph(journal), port })
    process.send?.(subgraph.port)
  }
  if (whenStreams !== undefined) {
    await journal.whenStreams(whenStreams)
    process.send?.(whenStreams)
  }
})
process.on('disconnect', () => process.exit())
