import { randomFrom } from './made-up-operation.ts'

const IMPORTS = 'key requires provides external shareable override inaccessible interfaceObject'
  .split(' ')
  .map((name) => `"@${name}"`)
  .join(', ')

/** A field as it stands in the SDL of one subgraph, from its arguments on. */
type FieldText = string

/** A type in one subgraph. */
interface TypeText {
  /** All that stands before the fields. */
  head: string
  readonly fields: Map<string, FieldText>
}

interface Entity {
  readonly name: string
  /** Field sets, each with the fields that it takes. */
  readonly keys: readonly Key[]
  readonly subgraphs: Set<string>
  /** Fields of which one subgraph alone says what they are, and nobody anything more. */
  readonly plain: PlainField[]
}

interface Key {
  readonly fields: string
  readonly text: Readonly<Record<string, FieldText>>
}

interface PlainField {
  readonly name: string
  readonly subgraph: string
  readonly text: FieldText
  /** What a field set says behind its name: arguments and selections. */
  readonly selected: string
}

/**
 * SDLs of subgraphs of a supergraph that nobody thought of. It may be that they do not compose.
 * @param entities types of entities at the most
 */
export function madeUpSupergraph(seed: number, entities: number): Readonly<Record<string, string>> {
  return new SupergraphMaker(randomFrom(seed), entities).make()
}

class SupergraphMaker {
  readonly #random: () => number
  readonly #subgraphs: readonly string[]
  readonly #entities: Entity[]
  readonly #types = new Map<string, Map<string, TypeText>>()
  #names = 0

