import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** The four subgraphs with their default ports, in the order in which they start. */
export const SUBGRAPHS = [
  { name: 'network', port: 4001 },
  { name: 'billing', port: 4002 },
  { name: 'payments', port: 4003 },
  { name: 'risk', port: 4004 },
] as const

export type SubgraphName = (typeof SUBGRAPHS)[number]['name']

/** Absolute path of a file of the repository, given from its root. */
export const repositoryFile = (path: string): string => fileURLToPath(new URL(`../${path}`, import.meta.url))

/** Absolute path of a file in `schema/`. */
export const schemaFile = (path: string): string => repositoryFile(`schema/${path}`)

/** The SDL of one subgraph as text. */
export const subgraphSdl = (name: SubgraphName): string => readFileSync(schemaFile(`subgraphs/${name}.graphql`), 'utf8')
