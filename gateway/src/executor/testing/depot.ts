const LINK =
  'extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key", "@external", "@requires", "@shareable", "@inaccessible"])'

/** Only types of objects, and keys of leaves: what most of a graph is. Everything else about them differs. */
export const DEPOT: Readonly<Record<string, string>> = {
  goods: `${LINK}
    type Query { item(id: ID!): Item items: [Item!]! maybe: [Item] label: Label! }
    type Item @key(fields: "id") @key(fields: "sku batch") {
      id: ID! sku: String! batch: Int! name: String tags: [String!] codes: [[Int]!] size: Size! sizes: [Size!]!
      grade: Grade any: Any weight: Float fragile: Boolean! next: Item others: [Item] shelf: Shelf @shareable
      bin: Bin @shareable bins: [Bin!]! @shareable
    }
    type Bin @key(fields: "id") { id: ID! colour: String }
    type Size { width: Int! depth: Int unit: Unit! label: Label }
    type Label { text: String! ids: [ID!] }
    type Unit { name: String! }
    type Shelf @shareable { row: Int column: String! label: Label }
    enum Grade { A B C @inaccessible }
    scalar Any`,
  stock: `${LINK}
    type Query { counted: [Item!] }
    type Item @key(fields: "id") {
      id: ID! weight: Float @external fragile: Boolean! @external
      count: Int! reserved: Int place: Place holders: [Holder!]! price: Float @requires(fields: "weight fragile")
      shelf: Shelf @shareable bin: Bin @shareable bins: [Bin!]! @shareable
    }
    type Bin { zone: String }
    type Shelf @shareable { row: Int column: String! floor: Int }
    type Place @key(fields: "code") { code: ID! hall: String }
    type Holder @key(fields: "id") { id: ID! since: String item: Item }`,
  people: `${LINK}
    type Query { holder(id: ID!): Holder }
    type Holder @key(fields: "id") { id: ID! name: String! boss: Holder address: Address! }
    type Place @key(fields: "code") { code: ID! keeper: Holder open: Boolean! }
    type Bin @key(fields: "id") { id: ID! load: Int owner: Holder }
    type Address { street: String city: String! }
    type Item @key(fields: "sku batch") { sku: String! batch: Int! rating: Float ratings: [Rating] }
    type Rating { by: Holder! stars: Int! text: String }`,
}
