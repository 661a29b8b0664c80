import { buildSchemaFromAST } from '@apollo/federation-internals'
import { ACTOR_CLAIMS } from '@carriergraph/shared/auth/claims.ts'
import { type ConstDirectiveNode, type DocumentNode, isTypeDefinitionNode, Kind, valueFromASTUntyped } from 'graphql'
import { z } from 'zod'

/** The identity of the spec that subgraphs link for `@eventsDependOn`. */
const SPEC = 'https://specs.carriergraph.dev/eventsDependOn'
const DIRECTIVE = 'eventsDependOn'

/** What the events of a subscription field depend on, and all that its subgraph answers below them. */
export interface EventDependence {
  /** Names of claims: tokens that agree in them get the same events. */
  readonly claims: readonly string[]
  /** Holds only for tokens that have this value in this claim. */
  readonly condition: { readonly claim: string; readonly value: string } | undefined
}

/** By the name of a subscription field; undefined where its events depend on the whole identity. */
export type EventDependences = (fieldName: string) => EventDependence | undefined

const claim = z.enum(ACTOR_CLAIMS)
const argumentsSchema = z.object({
  claims: z.array(claim).nonempty(),
  whereClaim: claim.nullish(),
  has: z.string().nullish(),
})

/**
 * Reads the `@eventsDependOn` of a composed supergraph, under whatever name it imports the directive.
 * @throws Error where one stands on another field than a subscription's, or names what is no claim of an actor
 */
export function readEventDependences(composed: DocumentNode): EventDependences {
  const schema = buildSchemaFromAST(composed, { validate: false })
  const name = schema.coreFeatures?.getByIdentity(SPEC)?.directiveNameInSchema(DIRECTIVE)
  const root = schema.schemaDefinition.rootType('subscription')?.name
  const byField = new Map<string, EventDependence>()
  for (const definition of name === undefined ? [] : composed.definitions) {
    if (!isTypeDefinitionNode(definition) || !('fields' in definition)) continue
    for (const field of definition.fields ?? []) {
      const applied = field.directives?.find((directive) => directive.name.value === name)
      if (applied === undefined) continue
      const coordinate = `${definition.name.value}.${field.name.value}`
      if (definition.kind !== Kind.OBJECT_TYPE_DEFINITION || definition.name.value !== root)
        throw new Error(`@${DIRECTIVE} on ${coordinate}: only fields of the subscription type have events`)
      byField.set(field.name.value, dependenceOf(applied, coordinate))
    }
  }
  return (fieldName) => byField.get(fieldName)
}

function dependenceOf(directive: ConstDirectiveNode, coordinate: string): EventDependence {
  const values = (directive.arguments ?? []).map(({ name, value }) => [name.value, valueFromASTUntyped(value)])
  const parsed = argumentsSchema.safeParse(Object.fromEntries(values))
  if (!parsed.success) throw new Error(`@${DIRECTIVE} on ${coordinate}: ${z.prettifyError(parsed.error)}`)
  const { claims, whereClaim, has } = parsed.data
  if ((whereClaim ?? undefined) === undefined && (has ?? undefined) === undefined)
    return { claims, condition: undefined }
  if (typeof whereClaim !== 'string' || typeof has !== 'string')
    throw new Error(`@${DIRECTIVE} on ${coordinate}: whereClaim and has go together`)
  return { claims, condition: { claim: whereClaim, value: has } }
}

/**
 * The claims of this identity that events depend on, by name; undefined when they depend on all of it.
 * @param identity all claims of a verified token, by name; anything else for nobody
 */
export function claimsDependedOn(
  { claims, condition }: EventDependence,
  identity: unknown,
): Readonly<Record<string, unknown>> | undefined {
  if (typeof identity !== 'object' || identity === null) return undefined
  if (condition !== undefined && !holds(Reflect.get(identity, condition.claim), condition.value)) return undefined
  return Object.fromEntries(claims.map((name) => [name, Reflect.get(identity, name)]))
}

/** A claim is a value, a list of them, or a text of several with spaces between, as `scope` is (RFC 8693). */
const holds = (value: unknown, wanted: string): boolean =>
  Array.isArray(value) ? value.includes(wanted) : typeof value === 'string' && value.split(' ').includes(wanted)
