import {
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLCompositeType,
  type GraphQLSchema,
  getNamedType,
  getOperationAST,
  isAbstractType,
  isCompositeType,
  Kind,
  parse,
  type SelectionSetNode,
} from 'graphql'
import type { AuthorizationMap, Requirement } from '../authorize/authorization-map.ts'
import { fragmentsOf } from '../executor/root-fields.ts'
import type { PlannedFetch } from '../executor/run.ts'
import type { CacheHint, CacheHints } from './cache-hints.ts'
import { type Audience, type CachePolicy, narrowest, strictest } from './cache-policy.ts'

/** What a supergraph says about keeping answers. */
export interface CachingRules {
  /** With everything `@inaccessible`: plans fetch that, too. */
  readonly supergraphSchema: GraphQLSchema
  readonly hints: CacheHints
  readonly authorization: AuthorizationMap
}

/** A lifetime that fields without a hint take over from what they are in. */
type Lifetime = Pick<CachePolicy, 'maxAge_s' | 'staleIfError_s'>

const NO_LIFETIME: Lifetime = { maxAge_s: 0, staleIfError_s: 0 }
const UNBOUNDED: CachePolicy = {
  maxAge_s: Number.POSITIVE_INFINITY,
  staleIfError_s: Number.POSITIVE_INFINITY,
  audience: 'everyone',
}

/** The policy of all that a fetch asks for; undefined where some of it may not be kept, and for mutations. */
export function compileFetchPolicy(rules: CachingRules, fetch: Omit<PlannedFetch, 'paths'>): CachePolicy | undefined {
  if (rules.hints.isEmpty || fetch.kind !== 'query') return undefined
  const document = parse(fetch.operation, { noLocation: true })
  const operation = getOperationAST(document)
  const root = rules.supergraphSchema.getQueryType()
  if (!operation || !root) return undefined
  const walk = new PolicyWalk(rules, fragmentsOf(document.definitions))
  if (fetch.isOfEntities) walk.entities(operation.selectionSet)
  else walk.roots(operation.selectionSet, root)
  return Number.isFinite(walk.policy.maxAge_s) && walk.policy.maxAge_s > 0 ? walk.policy : undefined
}

/**
 * Goes through one operation of a subgraph by the rules that Apollo Server has for `@cacheControl`: a field's hint
 * before that of the type that it answers; objects without a hint are not kept; other fields live as long as what they
 * are in.
 */
class PolicyWalk {
  readonly #rules: CachingRules
  readonly #fragments: ReadonlyMap<string, FragmentDefinitionNode>
  policy: CachePolicy = UNBOUNDED

  constructor(rules: CachingRules, fragments: ReadonlyMap<string, FragmentDefinitionNode>) {
    this.#rules = rules
    this.#fragments = fragments
  }

  roots(selectionSet: SelectionSetNode, root: GraphQLCompositeType): void {
    this.#ofType(root)
    this.selections(selectionSet, root, NO_LIFETIME)
  }

  /** `_entities` has no hint of its own: each type of entity answers for itself. */
  entities({ selections }: SelectionSetNode): void {
    for (const { selectionSet } of selections.filter((selection) => selection.kind === Kind.FIELD))
      for (const entity of selectionSet?.selections ?? []) {
        const typeName = entity.kind === Kind.INLINE_FRAGMENT ? entity.typeCondition?.name.value : undefined
        const type = typeName === undefined ? undefined : this.#rules.supergraphSchema.getType(typeName)
        if (entity.kind !== Kind.INLINE_FRAGMENT || !isCompositeType(type)) this.#add(NO_LIFETIME, 'everyone')
        else this.selections(entity.selectionSet, type, this.#ofType(type))
      }
  }

  selections({ selections }: SelectionSetNode, parent: GraphQLCompositeType, inherited: Lifetime): void {
    for (const selection of selections) {
      if (selection.kind === Kind.FIELD) this.#field(selection, parent, inherited)
      else {
        const fragment = selection.kind === Kind.INLINE_FRAGMENT ? selection : this.#fragments.get(selection.name.value)
        if (fragment !== undefined) this.#fragment(fragment, parent, inherited)
      }
    }
  }

  #fragment(
    {
      typeCondition,
      selectionSet,
    }: { typeCondition?: FragmentDefinitionNode['typeCondition']; selectionSet: SelectionSetNode },
    parent: GraphQLCompositeType,
    inherited: Lifetime,
  ): void {
    const type = typeCondition === undefined ? parent : this.#rules.supergraphSchema.getType(typeCondition.name.value)
    if (isCompositeType(type)) {
      if (type !== parent) this.#ofType(type)
      this.selections(selectionSet, type, inherited)
    } else this.#add(NO_LIFETIME, 'everyone')
  }

