import { composeServices } from '@apollo/composition'
import { parse } from 'graphql'
import { type LoadedSupergraph, loadSupergraph } from '../../supergraph/load.ts'

/** A graph with every use of the cost directives. */
const SHOP = `
  type Query {
    me: User
    node: Node
    search: [Hit!]!
    users(first: Int = 5): [User] @LISTSIZE(slicingArguments: ["first"])
    page(first: Int, last: Int, after: String): UserConnection!
      @LISTSIZE(slicingArguments: ["first", "last"], sizedFields: ["edges", "nodes"], assumedSize: 20, requireOneSlicingArgument: false)
    strict(first: Int, last: Int): [User] @LISTSIZE(slicingArguments: ["first", "last"])
    top: [User] @LISTSIZE(assumedSize: 3)
    grid: [[User]]
    report: Int @COST(weight: 50)
    find(text: String @COST(weight: 4), filter: Filter): User
    tint(colour: Colour): Int
    rebate: Int @COST(weight: -100)
  }
  type Mutation { rename(input: Filter!): User }
  type Subscription { joined: User }
  input Filter { name: String age: Int @COST(weight: 2) and: [Filter!] }
  enum Colour @COST(weight: 6) { RED }
  interface Node { id: ID! friends(first: Int): [Node] }
  union Hit = User | Order
  type UserConnection { edges: [UserEdge!]! nodes: [User!]! total: Int others: [User!]! }
  type UserEdge { node: User! }
  type User implements Node @key(fields: "id") {
    id: ID! name: String tags: [String!] avatar: Image friends(first: Int): [Node] @LISTSIZE(slicingArguments: ["first"])
    orders(first: Int): [Order] @LISTSIZE(slicingArguments: ["first"], requireOneSlicingArgument: false)
  }
  type Order implements Node @COST(weight: 3) { id: ID! friends(first: Int): [Node] @LISTSIZE(assumedSize: 2) buyer: User }
  type Image @COST(weight: 5) { url: String }
`

function loadShop(imports: string, cost: string, listSize: string): LoadedSupergraph {
  const sdl = SHOP.replaceAll('@COST', cost).replaceAll('@LISTSIZE', listSize)
  const link = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: [${imports}])`
  const { supergraphSdl, errors } = composeServices([
    { name: 'shop', url: 'http://shop.example', typeDefs: parse(link + sdl) },
  ])
  if (supergraphSdl === undefined) throw new Error(errors?.join('\n'))
  return loadSupergraph(supergraphSdl)
}

/** The same graph by each way in which a subgraph may name the directives. */
export const SHOPS = {
  'imported by name': loadShop('"@key", "@cost", "@listSize"', '@cost', '@listSize'),
  renamed: loadShop(
    '"@key", { name: "@cost", as: "@price" }, { name: "@listSize", as: "@howMany" }',
    '@price',
    '@howMany',
  ),
  'not imported': loadShop('"@key"', '@federation__cost', '@federation__listSize'),
}
