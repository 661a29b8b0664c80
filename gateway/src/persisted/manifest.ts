import { z } from 'zod'

/** What `apollo-persisted-query-manifest` of Apollo's tools holds. */
const apolloManifest = z.object({
  format: z.literal('apollo-persisted-query-manifest'),
  version: z.literal(1),
  operations: z.array(z.object({ id: z.string().min(1), body: z.string().min(1) })),
})

/** `{ id: document }`, as Relay's compiler and graphql-codegen write it. */
const plainManifest = z.record(z.string().min(1), z.string().min(1))

/** Ids and documents of a manifest. */
export type ManifestEntries = readonly (readonly [id: string, document: string])[]

/**
 * Ids and documents of a manifest, in the format of Apollo's tools or as a plain map.
 * @throws when it is neither
 */
export function parseManifest(json: string): ManifestEntries {
  const value: unknown = JSON.parse(json)
  if (typeof value === 'object' && value !== null && 'format' in value)
    return apolloManifest.parse(value).operations.map(({ id, body }) => [id, body] as const)
  return Object.entries(plainManifest.parse(value))
}
