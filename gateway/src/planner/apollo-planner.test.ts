import { parse } from 'graphql'
import { expect, test } from 'vitest'
import { loadSupergraph } from '../supergraph/load.ts'
import { LIBRARY_SDL } from '../testing/library-sdl.ts'
import { createApolloPlanner } from './apollo-planner.ts'

const planner = createApolloPlanner(loadSupergraph(LIBRARY_SDL).plannable)

test.each(['{ bookz }', '{ book(id: { a: 1 }) { id } }', 'query ($x: Book) { bestRating }'])(
  'what Apollo’s library refuses has a code of the gateway: %s',
  async (query) => {
    await expect(planner.planOperation(parse(query), undefined)).rejects.toMatchObject({
      extensions: { code: 'UNSUPPORTED_PLAN' },
    })
  },
)
