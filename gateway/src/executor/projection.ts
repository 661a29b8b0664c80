import {
  type GraphQLCompositeType,
  type GraphQLNamedType,
  type GraphQLOutputType,
  type GraphQLSchema,
  isAbstractType,
  isInterfaceType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
} from 'graphql'
import { collectInOrder, type FieldGroup, type FieldPlace, type Selected } from './field-selection.ts'
import { entry, FunctionSource, property } from './function-source.ts'
import { compileLeaf, quickTest } from './leaf.ts'
import type { ResponseNames, Writing } from './response.ts'
import { isResponseObject } from './response-object.ts'

/** Picks what was selected out of a value; null where it is null, or nothing that the client may see. */
export type Project = (value: unknown, writing: Writing) => unknown

/** Source that sets the variable `to` to what was selected of the expression `from`. */
type Assign = (to: string, from: string) => string

/** Compiles selections into projections. Their source is made once for an operation, and once more to look for faults. */
export class ProjectionCompiler {
  readonly #schema: GraphQLSchema
  readonly #names: ResponseNames
  readonly #isTracking: boolean

  /** @param isTracking whether projections keep `writing.path`, and note each fault in `writing.faults` */
  constructor(schema: GraphQLSchema, names: ResponseNames, isTracking: boolean) {
    this.#schema = schema
    this.#names = names
    this.#isTracking = isTracking
  }

  /** Of objects of exactly this type. */
  compile(type: GraphQLCompositeType, selected: readonly Selected[]): Project {
    const source = new FunctionSource()
    return source.build(this.#object(source, type, selected))
  }

  #object(source: FunctionSource, type: GraphQLCompositeType, selected: readonly Selected[]): string {
    const options = { fragments: this.#names.fragments, applies: this.#appliesTo(type) }
    const { groups, order } = collectInOrder(selected, options)
    const fields = groups.map((group, index) => this.#field(source, type, group, `v${index}`))
    const object =
      order === undefined
        ? `return { ${fields.map(({ own }) => own).join(', ')} }`
        : this.#inOrder(source, groups, order)
    return source.add(
      'value, writing',
      `if (value === null || value === undefined) return null
      if (!${source.constant(isResponseObject)}(value)) return ${source.constant(fault)}(writing, 'is no object')
      ${fields.map(({ statements }) => statements).join('\n')}
      ${object}`,
    )
  }

  /** A key that is set again stays where it is. */
  #inOrder(source: FunctionSource, groups: readonly FieldGroup[], order: readonly FieldPlace[]): string {
    const set = order.map(({ group, condition }) => {
      const guard = condition && `if (${source.constant(condition)}(writing.coerced)) `
      const key = JSON.stringify(this.#names.clientKeys.get(group.key) ?? group.key)
      return `${guard ?? ''}object[${key}] = v${groups.indexOf(group)}`
    })
    // Of an object without a prototype, `__proto__` is a key like any other.
    return `const object = ${source.constant(Object.create)}(null)\n${set.join('\n')}\nreturn object`
  }

  #appliesTo(type: GraphQLCompositeType): (typeCondition: string) => boolean {
    return (typeCondition) => {
      if (typeCondition === type.name) return true
      const condition = this.#schema.getType(typeCondition)
      return isAbstractType(condition) && 'getFields' in type && this.#schema.isSubType(condition, type)
    }
  }

  /** What a condition leaves out stays undefined, and JSON has no such thing. */
  #field(source: FunctionSource, type: GraphQLCompositeType, group: FieldGroup, variable: string) {
    const clientKey = this.#names.clientKeys.get(group.key) ?? group.key
    const assignment = this.#at(JSON.stringify(clientKey), this.#assignment(source, type, group, variable))
    const guard = group.condition && `if (${source.constant(group.condition)}(writing.coerced)) `
    return { statements: `let ${variable}\n${guard ?? ''}{\n${assignment}\n}`, own: entry(clientKey, variable) }
  }

