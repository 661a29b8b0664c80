import { type GraphQLOutputType, getNullableType, isLeafType, isListType, isNonNullType } from 'graphql'
import { leafPattern } from './leaf-pattern.ts'
import type { SelectedField, Selection } from './selections.ts'
import { Unsuited } from './unsuited.ts'

/** How objects of an answer are read: each part becomes a property of the object, under its key. */
export interface ObjectShape {
  readonly parts: readonly Part[]
  /** Keys of what other answers add: an object that has room for it from the start is smaller, and quicker to add to. */
  readonly room: readonly string[]
}

export type Part = TextPart | NestedPart

/** JSON of which nothing is looked into but whether it is what was asked for. */
export interface TextPart {
  readonly kind: 'text'
  readonly key: string
  /** What stands before the text and is not part of it. */
  readonly label: string
  readonly pattern: string
}

/** An object, or a list of such, of which something is needed by itself. */
export interface NestedPart {
  readonly kind: 'nested'
  readonly key: string
  readonly isNullable: boolean
  /** Undefined where it is no list. */
  readonly items: { readonly areNullable: boolean } | undefined
  readonly shape: ObjectShape
}

/** What a fetch asks for, and where that is: response keys, without a sign for lists. */
export interface Supply {
  readonly place: string
  readonly selection: Selection
  /** Names of the fields that the fetch requires of the objects at its place. */
  readonly required: readonly string[]
}

/** How all fetches of an operation are read so that its answer can be written. */
export interface Shapes {
  readonly bySupply: ReadonlyMap<Supply, ObjectShape>
  /** Path of a field -> how many fields of the client's selection, from there on, are one text, names included. */
  readonly runs: ReadonlyMap<string, number>
}

/** No response key has a point in it. */
export const pathTo = (place: string, key: string): string => (place === '' ? key : `${place}.${key}`)

/**
 * Fields that nobody but the client wants, and that stand in a fetch as in the client's operation, are taken over in one
 * text, with all that is below them. Each of the others is a text of its own.
 * @param clientKeys response key -> the one under which the client sees it, where they differ
 * @throws Unsuited for lists of lists of which something is needed by itself
 */
export function shapesOf(
  client: Selection,
  supplies: readonly Supply[],
  clientKeys: ReadonlyMap<string, string>,
): Shapes {
  const { timesGiven, isRequired } = demandOf(supplies)
  const runs = new Map<string, number>()
  const added = new Map<string, readonly string[]>()

  /** Whether the client gets all of a field as it comes, and nobody else wants anything of it. */
  function isTakenOver(field: SelectedField, path: string, asked: SelectedField): boolean {
    const isClients = asked.key === field.key && !clientKeys.has(field.key)
    if (!isClients || timesGiven(path) !== 1 || isRequired(path)) return false
    if (field.below === undefined || asked.below === undefined) return true
    const wanted = asked.below.fields
    return (
      wanted.length === field.below.fields.length &&
      field.below.fields.every((below, index) => {
        const same = wanted[index]
        return same !== undefined && isTakenOver(below, pathTo(path, below.key), same)
      })
    )
  }

  /** Fields that are taken over, where they stand together in the client's selection as well; all others alone. */
  function grouped({ fields }: Selection, place: string, wanted: Selection | undefined) {
    const groups: { fields: SelectedField[]; isRun: boolean; next: number }[] = []
    for (const field of fields) {
      const position = wanted?.fields.findIndex(({ key }) => key === field.key) ?? -1
      const asked = wanted?.fields[position]
      const isRun = asked !== undefined && isTakenOver(field, pathTo(place, field.key), asked)
      const last = groups.at(-1)
      // The client's schema has the fewer values: of enums, some may be none of its business.
      const own = asked ?? field
      if (isRun && last?.isRun && last.next === position) {
        last.fields.push(own)
        last.next += 1
      } else groups.push({ fields: [own], isRun, next: position + 1 })
    }
    return groups
  }

  function partsOf(selection: Selection, place: string, wanted: Selection | undefined): readonly Part[] {
    const belowOf = new Map(selection.fields.map(({ key, below }) => [key, below]))
    return grouped(selection, place, wanted).flatMap(({ fields, isRun }): Part[] => {
      const [first] = fields
      if (first === undefined) return []
      const { key } = first
      if (isRun) {
        runs.set(pathTo(place, key), fields.length)
        return [{ kind: 'text', key, label: '', pattern: fields.map(labelled).join(',') }]
      }
      const below = belowOf.get(key)
      if (below === undefined) return [{ kind: 'text', key, label: `"${key}":`, pattern: patternOf(first) }]
      const path = pathTo(place, key)
      const parts = partsOf(below, path, first.below)
      const own = new Set(parts.map((part) => part.key))
      return [nestedPart(first, { parts, room: (added.get(path) ?? []).filter((each) => !own.has(each)) })]
    })
  }

  // Whoever is asked about what is at a place adds to it: the deepest places are known before what they are in.
  const bySupply = new Map<Supply, ObjectShape>()
  for (const supply of supplies.toSorted((one, other) => other.place.length - one.place.length)) {
    const { selection, place } = supply
    const parts = partsOf(selection, place, selectionAt(client, place))
    bySupply.set(supply, { parts, room: [] })
    added.set(place, [...(added.get(place) ?? []), ...parts.map(({ key }) => key)])
  }
  return { bySupply, runs }
}

