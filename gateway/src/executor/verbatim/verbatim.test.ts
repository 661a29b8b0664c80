import { digestOf } from '@carriergraph/shared/signature/canonical.ts'
import fc from 'fast-check'
import { getOperationAST, parse, validate } from 'graphql'
import { describe, expect, test } from 'vitest'
import { DEFAULT_LIMITS } from '../../limits/limits.ts'
import { createApolloPlanner } from '../../planner/apollo-planner.ts'
import { readAnswer } from '../../subgraphs/answer.ts'
import { CallFailure } from '../../subgraphs/failure.ts'
import { createExecutor } from '../executor.ts'
import type { CallSubgraph } from '../run.ts'
import { AnswersRead } from '../testing/answer-text.ts'
import { caseGraph } from '../testing/case-graph.ts'
import { DEPOT } from '../testing/depot.ts'
import { differentialOf } from '../testing/differential.ts'
import { madeUpOperation } from '../testing/made-up-operation.ts'

describe.each([true, false])('of entities, of which some are missing: %s', (isLossy) => {
  test('what is taken over is what values would have been written to, in the same order', async () => {
    const graph = differentialOf(DEPOT, { isLossy })
    const { apiSchema } = graph.supergraph
    const operation = fc
      .tuple(fc.integer({ min: 0, max: 2 ** 31 }), fc.integer({ min: 1, max: 40 }), fc.boolean())
      .map(([seed, fields, isClashing]) => madeUpOperation(apiSchema, seed, { fields, isClashing }))
      .filter(({ query }) => validate(apiSchema, parse(query)).length === 0)
    await fc.assert(
      fc.asyncProperty(operation, async (made) => {
        const [texts, values] = await Promise.all([graph.ours(made), graph.oursByValues(made)])
        expect(JSON.stringify(texts.data)).toBe(JSON.stringify(values.data))
        expect(texts.errors).toEqual(values.errors)
      }),
      { numRuns: 600 },
    )
    expect(graph.takenOver).toBeGreaterThan(100)
  })
})

const QUERY = `{
  items { sku name tags weight size { width unit { name } } grade any count reserved rating holders { since name } }
}`
const ITEMS =
  '{"sku":"a","batch":7,"id":"1","name":"\\"Ä\\"","tags":["t"],"weight":1.5,"size":{"width":2,"unit":{"name":"cm"}},"grade":"B","any":true}' +
  ',{"sku":"b","batch":7,"id":"2","name":null,"tags":null,"weight":null,"size":{"width":0,"unit":{"name":""}},"grade":null,"any":"x"}'
const STOCK = '{"count":3,"reserved":null,"holders":[{"id":"h","since":"2020"}]},{"count":0,"reserved":-1,"holders":[]}'
const HONEST: Readonly<Record<string, string>> = {
  goods: `{"data":{"items":[${ITEMS}]}}\n`,
  stock: `{"data":{"_entities":[${STOCK}]}}`,
  people: '{"data":{"_0":[{"name":"Bo"}],"_1":[null,{"rating":4.5}]}}',
}

