import type { FetchNode, PlanNode } from '@apollo/query-planner'
import {
  type FieldNode,
  type GraphQLNamedType,
  type GraphQLSchema,
  type GraphQLType,
  getNamedType,
  isInterfaceType,
  isListType,
  isNonNullType,
  isObjectType,
  Kind,
  type OperationDefinitionNode,
  print,
  type SelectionNode,
  type SelectionSetNode,
  stripIgnoredCharacters,
} from 'graphql'
import { isContextual } from './context-values.ts'
import { type EntitiesField, entitiesOf, operationOf } from './entities-operation.ts'
import { placedFetches, withFetches } from './fetches-of.ts'
import { flatKeyOf } from './flat-key.ts'
import type { Place } from './place.ts'

/** The type of all objects at a place of the merged data; undefined where a subgraph has to tell. */
export type TypeAt = (place: Place) => string | undefined

/** A plan that asks nobody for the name of a type that the schema says. */
export interface LeanPlan {
  readonly plan: PlanNode
  readonly typeAt: TypeAt
}

/**
 * The planner asks for `__typename` wherever a later fetch is about. Where a field is of one type of object, it is known
 * beforehand: left out, there is less for subgraphs to resolve and to write, and for the gateway to read and to merge.
 * @param schema the supergraph's
 */
export function withoutKnownTypenames(plan: PlanNode, schema: GraphQLSchema): LeanPlan {
  const fetches = placedFetches(plan)
  // Contexts are set by type: what stands above an entity may be asked for it.
  if (fetches.some(({ fetch }) => isContextual(fetch))) return { plan, typeAt: () => undefined }
  const types = new PlaceTypes()
  const walked = new Map<FetchNode, Walked>()
  for (const { fetch, place } of fetches) {
    const walk = isPlain(fetch) ? walkOf(fetch, place, schema) : undefined
    if (walk === undefined) types.doubt(place)
    else {
      walked.set(fetch, walk)
      noteTypes(walk, schema, types)
    }
  }
  const typeAt: TypeAt = (place) => types.at(place)
  const lean = (fetch: FetchNode): FetchNode => {
    const walk = walked.get(fetch)
    return walk === undefined ? fetch : { ...fetch, operation: leanOperation(walk, schema, typeAt) }
  }
  return { plan: withFetches(plan, lean), typeAt }
}

/** What is said of the types at places. */
class PlaceTypes {
  readonly #noted = new Map<string, string | undefined>()
  readonly #doubted: string[] = []

  /** @param type undefined where it is none of objects */
  note(place: Place, type: string | undefined): void {
    const key = keyOf(place)
    if (this.#noted.has(key) && this.#noted.get(key) !== type) this.#noted.set(key, undefined)
    else this.#noted.set(key, type)
  }

  /** Nothing is known there, nor below. */
  doubt(place: Place): void {
    this.#doubted.push(keyOf(place))
  }

  at(place: Place): string | undefined {
    const key = keyOf(place)
    return this.#doubted.some((doubted) => key.startsWith(doubted)) ? undefined : this.#noted.get(key)
  }
}

/** No response key has a point in it. */
const keyOf = (place: Place): string => place.map((key) => `${key}.`).join('')

/** What rewrites change is not where, or not of the type, that the operation says; other keys read names of types below, too. */
function isPlain(fetch: FetchNode): boolean {
  const isRewritten = [fetch.inputRewrites, fetch.outputRewrites].some((rewrites) => rewrites?.length)
  return !isRewritten && (fetch.requires === undefined || flatKeyOf(fetch) !== undefined)
}

/** A selection, and whose it is. */
interface Spot {
  readonly selectionSet: SelectionSetNode
  readonly type: GraphQLNamedType | undefined
  readonly place: Place
}

/** A fetch's operation, and what is selected of its entities, or at its root. */
interface Walked {
  readonly operation: OperationDefinitionNode
  /** Undefined for a fetch at the root. */
  readonly entities?: EntitiesField
  readonly spot: Spot
}

/** Undefined for what is not of the form that the planner gives to nearly all. */
function walkOf(fetch: FetchNode, place: Place, schema: GraphQLSchema): Walked | undefined {
  const operation = operationOf(fetch)
  if (operation === undefined) return undefined
  const { selectionSet } = operation
  if (fetch.requires === undefined)
    return { operation, spot: { selectionSet, type: schema.getRootType(operation.operation) ?? undefined, place } }
  const entities = entitiesOf(operation)
  return entities && { operation, entities, spot: { selectionSet: entities.selectionSet, type: undefined, place } }
}

function noteTypes({ spot }: Pick<Walked, 'spot'>, schema: GraphQLSchema, types: PlaceTypes): void {
  for (const selection of spot.selectionSet.selections) {
    const below = belowOf(selection, spot, schema)
    if (below === undefined) continue
    if (selection.kind === Kind.FIELD) types.note(below.place, isObjectType(below.type) ? below.type.name : undefined)
    noteTypes({ spot: below }, schema, types)
  }
}

/** The selection in a selection; undefined where there is none. */
function belowOf(selection: SelectionNode, spot: Spot, schema: GraphQLSchema): Spot | undefined {
  if (selection.kind === Kind.FRAGMENT_SPREAD || selection.selectionSet === undefined) return undefined
  const { selectionSet } = selection
  if (selection.kind === Kind.INLINE_FRAGMENT) {
    const condition = selection.typeCondition?.name.value
    return { ...spot, selectionSet, type: condition === undefined ? spot.type : schema.getType(condition) }
  }
  const type = fieldOf(spot.type, selection)?.type
  const place = [...spot.place, selection.alias?.value ?? selection.name.value, ...listsOf(type)]
  return { selectionSet, type: getNamedType(type), place }
}

/** `@` for each list that a field is of. */
function listsOf(type: GraphQLType | undefined): Place {
  if (isNonNullType(type)) return listsOf(type.ofType)
  return isListType(type) ? ['@', ...listsOf(type.ofType)] : []
}

const fieldOf = (type: GraphQLNamedType | undefined, { name }: FieldNode) =>
  isObjectType(type) || isInterfaceType(type) ? type.getFields()[name.value] : undefined

function leanOperation({ operation, entities, spot }: Walked, schema: GraphQLSchema, typeAt: TypeAt): string {
  const lean = leanSelection(spot, schema, typeAt)
  const selectionSet = entities
    ? { ...operation.selectionSet, selections: [{ ...entities, selectionSet: lean }] }
    : lean
  return stripIgnoredCharacters(print({ ...operation, selectionSet }))
}

function leanSelection(spot: Spot, schema: GraphQLSchema, typeAt: TypeAt): SelectionSetNode {
  const { selectionSet } = spot
  const isKnown = typeAt(spot.place) !== undefined
  const kept = selectionSet.selections.filter((selection) => !(isKnown && isTypename(selection)))
  // A selection of nothing is none.
  const selections = (kept.length === 0 ? selectionSet.selections : kept).map((selection): SelectionNode => {
    const below = belowOf(selection, spot, schema)
    if (below === undefined || selection.kind === Kind.FRAGMENT_SPREAD) return selection
    return { ...selection, selectionSet: leanSelection(below, schema, typeAt) }
  })
  return { ...selectionSet, selections }
}

const isTypename = (selection: SelectionNode): boolean =>
  selection.kind === Kind.FIELD &&
  selection.name.value === '__typename' &&
  selection.alias === undefined &&
  !selection.directives?.length