  #field(node: FieldNode, parent: GraphQLCompositeType, inherited: Lifetime): void {
    const name = node.name.value
    if (name === '__typename') return
    const definition = 'getFields' in parent ? parent.getFields()[name] : undefined
    if (definition === undefined) {
      this.#add(NO_LIFETIME, 'everyone')
      return
    }
    const type = getNamedType(definition.type)
    const answered = isCompositeType(type) ? type : undefined
    const { authorization, hints } = this.#rules
    const ofType = answered && hints.type(answered.name)
    const ofParent = hints.field(parent.name, name)
    const requirements = [authorization.field(parent.name, name), authorization.type(type.name)]
    let below: Lifetime = UNBOUNDED
    for (const runtime of this.#runtimeTypes(parent)) {
      const own = hints.field(runtime.name, name) ?? ofParent
      const lifetime = lifetimeOf(own, ofType, answered !== undefined, inherited)
      const named = scopeNamed(runtime, (typeName) => hints.field(typeName, name))
      const scope = named ?? ofParent?.scope ?? (answered && this.#scopeOf(answered))
      const audience = audienceOf(scope, requirements)
      this.#add(lifetime, audience)
      below = strictest({ ...below, audience }, { ...lifetime, audience })
    }
    if (answered !== undefined && node.selectionSet !== undefined) this.selections(node.selectionSet, answered, below)
  }

  /** Notes for whom objects of a type are, and answers how long they live by themselves. */
  #ofType(type: GraphQLCompositeType): Lifetime {
    const hint = this.#rules.hints.type(type.name)
    const audience = audienceOf(this.#scopeOf(type), [this.#rules.authorization.type(type.name)])
    this.policy = { ...this.policy, audience: narrowest(this.policy.audience, audience) }
    return { maxAge_s: hint?.maxAge ?? 0, staleIfError_s: hint?.staleIfError ?? 0 }
  }

  /** An object may turn out to be one of those that are somebody's own. */
  #scopeOf(type: GraphQLCompositeType): CacheHint['scope'] {
    const { hints } = this.#rules
    const isPrivate = this.#runtimeTypes(type).some((runtime) => scopeNamed(runtime, hints.type) === 'PRIVATE')
    return isPrivate ? 'PRIVATE' : hints.type(type.name)?.scope
  }

  #add({ maxAge_s, staleIfError_s }: Lifetime, audience: Audience): void {
    this.policy = strictest(this.policy, { maxAge_s, staleIfError_s, audience })
  }

  /** What an object may turn out to be, each with hints of its own. */
  #runtimeTypes(type: GraphQLCompositeType): readonly GraphQLCompositeType[] {
    if (!isAbstractType(type)) return [type]
    const possible = this.#rules.supergraphSchema.getPossibleTypes(type)
    return possible.length === 0 ? [type] : possible
  }
}

/**
 * The scope that a type, or its field, names. An interface that says PRIVATE says it for all that implement it and name
 * none, however they are read; GraphQL has a type list the interfaces of its interfaces as well.
 */
function scopeNamed(
  type: GraphQLCompositeType,
  hintOf: (typeName: string) => CacheHint | undefined,
): CacheHint['scope'] {
  const own = hintOf(type.name)?.scope
  if (own !== undefined || !('getInterfaces' in type)) return own
  return type.getInterfaces().some(({ name }) => hintOf(name)?.scope === 'PRIVATE') ? 'PRIVATE' : undefined
}

/** A hint with a `maxAge` speaks for itself: the errors that it does not say it outlives, it does not. */
function lifetimeOf(
  own: CacheHint | undefined,
  ofType: CacheHint | undefined,
  isObject: boolean,
  inherited: Lifetime,
): Lifetime {
  const hint = [own, ofType].find((candidate) => candidate?.maxAge !== undefined)
  if (hint?.maxAge !== undefined) return { maxAge_s: hint.maxAge, staleIfError_s: hint.staleIfError ?? 0 }
  const inherits = !isObject || own?.inheritMaxAge === true || ofType?.inheritMaxAge === true
  return inherits ? inherited : NO_LIFETIME
}

/** What only some may read is kept for each of them apart, unless its owner says that all of them read the same. */
function audienceOf(scope: CacheHint['scope'], requirements: readonly (Requirement | undefined)[]): Audience {
  const isMarked = requirements.some((requirement) => requirement !== undefined)
  if (scope === 'PRIVATE' || requirements.some((requirement) => requirement?.isDecidedByRow)) return 'caller'
  if (!isMarked) return 'everyone'
  return scope === 'PUBLIC' ? 'permitted' : 'caller'
}
