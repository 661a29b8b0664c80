const link = (...imports: string[]) =>
  `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: [${imports.map((name) => `"@${name}"`).join(', ')}])`

/**
 * A toy graph whose fields take arguments from what they are in: from entities and from the root, from several types,
 * interfaces and unions, from near and from far, from their own subgraph and from others.
 */
export const OFFICE: Readonly<Record<string, string>> = {
  people: `
    ${link('key', 'shareable')}
    type Query {
      customers(first: Int = 4): [Customer!] customer(id: ID!): Customer owners: [Holder] groups: [[Party]] guest: Party shop: Shop
      settings: Settings region: Region!
    }
    type Settings { locale(of: String): String deep: Region }
    interface Holder { id: ID! currency: String }
    type Customer implements Holder @key(fields: "id") {
      id: ID! currency: String language(style: String): String orders: [Order] favourite: Order friend: Customer
      company: Company
    }
    type Company implements Holder @key(fields: "id") {
      id: ID! currency: String orders: [Order] staff: [Customer] region: Region vat: Int
    }
    union Party = Customer | Company
    type Shop @key(fields: "id") { id: ID! region: Region! orders: [Order!] open: Boolean }
    type Region { code: String number: Int! }
    type Order @key(fields: "id") { id: ID! shop: Shop }
  `,
  orders: `
    ${link('key')}
    type Query { order(id: ID!): Order recent: [Order] }
    type Order @key(fields: "id") { id: ID! lines: [Line!] note: String sub: Order customer: Customer best: Item box: Box }
    type Box { line: Line lines: [Line] size: Int }
    type Line @key(fields: "id") { id: ID! order: Order item: Item rank: Int }
    union Item = Line | Order
    type Customer @key(fields: "id", resolvable: false) { id: ID! }
  `,
  prices: `
    ${link('key', 'external', 'context', 'fromContext', 'requires')}
    type Query @context(name: "holder") @context(name: "root") { settings: Settings @external region: Region! @external }
    type Settings @external { locale(of: String): String deep: Region }
    type Region @external { code: String number: Int! }
    type Customer @key(fields: "id") @context(name: "holder") {
      id: ID! currency: String @external language(style: String): String @external
    }
    type Company @key(fields: "id") @context(name: "holder") { id: ID! currency: String @external region: Region @external }
    type Shop @key(fields: "id") @context(name: "holder") { id: ID! region: Region! @external }
    type Line @key(fields: "id") {
      id: ID! plain: Int rank: Int @external ranked: String @requires(fields: "rank")
      price(
        currency: String @fromContext(field: "$holder ... on Customer { currency } ... on Company { currency } ... on Shop { region { code } } ... on Query { region { code } }")
        digits: Int
      ): String
      label(locale: String @fromContext(field: "$root { settings { locale(of: \\"x\\") } }")): Int
      both(
        n: Int
        locale: String @fromContext(field: "$root { settings { locale(of: \\"y\\") } }")
        currency: String @fromContext(field: "$holder ... on Customer { language(style: \\"short\\") } ... on Company { region { code } } ... on Shop { region { code } } ... on Query { settings { locale } }")
      ): [String]
      again: Order
    }
    type Order @key(fields: "id") {
      id: ID! total(number: Int @fromContext(field: "$root { region { number } }")): Float tax: Tax
    }
    type Tax @key(fields: "id") {
      id: ID! rate(number: Int @fromContext(field: "$root { settings { deep { number } } }"), of: Int = 3): Int
      lines: [Line] name: String
    }
  `,
  offers: `
    ${link('key', 'external', 'context', 'fromContext', 'shareable')}
    type Query { allOffers: [Offer!] offer: Offer deals: [Offered] }
    interface Offered @context(name: "offer") { id: ID! rate: Int tags: [String!] spots: [Spot] }
    type Spot { code: String }
    type Offer implements Offered @key(fields: "id") { id: ID! rate: Int tags: [String!] spots: [Spot] gift: Gift gifts: [Gift!] within: Offer pack: Pack plan: Plan }
    type Plan implements Offered @key(fields: "id") { id: ID! rate: Int tags: [String!] spots: [Spot] gift: Gift pack: Pack level: Int! }
    type Pack { gift: Gift pack: Pack size: Int }
    type Gift @key(fields: "id") {
      id: ID! worth(rate: Int @fromContext(field: "$offer { rate }"), n: Int): Float
      seen(rates: Int @fromContext(field: "$offer ... on Offer { rate } ... on Plan { level }")): String
      tagged(tags: [String] @fromContext(field: "$offer { tags }"), codes: [String] @fromContext(field: "$offer { spots { code } }")): Int
      next: Gift kind: Kind
    }
    enum Kind { SMALL LARGE }
  `,
  gifts: `
    ${link('key')}
    type Gift @key(fields: "id") { id: ID! weight: Int twin: Gift owner: Owner }
    type Owner { gift: Gift gifts: [[Gift]] }
  `,
}