  #assignment(source: FunctionSource, type: GraphQLCompositeType, group: FieldGroup, variable: string): string {
    const { key, name, below } = group
    // An interface's own name is no type of an object: whoever asked what it is must not be told that.
    if (name === '__typename') {
      if (isObjectType(type)) return `${variable} = ${JSON.stringify(type.name)}`
      return `${source.constant(fault)}(writing, 'is of a type that nobody tells')\n${this.#leave()}`
    }
    if (name === '__schema' || name === '__type') return `${variable} = writing.introspect(${source.constant(group)})`
    const field = 'getFields' in type ? type.getFields()[name] : undefined
    if (field === undefined) throw new Error(`The type ${type.name} has no field ${name}.`)
    const value = this.#value(source, field.type, below)(variable, property('value', key))
    if (!isNonNullType(field.type)) return value
    return this.#orElse(source, { value, variable, otherwise: this.#leave() })
  }

  #value(source: FunctionSource, type: GraphQLOutputType, selected: readonly Selected[]): Assign {
    if (isNonNullType(type)) return this.#value(source, type.ofType, selected)
    if (isLeafType(type)) {
      const leaf = compileLeaf(type)
      const slow = source.constant((value: unknown, writing: Writing) => {
        if (value === null || value === undefined) return null
        return leaf(value) ?? fault(writing, `is no ${type.name}`)
      })
      return (to, from) => `${to} = ${from}\nif (!(${quickTest(type, to)})) ${to} = ${slow}(${to}, writing)`
    }
    const project = isListType(type)
      ? this.#list(source, type.ofType, selected)
      : isObjectType(type)
        ? this.#object(source, type, selected)
        : source.constant(this.#abstract(type, selected))
    return (to, from) => `${to} = ${project}(${from}, writing)`
  }

  #list(source: FunctionSource, type: GraphQLOutputType, selected: readonly Selected[]): string {
    const assigned = this.#value(source, type, selected)('item', 'value[index]')
    const item = isNonNullType(type)
      ? this.#orElse(source, { value: assigned, variable: 'item', otherwise: 'isNull = true' })
      : assigned
    return source.add(
      'value, writing',
      `if (value === null || value === undefined) return null
      if (!Array.isArray(value)) return ${source.constant(fault)}(writing, 'is no list')
      const items = []
      let isNull = false
      for (let index = 0; index < value.length; index++) {
        let item
        ${this.#at('index', item)}
        items.push(item)
      }
      return isNull ? null : items`,
    )
  }

  /** Types that nothing has been of yet are compiled when something is. */
  #abstract(type: GraphQLCompositeType, selected: readonly Selected[]): Project {
    const byTypename = new Map<string, Project>()
    return (value, writing) => {
      if (value === null || value === undefined) return null
      if (!isResponseObject(value)) return fault(writing, 'is no object')
      const typename = value.__typename ?? type.name
      const known = byTypename.get(typename as string)
      if (known !== undefined) return known(value, writing)
      const actual = typeof typename === 'string' ? this.#schema.getType(typename) : undefined
      if (!this.#isOf(actual, type)) return fault(writing, 'is of a type that is not possible here')
      const project = this.compile(actual, selected)
      byTypename.set(actual.name, project)
      return project(value, writing)
    }
  }

  /** Whether an object of one type may stand where the schema has the other; a subgraph may say anything. */
  #isOf(actual: GraphQLNamedType | undefined, type: GraphQLCompositeType): actual is GraphQLCompositeType {
    if (actual === type) return true
    const isObjectOrInterface = isObjectType(actual) || isInterfaceType(actual)
    return isAbstractType(type) && isObjectOrInterface && this.#schema.isSubType(type, actual)
  }

  #at(key: string, statements: string): string {
    return this.#isTracking ? `writing.path.push(${key})\n${statements}\nwriting.path.pop()` : statements
  }

  /** Source that makes null of the object that a field belongs to. */
  #leave(): string {
    return this.#isTracking ? 'writing.path.pop()\nreturn null' : 'return null'
  }

  /** `value` sets `variable`; what to do `otherwise`, when it is null after that. */
  #orElse(source: FunctionSource, { value, variable, otherwise }: Record<'value' | 'variable' | 'otherwise', string>) {
    const before = this.#isTracking ? 'const before = writing.faults.length' : 'const before = 0'
    return `${before}\n${value}
    if (${variable} === null) {
      ${source.constant(miss)}(writing, before)
      ${otherwise}
    }`
  }
}

function fault(writing: Writing, what: string): null {
  writing.isFaulty = true
  if (writing.path !== undefined)
    writing.faults.push({ message: `What the subgraph answered ${what}.`, path: [...writing.path] })
  return null
}

/** A null where there must be a value. It is told of unless a fault below it, of which there were `before`, has been. */
function miss(writing: Writing, before: number): void {
  writing.isFaulty = true
  if (writing.path === undefined || writing.faults.length > before) return
  writing.faults.push({ message: 'The subgraph answered null where there is always a value.', path: [...writing.path] })
}
