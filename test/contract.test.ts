// What the SDL promises to people who read it, held for every line of it.

import { readFileSync } from 'node:fs'
import { type ASTNode, type ConstDirectiveNode, type FieldDefinitionNode, Kind, parse, visit } from 'graphql'
import { describe, expect, it } from 'vitest'
import { repositoryFile, SUBGRAPHS, subgraphSdl } from '../scripts/subgraphs.ts'

const DESCRIBED = new Set<string>([
  Kind.OBJECT_TYPE_DEFINITION,
  Kind.INPUT_OBJECT_TYPE_DEFINITION,
  Kind.ENUM_TYPE_DEFINITION,
  Kind.SCALAR_TYPE_DEFINITION,
  Kind.FIELD_DEFINITION,
  Kind.INPUT_VALUE_DEFINITION,
  Kind.ENUM_VALUE_DEFINITION,
])
/** Described once, for the graph that they are composed to. */
const ROOTS = ['Query', 'Mutation', 'Subscription']
const ACCESS = ['authenticated', 'requiresScopes', 'policy']

const nameOf = (node: ASTNode): string => ('name' in node && node.name ? node.name.value : '')

describe.each(SUBGRAPHS.map(({ name }) => [name, subgraphSdl(name)] as const))('%s', (_, document) => {
  const types = document.definitions.filter((node) => node.kind === Kind.OBJECT_TYPE_DEFINITION)
  const rootFields = types.filter((type) => ROOTS.includes(nameOf(type))).flatMap((type) => type.fields ?? [])
  const directives = (node: FieldDefinitionNode | (typeof types)[number]) =>
    (node.directives ?? []).map((directive) => directive.name.value)

  it('describes every type, field, argument and value', () => {
    const bare: string[] = []
    visit(document, {
      enter(node, _key, _parent, _path, ancestors) {
        if (!DESCRIBED.has(node.kind) || ROOTS.includes(nameOf(node))) return
        if ('description' in node && node.description?.value.trim()) return
        const owners = ancestors.flatMap((ancestor) => ('kind' in ancestor ? [nameOf(ancestor)] : []))
        bare.push([...owners, nameOf(node)].filter(Boolean).join('.'))
      },
    })
    expect(bare).toEqual([])
  })

  it('says of every root field who may use it', () => {
    const open = rootFields.filter((field) => !directives(field).some((name) => ACCESS.includes(name)))
    expect(open.map(nameOf)).toEqual([])
  })

  it('says of every field that it adds to another subgraph’s entity who may read it', () => {
    const guarded = types.filter((type) => ['User', 'Payment', 'BillingAccount'].includes(nameOf(type)))
    const open = guarded
      .filter((type) => !directives(type).includes('policy'))
      .flatMap((type) => (type.fields ?? []).map((field) => ({ type: nameOf(type), field })))
      .filter(({ field }) => nameOf(field) !== 'id' && !directives(field).some((name) => ACCESS.includes(name)))
    expect(open.map(({ type, field }) => `${type}.${nameOf(field)}`)).toEqual([])
  })

  it('asks for a scope of whoever reads an entity, by whichever way it is reached', () => {
    const open = types
      .filter((type) => type.directives?.some((directive) => isOwnKey(directive)))
      .filter((type) => !directives(type).includes('requiresScopes'))
      .flatMap((type) => (type.fields ?? []).map((field) => ({ type: nameOf(type), field })))
      .filter(({ field }) => nameOf(field) !== 'id' && !directives(field).includes('requiresScopes'))
    expect(open.map(({ type, field }) => `${type}.${nameOf(field)}`)).toEqual([])
  })

  it('lets every query and mutation be null, so that a subgraph that is down costs its own fields alone', () => {
    const roots = types.filter((type) => ['Query', 'Mutation'].includes(nameOf(type)))
    const fields = roots.flatMap((type) => type.fields ?? []).filter(({ type }) => type.kind === Kind.NON_NULL_TYPE)
    expect(fields.map(nameOf)).toEqual([])
  })

  it('gives every mutation one input and a payload that can carry refusals', () => {
    const mutations = types.find((type) => nameOf(type) === 'Mutation')?.fields ?? []
    for (const mutation of mutations) {
      expect(mutation.arguments?.map(nameOf), nameOf(mutation)).toEqual(['input'])
      const payload = types.find((type) => nameOf(type).toLowerCase() === `${nameOf(mutation).toLowerCase()}payload`)
      expect(payload?.fields?.map(nameOf), nameOf(mutation)).toContain('errors')
    }
    expect(mutations.length).toBeGreaterThan(0)
  })

  it('lets every subscription resume: an after, and events that carry cursor and occurredAt', () => {
    for (const subscription of types.find((type) => nameOf(type) === 'Subscription')?.fields ?? []) {
      expect(subscription.arguments?.map(nameOf)).toContain('after')
      const type = subscription.type.kind === Kind.NON_NULL_TYPE ? subscription.type.type : subscription.type
      const event = types.find((candidate) => type.kind === Kind.NAMED_TYPE && nameOf(candidate) === type.name.value)
      expect(event?.fields?.map(nameOf)).toEqual(expect.arrayContaining(['cursor', 'occurredAt']))
    }
  })

  it('pages every list that grows: first and after on whatever answers a connection', () => {
    const connections = types
      .flatMap((type) => type.fields ?? [])
      .filter((field) => typeName(field).endsWith('Connection'))
    for (const field of connections) {
      expect(field.arguments?.map(nameOf), nameOf(field)).toEqual(expect.arrayContaining(['first', 'after']))
    }
    expect(connections.length).toBeGreaterThan(0)
  })
})

/** `@key` of a type that can be resolved here, and so has fields of its own. */
const isOwnKey = ({ name, arguments: given = [] }: ConstDirectiveNode): boolean =>
  name.value === 'key' &&
  !given.some(({ name, value }) => name.value === 'resolvable' && value.kind === Kind.BOOLEAN && !value.value)

function typeName(field: FieldDefinitionNode): string {
  let { type } = field
  while (type.kind !== Kind.NAMED_TYPE) type = type.type
  return type.name.value
}

it('the roots of the graph are described to whoever opens the playground', () => {
  const graph = parse(readFileSync(repositoryFile('schema/api.graphql'), 'utf8'))
  const roots = graph.definitions.filter(
    (node) => node.kind === Kind.OBJECT_TYPE_DEFINITION && ROOTS.includes(nameOf(node)),
  )
  expect(roots.map((root) => [nameOf(root), 'description' in root && root.description !== undefined])).toEqual(
    ROOTS.map((name) => [name, true]),
  )
})
