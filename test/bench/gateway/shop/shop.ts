// The graph that the gateways answer from: five subgraphs whose data is a function of the id that is asked for. An id is
// the customer's with a path behind it, `100200p3r1`: no two requests ask for the same things.

import type { GraphQLResolverMap } from '@apollo/subgraph'

export interface ShopSubgraph {
  readonly name: string
  readonly typeDefs: string
  readonly resolvers: GraphQLResolverMap<unknown>
}

const LINK = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key", "@external", "@requires"])`

interface Entity {
  readonly id: string
}
interface Product {
  readonly upc: string
}
interface Page {
  readonly first: number
}

/** `count` things of the one with this id. */
const below = (id: string, kind: string, count: number): string[] =>
  Array.from({ length: count }, (_, index) => `${id}${kind}${index}`)

const parentOf = (id: string): string => id.slice(0, id.search(/[a-z]\d+$/))

/** A small number that an id is always given; ids that differ in the customer alone are given the same. */
function numberOf(id: string): number {
  let sum = 0
  for (let index = CUSTOMER_DIGITS; index < id.length; index++) sum = (sum * 31 + id.charCodeAt(index)) % 9973
  return sum
}

/** How long the id of a customer is, so that every answer of a workload is as long as the others. */
export const CUSTOMER_DIGITS = 7

const CITIES = ['Lisbon', 'Kraków', 'Nairobi', 'Osaka', 'Valparaíso']
const OPINIONS = [
  'Does what it says, and has done so every day since it came. I would buy it again.',
  'Smaller than it looks in the picture, "but" it works; the manual could be better.',
  'Arrived late and with a scratch. The shop changed it without a word, so four stars.',
]

const ACCOUNTS: ShopSubgraph = {
  name: 'accounts',
  typeDefs: `${LINK}
    type Query { user(id: ID!): User }
    type Address { street: String! city: String! country: String! }
    type User @key(fields: "id") { id: ID! name: String! email: String address: Address friends(first: Int!): [User!]! }`,
  resolvers: {
    Query: { user: (_: unknown, { id }: Entity) => ({ id }) },
    User: {
      __resolveReference: ({ id }: Entity) => ({ id }),
      name: ({ id }: Entity) => `Customer ${id}`,
      email: ({ id }: Entity) => `${id}@example.com`,
      address: ({ id }: Entity) => {
        const number = numberOf(id)
        return { street: `${number} Harbour Road`, city: CITIES[number % CITIES.length], country: 'XX' }
      },
      friends: ({ id }: Entity, { first }: Page) => below(id, 'f', first).map((friend) => ({ id: friend })),
    },
  },
}

const LOYALTY: ShopSubgraph = {
  name: 'loyalty',
  typeDefs: `${LINK}
    enum Tier { BASIC SILVER GOLD }
    type User @key(fields: "id") { id: ID! points: Int tier: Tier }`,
  resolvers: {
    User: {
      __resolveReference: ({ id }: Entity) => ({ id }),
      points: ({ id }: Entity) => numberOf(id),
      tier: ({ id }: Entity) => ['BASIC', 'SILVER', 'GOLD'][numberOf(id) % 3],
    },
  },
}

const PRODUCTS: ShopSubgraph = {
  name: 'products',
  typeDefs: `${LINK}
    type Query { recommended(customer: ID!, first: Int!): [Product!] }
    type Product @key(fields: "upc") { upc: ID! name: String price: Float weight: Int description: String }`,
  resolvers: {
    Query: {
      recommended: (_: unknown, { customer, first }: { customer: string } & Page) =>
        below(customer, 'p', first).map((upc) => ({ upc })),
    },
    Product: {
      __resolveReference: ({ upc }: Product) => ({ upc }),
      name: ({ upc }: Product) => `Product number ${upc}`,
      price: ({ upc }: Product) => (numberOf(upc) % 400) + 0.95,
      weight: ({ upc }: Product) => numberOf(upc) % 30,
      description: ({ upc }: Product) => `The ${upc} of its kind, in ${CITIES[numberOf(upc) % CITIES.length]} blue.`,
    },
  },
}

const INVENTORY: ShopSubgraph = {
  name: 'inventory',
  typeDefs: `${LINK}
    type Product @key(fields: "upc") {
      upc: ID! price: Float @external weight: Int @external
      inStock: Boolean shippingEstimate: Float @requires(fields: "price weight")
    }`,
  resolvers: {
    Product: {
      __resolveReference: (product: Product) => product,
      inStock: ({ upc }: Product) => numberOf(upc) % 4 > 0,
      shippingEstimate: ({ price, weight }: { price: number; weight: number }) => (price > 300 ? 0 : weight / 2),
    },
  },
}

const REVIEWS: ShopSubgraph = {
  name: 'reviews',
  typeDefs: `${LINK}
    type Review @key(fields: "id") { id: ID! body: String rating: Int author: User product: Product }
    type User @key(fields: "id") { id: ID! reviews(first: Int!): [Review!] }
    type Product @key(fields: "upc") { upc: ID! reviews(first: Int!): [Review!] }`,
  resolvers: {
    Review: {
      __resolveReference: ({ id }: Entity) => ({ id }),
      body: ({ id }: Entity) => OPINIONS[numberOf(id) % OPINIONS.length],
      rating: ({ id }: Entity) => (numberOf(id) % 5) + 1,
      author: ({ id }: Entity) => ({ id: `${id}f0` }),
      product: ({ id }: Entity) => ({ upc: `${parentOf(id)}p${id.slice(parentOf(id).length + 1)}` }),
    },
    User: {
      __resolveReference: ({ id }: Entity) => ({ id }),
      reviews: ({ id }: Entity, { first }: Page) => below(id, 'r', first).map((review) => ({ id: review })),
    },
    Product: {
      __resolveReference: ({ upc }: Product) => ({ upc }),
      reviews: ({ upc }: Product, { first }: Page) => below(upc, 'r', first).map((review) => ({ id: review })),
    },
  },
}

export const SHOP: readonly ShopSubgraph[] = [ACCOUNTS, LOYALTY, PRODUCTS, INVENTORY, REVIEWS]