  constructor(random: () => number, entities: number) {
    this.#random = random
    this.#subgraphs = ['a', 'b', 'c', 'd'].slice(0, 2 + this.#below(3))
    for (const subgraph of this.#subgraphs) this.#types.set(subgraph, new Map())
    this.#entities = Array.from({ length: 1 + this.#below(entities) }, (_, index) => ({
      name: `T${index}`,
      keys: this.#some(keysOf(`T${index}`)),
      subgraphs: new Set<string>(),
      plain: [],
    }))
  }

  make(): Readonly<Record<string, string>> {
    for (const entity of this.#entities)
      for (const subgraph of this.#some(this.#subgraphs)) this.#addEntity(entity, subgraph)
    this.#addInterface()
    if (this.#chance(0.4)) this.#addInterfaceObject()
    for (const entity of this.#entities) {
      const count = 2 + this.#below(4)
      for (let index = 0; index < count; index++) this.#addField(entity)
    }
    for (const entity of this.#entities) {
      if (this.#chance(0.6)) this.#require(entity)
      if (this.#chance(0.4)) this.#provide(entity)
      if (this.#chance(0.4)) this.#override(entity)
    }
    for (const subgraph of this.#subgraphs) {
      const count = 1 + this.#below(3)
      for (let index = 0; index < count; index++) this.#addRoot(subgraph)
    }
    return Object.fromEntries(this.#subgraphs.map((subgraph) => [subgraph, this.#printed(subgraph)]))
  }

  #chance(probability: number): boolean {
    return this.#random() < probability
  }

  #below(max: number): number {
    return Math.floor(this.#random() * max)
  }

  #pick<T>(items: readonly T[]): T {
    return items[this.#below(items.length)] as T
  }

  /** At least one of them, in their order. */
  #some<T>(items: readonly T[]): T[] {
    const kept = items.filter(() => this.#chance(0.6))
    return kept.length > 0 ? kept : [this.#pick(items)]
  }

  #name(prefix: string): string {
    return `${prefix}${this.#names++}`
  }

  /** Names of a type in a subgraph are written in the order in which they come. */
  #type(subgraph: string, name: string, head: string): TypeText {
    const types = this.#types.get(subgraph) as Map<string, TypeText>
    const known = types.get(name) ?? { head, fields: new Map() }
    types.set(name, known)
    return known
  }

  #addEntity(entity: Entity, subgraph: string): TypeText {
    const known = this.#types.get(subgraph)?.get(entity.name)
    if (known !== undefined) return known
    // The first knows them all, so that there mostly is a way from each to each.
    const keys = entity.subgraphs.size === 0 ? entity.keys : this.#some(entity.keys)
    entity.subgraphs.add(subgraph)
    const directives = keys.map(({ fields }) => {
      return `@key(fields: "${fields}"${this.#chance(0.05) ? ', resolvable: false' : ''})`
    })
    const type = this.#type(subgraph, entity.name, `type ${entity.name} ${directives.join(' ')}`)
    for (const { text } of keys) {
      for (const [name, field] of Object.entries(text)) type.fields.set(name, field)
      if ('code' in text) this.#addCode(subgraph, `${entity.name}Code`)
    }
    return type
  }

  #addCode(subgraph: string, name: string): void {
    const { fields } = this.#type(subgraph, name, `type ${name} @shareable`)
    fields.set('region', ': String!').set('number', ': String!').set('place', ': Place!')
    this.#type(subgraph, 'Place', 'type Place @shareable').fields.set('zip', ': String!')
  }

  #addInterface(): void {
    for (const subgraph of this.#some(this.#subgraphs)) {
      const members = this.#entities.filter(({ subgraphs }) => subgraphs.has(subgraph) && this.#chance(0.7))
      if (members.length === 0) continue
      this.#type(subgraph, 'Tagged', 'interface Tagged').fields.set('tag', ': String').set('mark', ': Int!')
      for (const { name } of members) {
        const type = this.#type(subgraph, name, '')
        type.head = type.head.replace(`type ${name}`, `type ${name} implements Tagged`)
        type.fields.set('tag', ': String @shareable').set('mark', ': Int! @shareable')
      }
    }
  }

  #addInterfaceObject(): void {
    const [home = '', ...others] = this.#subgraphs.toSorted(() => this.#random() - 0.5)
    const key = '@key(fields: "id")'
    const node = this.#type(home, 'Node', `interface Node ${key}`)
    node.fields.set('id', ': ID!').set('title', ': String')
    for (const name of ['Red', 'Blue'].slice(0, 1 + this.#below(2))) {
      const { fields } = this.#type(home, name, `type ${name} implements Node ${key}`)
      fields.set('id', ': ID!').set('title', ': String').set(name.toLowerCase(), this.#fieldText(home))
    }
    this.#type(home, 'Query', 'type Query').fields.set('nodes', ': [Node]')
    for (const subgraph of this.#some(others)) {
      const { fields } = this.#type(subgraph, 'Node', `type Node @interfaceObject ${key}`)
      fields.set('id', ': ID!').set(this.#name('extra'), this.#fieldText(subgraph))
      if (this.#chance(0.5)) fields.set(this.#name('next'), ': Node')
      if (this.#chance(0.4)) {
        fields.set('title', ': String @external')
        fields.set(this.#name('titled'), ': String @requires(fields: "title")')
      }
      this.#type(subgraph, 'Query', 'type Query').fields.set(this.#name('nodesOf'), ': [Node!]')
    }
  }

  #addField(entity: Entity): void {
    const subgraphs = [...entity.subgraphs]
    const subgraph = this.#pick(subgraphs)
    const name = this.#name('f')
    const text = this.#fieldText(subgraph)
    const { fields } = this.#addEntity(entity, subgraph)
    const other = this.#pick(subgraphs)
    if (other !== subgraph && this.#chance(0.35) && this.#canSay(other, text)) {
      fields.set(name, `${text} @shareable`)
      this.#addEntity(entity, other).fields.set(name, `${text} @shareable`)
      return
    }
    fields.set(name, this.#chance(0.06) ? `${text} @inaccessible` : text)
    const selected = selectedOf(text)
    if (selected !== undefined && !fields.get(name)?.includes('@'))
      entity.plain.push({ name, subgraph, text, selected })
  }

  /** Whether all types in a field are in the subgraph too; those without keys are put there. */
  #canSay(subgraph: string, text: FieldText): boolean {
    const named = namedIn(text)
    if (named.startsWith('V')) this.#addValue(subgraph, named)
    else if (named === 'Kind') this.#addKind(subgraph)
    if (text.includes('Input')) this.#addInput(subgraph)
    const types = this.#types.get(subgraph)
    return types?.has(named) === true || LEAVES.has(named)
  }

  #fieldText(subgraph: string): FieldText {
    return `${this.#arguments(subgraph)}: ${this.#wrapped(this.#namedType(subgraph))}`
  }

  #arguments(subgraph: string): string {
    if (this.#chance(0.75)) return ''
    if (this.#chance(0.5)) return this.#chance(0.5) ? '(n: Int = 3)' : '(n: Int, text: String)'
    this.#addInput(subgraph)
    return '(in: Input)'
  }

  #wrapped(named: string): string {
    const inner = this.#chance(0.3) ? `${named}!` : named
    if (this.#chance(0.6)) return inner
    const list = this.#chance(0.3) ? `[${inner}]!` : `[${inner}]`
    return this.#chance(0.2) ? `[${list}]` : list
  }

  #namedType(subgraph: string): string {
    const kind = this.#random()
    if (kind < 0.35) return this.#pick(['String', 'Int', 'Float', 'Boolean'])
    if (kind < 0.42) return this.#addKind(subgraph)
    if (kind < 0.57) return this.#addValue(subgraph, `V${this.#below(3)}`)
    if (kind < 0.67) return this.#addUnion(subgraph)
    if (kind < 0.75 && this.#types.get(subgraph)?.has('Tagged')) return 'Tagged'
    if (kind < 0.8 && this.#types.get(subgraph)?.has('Node')) return 'Node'
    const entity = this.#pick(this.#entities)
    this.#addEntity(entity, subgraph)
    return entity.name
  }

  #addKind(subgraph: string): string {
    const hidden = subgraph === this.#subgraphs[0] ? 'HIDDEN @inaccessible' : 'HIDDEN'
    this.#type(subgraph, 'Kind', `enum Kind { GOOD BAD ${hidden} ONLY_${subgraph.toUpperCase()} }`)
    return 'Kind'
  }

  #addInput(subgraph: string): void {
    this.#type(subgraph, 'Input', `input Input { x: Int = 4 y: [String!] deep: Input only${subgraph}: Int }`)
  }

  #addValue(subgraph: string, name: string): string {
    const { fields } = this.#type(subgraph, name, `type ${name} @shareable`)
    fields.set('x', ': Int').set('y', ': String!').set('many', ': [String]')
    // One of them knows another, so that there are objects in objects.
    if (name !== 'V0') fields.set('inner', `: ${this.#addValue(subgraph, 'V0')}`)
    return name
  }

  #addUnion(subgraph: string): string {
    const known = this.#types.get(subgraph)?.has('Any')
    if (known) return 'Any'
    const entities = this.#entities.filter(({ subgraphs }) => subgraphs.has(subgraph)).map(({ name }) => name)
    const members = this.#some([...entities, this.#addValue(subgraph, 'V1'), this.#addValue(subgraph, 'V2')])
    this.#type(subgraph, 'Any', `union Any = ${members.join(' | ')}`)
    return 'Any'
  }

  /** A field of another subgraph that needs one of these. */
  #require(entity: Entity): void {
    const required = this.#some(entity.plain)
    if (entity.plain.length === 0) return
    const subgraph = this.#pick([...entity.subgraphs])
    const usable = required.filter((field) => field.subgraph !== subgraph && this.#canSay(subgraph, field.text))
    if (usable.length === 0) return
    const { fields } = this.#addEntity(entity, subgraph)
    for (const { name, text } of usable) if (!fields.has(name)) fields.set(name, `${text} @external`)
    const name = this.#name('r')
    const set = usable.map((field) => `${field.name}${field.selected}`).join(' ')
    fields.set(name, `: String @requires(fields: "${set.replaceAll('"', '\\"')}")`)
    const text = ': String'
    entity.plain.push({ name, subgraph, text, selected: '' })
    if (this.#chance(0.5)) this.#require(entity)
  }

  #provide(entity: Entity): void {
    const leaves = entity.plain.filter(({ selected, text }) => selected === '' && !text.includes('('))
    if (leaves.length === 0) return
    const leaf = this.#pick(leaves)
    const home = this.#addEntity(entity, leaf.subgraph)
    const subgraph = this.#pick(this.#subgraphs)
    const { fields } = this.#addEntity(entity, subgraph)
    if (subgraph === leaf.subgraph || fields.has(leaf.name) || home.fields.get(leaf.name)?.includes('@')) return
    if (!this.#canSay(subgraph, leaf.text)) return
    home.fields.set(leaf.name, `${leaf.text} @shareable`)
    fields.set(leaf.name, `${leaf.text} @external`)
    const query = this.#type(subgraph, 'Query', 'type Query').fields
    query.set(this.#name('provided'), `: [${entity.name}] @provides(fields: "${leaf.name}")`)
  }

  #override(entity: Entity): void {
    const movable = entity.plain.filter(({ text }) => !text.includes('@'))
    if (movable.length === 0) return
    const { name, subgraph, text } = this.#pick(movable)
    const present = this.#addEntity(entity, subgraph).fields.get(name)
    const other = this.#pick([...entity.subgraphs])
    const { fields } = this.#addEntity(entity, other)
    if (other === subgraph || fields.has(name) || present?.includes('@') || !this.#canSay(other, text)) return
    fields.set(name, `${text} @override(from: "${subgraph}")`)
  }

  #addRoot(subgraph: string): void {
    const { fields } = this.#type(subgraph, 'Query', 'type Query')
    const text = this.#fieldText(subgraph)
    const name = this.#name('q')
    const other = this.#pick(this.#subgraphs)
    if (other !== subgraph && this.#chance(0.3) && this.#canSay(other, text)) {
      fields.set(name, `${text} @shareable`)
      this.#type(other, 'Query', 'type Query').fields.set(name, `${text} @shareable`)
    } else fields.set(name, text)
  }

  #printed(subgraph: string): string {
    const types = [...(this.#types.get(subgraph)?.values() ?? [])].map(({ head, fields }) => {
      if (fields.size === 0) return head
      return `${head} {\n${[...fields].map(([name, text]) => `  ${name}${text}`).join('\n')}\n}`
    })
    return [
      `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: [${IMPORTS}])`,
      ...types,
    ].join('\n')
  }
}

const keysOf = (type: string): readonly Key[] => [
  { fields: 'id', text: { id: ': ID!' } },
  { fields: 'sku', text: { sku: ': String!' } },
  { fields: 'id sku', text: { id: ': ID!', sku: ': String!' } },
  { fields: 'code { region number }', text: { code: `: ${type}Code!` } },
  { fields: 'code { region place { zip } }', text: { code: `: ${type}Code!` } },
]

/** Undefined where it is nothing that a field set should select. */
function selectedOf(text: FieldText): string | undefined {
  const given = text.startsWith('(n: Int, text') ? '(n: 5, text: "x")' : ''
  if (text.startsWith('(in')) return undefined
  const named = namedIn(text)
  if (named === 'V0') return `${given} { y x }`
  return LEAVES.has(named) ? given : undefined
}

const LEAVES: ReadonlySet<string> = new Set(['String', 'Int', 'Float', 'Boolean', 'ID'])

const namedIn = (text: FieldText): string => /: [[]*(\w+)[^:]*$/.exec(text)?.[1] ?? ''
