import { expect, test } from 'vitest'
import { caseGraph } from '../testing/case-graph.ts'

const graph = caseGraph({
  a: {
    sdl: `
      type Query { nothing: Int }
      type Subscription { happened: Event listed: [Event!] }
      type Event { at: Int item: Item items: [Item!] any: Any }
      type Item @key(fields: "id") { id: ID! }
      type Other { name: String }
      union Any = Item | Other
    `,
  },
  b: {
    sdl: 'type Item @key(fields: "id") { id: ID! name: String must: String! }',
    resolvers: {
      Item: {
        __resolveReference: async ({ id }: { id: string }) => {
          if (id === 'bad') throw new Error('no such item')
          return { id, name: `name of ${id}`, must: id === 'none' ? null : 'there' }
        },
      },
    },
  },
})
const item = (id: string) => ({ __typename: 'Item', id })

test('an event gets the fields that other subgraphs have of its entities', async () => {
  const query = `
    subscription ($no: Boolean = false) {
      happened { at item { name @skip(if: $no) } items { id name } any { __typename ... on Item { name } ... on Other { n: name } } }
    }`
  const streamed = {
    happened: {
      at: 5,
      item: item('1'),
      items: [item('2'), item('1')],
      any: { __typename: 'Other', n: 'x' },
    },
  }
  expect(await graph.event(query, streamed)).toEqual({
    data: {
      happened: {
        at: 5,
        item: { name: 'name of 1' },
        items: [
          { id: '2', name: 'name of 2' },
          { id: '1', name: 'name of 1' },
        ],
        any: { __typename: 'Other', n: 'x' },
      },
    },
  })
})

test('an event that is null, and one without entities, ask nobody', async () => {
  const query = 'subscription { happened { at item { name } items { name } } }'
  expect(await graph.event(query, { happened: null })).toEqual({ data: { happened: null } })
  expect(await graph.event(query, { happened: { at: 1, item: null, items: [] } })).toEqual({
    data: { happened: { at: 1, item: null, items: [] } },
  })
  expect(graph.calls).toEqual([])
})

test('what fails of an event’s entities is told where it stands', async () => {
  const query = 'subscription { e: listed { item { must } } }'
  const streamed = { e: [{ item: item('1') }, { item: item('bad') }, { item: item('none') }] }
  expect(await graph.event(query, streamed)).toEqual({
    data: { e: [{ item: { must: 'there' } }, { item: null }, { item: null }] },
    errors: [
      { message: 'no such item', path: ['e', 1, 'item'] },
      { message: 'Cannot return null for non-nullable field Item.must.', path: ['e', 2, 'item', 'must'] },
    ],
  })
})
