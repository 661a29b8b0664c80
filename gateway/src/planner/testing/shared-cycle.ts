import { type DocumentNode, parse } from 'graphql'
import { type LoadedSupergraph, loadSupergraph } from '../../supergraph/load.ts'
import { compose } from '../../testing/library-graph.ts'

/** Two subgraphs that share a type whose field leads back to it: each step of a path may be taken in either. */
export function sharedCycle(): LoadedSupergraph {
  const sdl = (root: string, own: string) => `
    extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@shareable"])
    ${root}
    type Node @key(fields: "id") { id: ID! next: Node @shareable ${own}: Int }`
  return loadSupergraph(
    compose([
      { name: 'first', url: 'http://first.example', typeDefs: sdl('type Query { node: Node }', 'one') },
      { name: 'second', url: 'http://second.example', typeDefs: sdl('', 'two') },
    ]),
  )
}

/** A path of so many steps; the ways to its end double with each. Those of the same name are equal. */
export function chain(steps: number, name = 'Chain'): DocumentNode {
  return parse(`query ${name} { node ${'{ next '.repeat(steps)}{ id }${' }'.repeat(steps)} }`)
}

/** Takes longer than anybody waits: half a million ways. */
export const bomb = (name = 'Bomb'): DocumentNode => chain(19, name)
