import { setImmediate as nextTurn } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type Library, startLibrary } from '../testing/library.ts'
import type { ToySubgraphDefinition } from '../testing/library-graph.ts'
import { cachingHeader } from '../testing/museum.ts'

/** Whoever asks for the price waits until the test answers. */
let asked: ((price: number) => void)[]
let library: Library
beforeEach(async () => {
  asked = []
  const shop: ToySubgraphDefinition = {
    typeDefs: `
      ${cachingHeader('"@shareable"')}
      type Query { price: Int @cacheControl(maxAge: 60, staleIfError: 600) discount: Int }
    `,
    resolvers: { Query: { price: () => new Promise<number>((answer) => asked.push(answer)) } },
  }
  library = await startLibrary({ definitions: { shop } })
})
afterEach(() => library.close())

const post = async (query: string) => (await library.post({ query })).body

async function question(index: number): Promise<(price: number) => void> {
  for (;;) {
    const answer = asked[index]
    if (answer !== undefined) return answer
    await nextTurn()
  }
}

describe('what a subgraph was asked before a purge', () => {
  test.each([
    ['an answer that is kept', '{ price }', 2],
    ['an answer that is not', '{ price discount }', 3],
  ])('answers nobody who asks after it: %s', async (_, query, calls) => {
    const before = post(query)
    const first = await question(0)
    await library.gateway.purgeCache()
    const after = post(query)
    const second = await question(1)
    first(1)
    expect(await before).toMatchObject({ data: { price: 1 } })
    second(2)
    expect(await after).toMatchObject({ data: { price: 2 } })
    const last = post(query)
    if (calls === 3) (await question(2))(2)
    expect(await last).toMatchObject({ data: { price: 2 } })
    expect(asked).toHaveLength(calls)
  })

  test('stands in for nothing', async () => {
    const before = post('{ price }')
    const answer = await question(0)
    await library.gateway.purgeCache()
    answer(1)
    expect(await before).toMatchObject({ data: { price: 1 } })
    await library.subgraphs.get('shop')?.close()
    expect(await post('{ price }')).toMatchObject({
      data: { price: null },
      errors: [{ extensions: { code: 'SUBGRAPH_UNAVAILABLE' } }],
    })
  })
})
