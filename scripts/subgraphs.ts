import { fileURLToPath } from 'node:url'
import { readSdl } from '@carriergraph/shared/service/sdl.ts'
import type { DocumentNode } from 'graphql'

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

/** The SDL of one subgraph, the files of its folder as one document. */
export const subgraphSdl = (name: SubgraphName): DocumentNode => readSdl(schemaFile(`subgraphs/${name}`))