describe('answers that are not what was asked for', async () => {
  const { supergraph } = differentialOf(DEPOT, { isLossy: false })
  const document = parse(QUERY)
  const planner = createApolloPlanner(supergraph.plannable)
  const plan = await planner.planOperation(document, undefined)

  /** What clients are told of these answers. Compiled anew each time, so that nothing that came before it counts. */
  async function outcomeOf(texts: Readonly<Record<string, string>>, isByTexts: boolean) {
    const planned = { ...planner, planOperation: async () => plan }
    const executor = createExecutor(supergraph, planned, DEFAULT_LIMITS.errors_max)
    const operation = getOperationAST(parse(QUERY))
    if (!operation) throw new Error('no operation')
    const compiled = await executor.compile(document, operation)
    const read = new AnswersRead()
    const call: CallSubgraph = async (subgraph, body, fetch) => {
      try {
        const reading = { digest: digestOf(body), read: isByTexts ? fetch.read : undefined }
        return read.note(readAnswer({ status: 200, text: texts[subgraph] ?? '' }, reading))
      } catch (error) {
        throw error instanceof CallFailure ? error.toGraphQLError(subgraph) : error
      }
    }
    const { data, errors } = await compiled.execute({ variables: {}, coerced: {}, call })
    return { data: JSON.stringify(JSON.parse(data)), errors, isTakenOver: read.areTakenOver }
  }

  async function sameBothWays(texts: Readonly<Record<string, string>>): Promise<boolean> {
    const { isTakenOver, ...taken } = await outcomeOf(texts, true)
    const { isTakenOver: _, ...values } = await outcomeOf(texts, false)
    expect(taken, JSON.stringify(texts)).toEqual(values)
    return isTakenOver
  }

  test('honest ones are taken over, with nulls for an entity that is missing', async () => {
    expect(await sameBothWays(HONEST)).toBe(true)
    const { data, errors } = await outcomeOf(HONEST, true)
    expect(errors).toEqual([])
    expect(JSON.parse(data)).toMatchObject({ items: [{ rating: null }, { rating: 4.5 }] })
  })

  test.each<[string, string, string, string]>([
    ['blanks', 'people', '"name":"Bo"', '"name": "Bo"'],
    ['another order', 'stock', '"id":"h","since":"2020"', '"since":"2020","id":"h"'],
    ['a field more', 'people', '"name":"Bo"', '"name":"Bo","age":4'],
    ['a field less', 'stock', '"reserved":null,', ''],
    ['null where there is always a value', 'people', '"Bo"', 'null'],
    ['null as an item that is always there', 'goods', '["t"]', '["t",null]'],
    ['a value of another type', 'stock', '"count":3', '"count":"3"'],
    ['a number out of range', 'goods', '1.5', '1e400'],
    ['a value of an enum that clients must not see', 'goods', '"B"', '"C"'],
    ['an object for a scalar', 'goods', '"any":true', '"any":{"a":1}'],
    ['errors', 'people', ']}}', ']},"errors":[{"message":"Lost."}]}'],
    ['data twice', 'people', ']}}', ']},"data":{"_0":[{"name":"Al"}],"_1":[null,{"rating":3}]}}'],
    ['extensions that are no JSON', 'people', ']}}', ']},"extensions":{}'],
    ['fields that are never null of entities that are missing', 'stock', STOCK, 'null,null'],
    ['fewer entities', 'people', '{"name":"Bo"}', ''],
    ['an entity that is missing', 'people', '{"name":"Bo"}', 'null'],
    ['no data', 'stock', `{"_entities":[${STOCK}]}`, 'null'],
    ['no JSON', 'people', '{"data"', 'oops'],
    ['a comma behind all', 'people', ']}}', ']},}'],
    ['a comma and a blank behind all', 'people', ']}}', ']}, }'],
    ['a blank that JSON does not know', 'people', ']}}', ']}}\u00a0'],
    ['an end behind the end', 'people', ']}}', ']}}}'],
    ['data that is none, again', 'people', ']}}', ']},"data":0}'],
  ])('%s are read by value', async (_, subgraph, honest, told) => {
    const text = HONEST[subgraph] ?? ''
    expect(text).toContain(honest)
    expect(await sameBothWays({ ...HONEST, [subgraph]: text.replace(honest, told) })).toBe(false)
  })

  test.each(['"extensions":{"took":{"ms":4}}', '"errors":null', '"errors":null,"extensions":{}'])(
    'data before %s is taken over',
    async (rest) => {
      const people = `${HONEST.people?.slice(0, -1)},${rest}}`
      expect(await sameBothWays({ ...HONEST, people })).toBe(true)
    },
  )

  test('a list of nothing is taken over', async () => {
    expect(await sameBothWays({ ...HONEST, goods: '{"data":{"items":[]}}' })).toBe(true)
  })

  test.each(Object.keys(HONEST))(
    'whichever sign of what %s says is another, or one too many, clients are told the same',
    async (subgraph) => {
      const text = HONEST[subgraph] ?? ''
      for (let at = 0; at < text.length; at++) {
        const told = (sign: string, next: number) => ({
          ...HONEST,
          [subgraph]: text.slice(0, at) + sign + text.slice(next),
        })
        for (const sign of ['', '"', '\\', '0', '}', ',', 'n', ' ', 'é']) await sameBothWays(told(sign, at + 1))
        for (const sign of [',', '}', '\u00a0']) await sameBothWays(told(sign, at))
      }
    },
  )

  test('whichever part of an answer is missing, clients are told the same', async () => {
    for (const [subgraph, text] of Object.entries(HONEST))
      for (let end = 0; end < text.length; end++) await sameBothWays({ ...HONEST, [subgraph]: text.slice(0, end) })
  })
})

describe('an object that one subgraph knows by its key and another without', () => {
  const one = { id: '1' }
  const graph = caseGraph({
    orders: {
      sdl: `
        type Query { order: Order orders: [Order!] }
        type Order @key(fields: "id") { id: ID! address: Address @shareable }
        type Address @key(fields: "id") { id: ID! street: String }`,
      resolvers: {
        Query: { order: () => one, orders: () => [one] },
        Order: { address: () => ({ id: 'a', street: 'Low St' }) },
      },
    },
    places: {
      sdl: `
        type Order @key(fields: "id") { id: ID! parcel: ID! @shareable }
        type Address @key(fields: "id") { id: ID! city: String }`,
      resolvers: { Order: { parcel: () => 'p' }, Address: { city: () => 'Bern' } },
    },
    shipping: {
      sdl: `
        type Order @key(fields: "parcel") { parcel: ID! address: Address @shareable }
        type Address { zone: String }`,
      resolvers: { Order: { address: () => ({ zone: 'Z' }) } },
    },
  })
  const address = { street: 'Low St', city: 'Bern', zone: 'Z' }

  test('keeps what is known of it when the other comes last', async () => {
    expect(await graph.ask('{ order { address { street city zone } } }')).toEqual({ data: { order: { address } } })
    expect(graph.isTakenOver).toBe(true)
    expect(await graph.ask('{ orders { address { street city zone } } }')).toEqual({ data: { orders: [{ address }] } })
    expect(graph.isTakenOver).toBe(true)
  })
})