/** Who gives and who wants what, by paths. */
function demandOf(supplies: readonly Supply[]) {
  const given = new Map<string, number>()
  const noteGiven = ({ fields }: Selection, place: string): void => {
    for (const { key, below } of fields) {
      const path = pathTo(place, key)
      given.set(path, (given.get(path) ?? 0) + 1)
      if (below !== undefined) noteGiven(below, path)
    }
  }
  for (const { selection, place } of supplies) noteGiven(selection, place)
  const required = new Set(supplies.flatMap(({ place, required }) => required.map((key) => pathTo(place, key))))
  return {
    timesGiven: (path: string) => given.get(path) ?? 0,
    isRequired: (path: string) => required.has(path),
  }
}

function selectionAt(client: Selection, place: string): Selection | undefined {
  const keys = place === '' ? [] : place.split('.')
  return keys.reduce<Selection | undefined>((at, key) => at?.fields.find((field) => field.key === key)?.below, client)
}

const labelled = (field: SelectedField): string => `"${field.key}":${patternOf(field)}`

/** A pattern of all values that a field may have. */
function patternOf({ parent, type, below }: SelectedField): string {
  const nullableOf = (of: GraphQLOutputType): string => {
    if (isNonNullType(of)) return presentOf(of.ofType)
    return `(?:null|${presentOf(of)})`
  }
  const presentOf = (of: GraphQLOutputType): string => {
    if (isLeafType(of)) return leafPattern(of)
    // What is in the list stands in its pattern once: in lists of lists, twice would be twice as much each time.
    if (isListType(of)) return String.raw`\[(?:${nullableOf(of.ofType)}(?:,(?!\])|(?=\])))*\]`
    return String.raw`\{${below?.fields.map(labelled).join(',')}\}`
  }
  return type === undefined ? `"${parent.name}"` : nullableOf(type)
}

function nestedPart({ key, type }: Pick<SelectedField, 'key' | 'type'>, shape: ObjectShape): NestedPart {
  const present = getNullableType(type)
  const isNullable = present === type
  if (!isListType(present)) return { kind: 'nested', key, isNullable, items: undefined, shape }
  const item = present.ofType
  if (isListType(getNullableType(item))) throw new Unsuited('a list of lists')
  return { kind: 'nested', key, isNullable, items: { areNullable: !isNonNullType(item) }, shape }
}
