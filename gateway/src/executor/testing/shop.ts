const link = (...imports: string[]) =>
  `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: [${imports.map((name) => `"@${name}"`).join(', ')}])`

/** A toy graph that has one of everything: keys of every shape, requirements, overlaps, overrides, interface objects. */
export const SHOP: Readonly<Record<string, string>> = {
  products: `
    ${link('key', 'shareable', 'provides', 'external', 'inaccessible', 'tag')}
    type Query {
      product(id: ID!): Product
      products(first: Int = 3): [Product]
      topProduct: Product!
      media: [Media!]
      search(text: String!): [SearchResult]
      catalog: Catalog @shareable
      featured: Listing
    }
    interface Media @key(fields: "id") { id: ID! title: String }
    type Book implements Media @key(fields: "id") { id: ID! title: String pages: Int author: Person }
    type Film implements Media @key(fields: "id") { id: ID! title: String minutes: Int! director: Person }
    type Song implements Media @key(fields: "id") { id: ID! title: String secret: String @inaccessible }
    type Product @key(fields: "id") @key(fields: "sku") @key(fields: "code { region number }") {
      id: ID! sku: String! code: Code! name: String price: Int! weight: Float @shareable kind: Kind
      maker: Person @provides(fields: "nick") variants: [Product!] dimensions: Size @shareable
    }
    type Code @shareable { region: String! number: String! }
    type Size @shareable { height: Float width: Float }
    type Person @key(fields: "email") { email: ID! nick: String @external fullName: String @shareable }
    type Catalog @shareable { name: String season: String! }
    union SearchResult = Product | Book | Person
    interface Listing { label: String! headline: String }
    type Offer implements Listing { label: String! headline: String product: Product off: Int }
    type Banner implements Listing { label: String! headline: String film: Film! }
    enum Kind { GOOD SERVICE HIDDEN @inaccessible }
  `,
  stock: `
    ${link('key', 'shareable', 'external', 'requires', 'override')}
    type Query { warehouses: [Warehouse!]! warehouse(id: ID!): Warehouse catalog: Catalog @shareable }
    type Warehouse @key(fields: "id") { id: ID! city: String stocks: [Stock] manager: Person }
    type Stock { product: Product! count: Int! }
    type Product @key(fields: "sku") {
      sku: String! weight: Float @external price: Int! @external dimensions: Size @external
      inStock: Int
      shipping(to: String): String @requires(fields: "weight price")
      box: String @requires(fields: "dimensions { height width }")
      kind: Kind @override(from: "products")
      warehouses: [Warehouse!]
    }
    type Size @shareable { height: Float width: Float }
    type Catalog @shareable { name: String season: String! }
    type Person @key(fields: "email", resolvable: false) { email: ID! }
    enum Kind { GOOD SERVICE }
  `,
  people: `
    ${link('key', 'shareable', 'external', 'requires')}
    type Query { person(email: ID!): Person everybody: [[Person]] }
    type Mutation { rename(email: ID!, to: String!): Person }
    type Person @key(fields: "email") {
      email: ID! nick: String @shareable fullName: String @shareable friends(first: Int): [Person] best: Person
      owns: [Product] greeting: String @requires(fields: "badge") badge: String @external
    }
    type Product @key(fields: "code { region number }", resolvable: false) { code: Code! }
    type Code @shareable { region: String! number: String! }
  `,
  reviews: `
    ${link('key', 'interfaceObject', 'shareable', 'external')}
    type Query { reviews(stars: Int): [Review!] latest: Reviewed }
    type Media @interfaceObject @key(fields: "id") { id: ID! reviews(first: Int): [Review!] score: Float }
    type Review @key(fields: "id") { id: ID! stars: Int! text: String by: Person about: Media }
    type Person @key(fields: "email") { email: ID! reviews: [Review] badge: String @shareable }
    type Product @key(fields: "id") { id: ID! reviews: [Review!] rating: Float }
    union Reviewed = Product | Review
  `,
}

/** A toy graph whose fields require one another, with arguments, there and back. */
export const WORKSHOP: Readonly<Record<string, string>> = {
  items: `
    ${link('key', 'external', 'requires')}
    type Query { items: [Item!]! item(id: ID!): Item }
    type Item @key(fields: "id") @key(fields: "slug { text }") {
      id: ID! slug: Slug! text(lang: String): String size(unit: String!): Float! parts(first: Int): [Part!] weight: Int
      score: Float @external rank: String @requires(fields: "score")
    }
    type Slug { text: String! }
    type Part @key(fields: "id") { id: ID! label(lang: String): String item: Item }
  `,
  labels: `
    ${link('key', 'external', 'requires')}
    type Item @key(fields: "id") {
      id: ID!
      text(lang: String): String @external size(unit: String!): Float! @external weight: Int @external
      parts(first: Int): [Part!] @external rank: String @external seal: String @external
      english: String @requires(fields: "text(lang: \\"en\\") weight")
      german: String @requires(fields: "text(lang: \\"de\\") size(unit: \\"cm\\")")
      plain(times: Int): String @requires(fields: "text size(unit: \\"m\\")")
      list: String @requires(fields: "parts(first: 2) { label(lang: \\"en\\") }")
      score: Float
      badge: String @requires(fields: "rank")
      crown: String @requires(fields: "seal rank")
      other: Item
    }
    type Part @key(fields: "id") { id: ID! label(lang: String): String @external tag: String @requires(fields: "label(lang: \\"de\\")") }
  `,
  seals: `
    ${link('key', 'external', 'requires')}
    type Query { sealed: [Item] }
    type Item @key(fields: "slug { text }") {
      slug: Slug! badge: String @external english: String @external
      seal: String @requires(fields: "badge") stamp: String @requires(fields: "english") made: [Part]
    }
    type Slug { text: String! }
    type Part @key(fields: "id", resolvable: false) { id: ID! }
  `,
}
