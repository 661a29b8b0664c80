import {
  defaultFieldResolver,
  type GraphQLObjectType,
  type GraphQLSchema,
  getNamedType,
  isLeafType,
  isObjectType,
} from 'graphql'
import { StartupFault } from '../startup-fault.ts'
import { type AuthorizedContext, checkOf, type Policies } from './check.ts'
import { guardObjects, guardReferences, keepAbstractTypes } from './objects.ts'
import { type Requirement, type Requirements, readRequirements } from './requirements.ts'

/**
 * Makes an executable subgraph schema keep the promises of its own SDL (`@authenticated`, `@requiresScopes`,
 * `@policy`), whatever the gateway did before. Changes the schema in place, as the subgraph library does with
 * resolvers.
 *
 * - On a field: before its resolver; for a subscription when subscribing and again for each event.
 * - On an object type: before the resolver of every field that returns it and before `__resolveReference`, for what
 *   needs no object; and for each object that is handed out, also those in lists and behind interfaces and unions.
 * - On a scalar or an enum: as on every field that returns it.
 *
 * @throws StartupFault for a policy without a function, and for what `readRequirements` cannot enforce
 */
export function enforceAuthorization<Context extends AuthorizedContext>(
  schema: GraphQLSchema,
  policies: Policies<Context>,
): GraphQLSchema {
  const requirements = readRequirements(schema)
  refuseUnknownPolicies(requirements.policies, policies)
  const types = Object.values(schema.getTypeMap()).filter((type) => isObjectType(type))
  // Before the objects: it needs their own isTypeOf, which guardObjects wraps.
  keepAbstractTypes(schema, requirements)
  for (const type of types) {
    guardObjects(type, requirements.ofType(type), policies)
    guardReferences(type, withoutPolicies(requirements.ofType(type)), policies)
    guardFields(type, requirements, isRoot(schema, type) ? requirements.ofType(type) : [], policies)
  }
  return schema
}

/** `ofRoot`: what the type itself requires where it is a root type, because no field returns that. */
function guardFields<Context extends AuthorizedContext>(
  type: GraphQLObjectType,
  requirements: Requirements,
  ofRoot: readonly Requirement[],
  policies: Policies<Context>,
): void {
  for (const field of Object.values(type.getFields())) {
    const returned = getNamedType(field.type)
    const ofReturned = requirements.ofType(returned)
    const all = [
      ...(FEDERATION_FIELDS.has(field.name) ? [] : ofRoot),
      ...requirements.ofField(field),
      ...(isLeafType(returned) ? ofReturned : withoutPolicies(ofReturned)),
    ]
    const check = checkOf(all, { typeName: type.name, fieldName: field.name }, policies)
    if (check === undefined) continue
    const { resolve = defaultFieldResolver, subscribe } = field
    field.resolve = (parent, args, context, info) => {
      const checked = check(parent, context)
      return checked === undefined
        ? resolve(parent, args, context, info)
        : checked.then(() => resolve(parent, args, context, info))
    }
    if (subscribe)
      field.subscribe = async (root, args, context, info) => {
        await check(root, context)
        return subscribe(root, args, context, info)
      }
  }
}

function refuseUnknownPolicies(named: ReadonlyMap<string, string>, policies: object): void {
  const unknown = [...named].filter(([name]) => !Object.hasOwn(policies, name))
  if (unknown.length === 0) return
  const list = unknown.map(([name, place]) => `"${name}" (on ${place})`).join(', ')
  throw new StartupFault(
    `The schema names policies without a function: ${list}. Give them to the server as "policies".`,
  )
}

const withoutPolicies = (requirements: readonly Requirement[]): Requirement[] =>
  requirements.filter(({ kind }) => kind !== 'policy')

const isRoot = (schema: GraphQLSchema, type: GraphQLObjectType): boolean =>
  [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()].includes(type)

/** Not the schema's own: `_entities` hands out types that have their own requirements, `_service` hands out no data. */
const FEDERATION_FIELDS = new Set(['_entities', '_service'])
