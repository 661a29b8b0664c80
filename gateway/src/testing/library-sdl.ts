import { ToyJournal } from './journal.ts'
import { authorsSubgraph, booksSubgraph, compose, reviewsSubgraph } from './library-graph.ts'

/** The composed supergraph of the toy library, for tests that call none of its subgraphs. */
export const LIBRARY_SDL = compose([
  { name: 'books', url: 'http://books.example/graphql', typeDefs: booksSubgraph(new ToyJournal()).typeDefs },
  { name: 'authors', url: 'http://authors.example/graphql', typeDefs: authorsSubgraph().typeDefs },
  { name: 'reviews', url: 'http://reviews.example/graphql', typeDefs: reviewsSubgraph().typeDefs },
])
