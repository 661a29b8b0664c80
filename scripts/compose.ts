// Composes the SDL of schema/subgraphs into schema/supergraph.graphql (for the gateway) and schema/api.graphql (for
// people). With --check it writes nothing and fails when the committed files are not what composition gives.

import { readFileSync, writeFileSync } from 'node:fs'
import { composeServices } from '@apollo/composition'
import { printSchema } from 'graphql'
import { SUBGRAPHS, schemaFile, subgraphSdl } from './subgraphs.ts'

/** Composes the committed subgraph SDL. Throws with every composition error, and on hints: they are future errors. */
export function composeGraph(): { supergraph: string; api: string } {
  const result = composeServices(
    SUBGRAPHS.map(({ name, port }) => ({
      name,
      url: `http://127.0.0.1:${port}/graphql`,
      typeDefs: subgraphSdl(name),
    })),
  )
  if (result.errors) throw new Error(result.errors.map((error) => error.message).join('\n'))
  if (result.hints.length > 0) throw new Error(result.hints.map((hint) => hint.message).join('\n'))
  const api = result.schema.toAPISchema().toGraphQLJSSchema()
  return { supergraph: `${result.supergraphSdl.trim()}\n`, api: `${printSchema(api).trim()}\n` }
}

if (import.meta.main) {
  const composed = composeGraph()
  const files = { 'supergraph.graphql': composed.supergraph, 'api.graphql': composed.api }
  for (const [name, text] of Object.entries(files)) {
    const file = schemaFile(name)
    if (!process.argv.includes('--check')) writeFileSync(file, text)
    else if (readFileSync(file, 'utf8') !== text) {
      console.error(`schema/${name} is not what the subgraphs compose to: run pnpm compose and commit it.`)
      process.exitCode = 1
    }
  }
}
