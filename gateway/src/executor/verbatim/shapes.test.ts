import { buildSchema, getOperationAST, parse } from 'graphql'
import { expect, test } from 'vitest'
import { clientSelection, type Selection } from './selections.ts'
import { type ObjectShape, type Supply, shapesOf } from './shapes.ts'
import { Unsuited } from './unsuited.ts'

const schema = buildSchema(`
  type Query { user: User users: [User!]! grid: [[User]] n: Int }
  type User { id: ID! name: String points: Int boss: User address: Address tags: [String!] }
  type Address { street: String! city: String }
`)

function selectionOf(query: string): Selection {
  const operation = getOperationAST(parse(query))
  if (!operation) throw new Error('no operation')
  return clientSelection(schema, operation, new Map())
}

const supply = (query: string): Supply => ({ place: '', selection: selectionOf(query), required: [] })

/** Of entities: what is selected of the user in the query. */
function supplyAt(place: string, query: string, required: readonly string[] = ['id']): Supply {
  const [user] = selectionOf(query).fields
  if (user?.below === undefined) throw new Error('no object')
  return { place, selection: user.below, required }
}

/** Keys of the texts, with those that are in the same run; what is nested in braces, and room for what is added in brackets. */
function told({ parts, room }: ObjectShape): string {
  const names = parts.map((part) => {
    if (part.kind === 'nested') return `${part.key}{${told(part.shape)}}`
    return part.label === '' ? [...part.pattern.matchAll(/"(\w+)":/g)].map(([, key]) => key).join('+') : `=${part.key}`
  })
  return [...names, ...room.map((key) => `[${key}]`)].join(' ')
}

function shapes(client: string, supplies: readonly Supply[], clientKeys: ReadonlyMap<string, string> = new Map()) {
  const { bySupply, runs } = shapesOf(selectionOf(client), supplies, clientKeys)
  return {
    told: supplies.map((each) => told(bySupply.get(each) ?? { parts: [], room: [] })),
    runs: Object.fromEntries(runs),
  }
}

test('what nobody but the client wants is one text, with all that is below it', () => {
  const query = '{ n user { id name address { street city } tags } }'
  expect(shapes(query, [supply(query)])).toEqual({ told: ['n+user+id+name+address+street+city+tags'], runs: { n: 2 } })
})

test('what a fetch requires is a text of its own, and what it is in is an object with room for what comes', () => {
  const client = '{ user { id name points tags } }'
  const fetched = '{ user { name id tags } }'
  const more = '{ user { points } }'
  expect(shapes(client, [supply(fetched), supplyAt('user', more)])).toEqual({
    told: ['user{name =id tags [points]}', 'points'],
    runs: { 'user.name': 1, 'user.tags': 1, 'user.points': 1 },
  })
})

test('fields that the client has in another order are texts of their own', () => {
  const { told, runs } = shapes('{ user { id name points } }', [supply('{ user { points id name } }')])
  expect(told).toEqual(['user{points id+name}'])
  expect(runs).toEqual({ 'user.points': 1, 'user.id': 2 })
})

test('what several fetches give is no part of a run', () => {
  const client = '{ user { id name points address { city } } }'
  const [first, second] = shapes(client, [
    supply('{ user { id name points address { city } } }'),
    supplyAt('user', '{ user { name address { city } } }'),
  ]).told
  expect(first).toBe('user{=id =name points address{=city}}')
  expect(second).toBe('=name address{=city}')
})

test('what the client did not ask for, or under another key, is a text of its own', () => {
  const { told } = shapes('{ user { id name } }', [supply('{ user { id name points } }')], new Map([['name', 'id_']]))
  expect(told).toEqual(['user{id =name =points}'])
})

test('what is added to by another fetch is an object with room for that', () => {
  const client = '{ users { boss { id points } } }'
  const { told } = shapes(client, [supply('{ users { boss { id } } }'), supplyAt('users.boss', '{ user { points } }')])
  expect(told).toEqual(['users{boss{=id [points]}}', 'points'])
})

test('what the client asks for besides, which the schema says, is not left out', () => {
  const client = '{ user { address { city __typename } } }'
  expect(shapes(client, [supply('{ user { address { city } } }')]).told).toEqual(['user{address{city}}'])
})

test('lists of lists are taken over as they are, or not at all', () => {
  expect(shapes('{ grid { name } }', [supply('{ grid { name } }')]).told).toEqual(['grid+name'])
  const visited = [supply('{ grid { id } }'), supplyAt('grid', '{ user { name } }')]
  expect(() => shapes('{ grid { id name } }', visited)).toThrow(Unsuited)
})
