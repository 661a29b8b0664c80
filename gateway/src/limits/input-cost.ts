import { type GraphQLInputObjectType, type GraphQLInputType, getNamedType, isInputObjectType } from 'graphql'
import type { CostDirectives } from './cost-directives.ts'

/** What an input object costs that no directive weighs; other inputs cost nothing then. */
const INPUT_OBJECT_WEIGHT = 1

/** Reckons what a coerced value costs; each item of a list counts. */
export type InputCost = (value: unknown) => number

/** Answers undefined when no value of the argument or input field at `coordinate` costs anything. */
export type InputCosts = (type: GraphQLInputType, coordinate: string) => InputCost | undefined

export function createInputCosts(directives: CostDirectives): InputCosts {
  const weighedFields = new Map<GraphQLInputObjectType, readonly (readonly [name: string, cost: InputCost])[]>()

  function fieldsOf(type: GraphQLInputObjectType): readonly (readonly [string, InputCost])[] {
    const known = weighedFields.get(type)
    if (known !== undefined) return known
    const fields = Object.values(type.getFields()).flatMap((field) => {
      const cost = inputCosts(field.type, `${type.name}.${field.name}`)
      return cost === undefined ? [] : [[field.name, cost] as const]
    })
    weighedFields.set(type, fields)
    return fields
  }

  const inputCosts: InputCosts = (type, coordinate) => {
    const named = getNamedType(type)
    const isObject = isInputObjectType(named)
    const weight =
      directives.weight(coordinate) ?? directives.weight(named.name) ?? (isObject ? INPUT_OBJECT_WEIGHT : 0)
    if (!isObject && weight === 0) return undefined
    const cost: InputCost = (value) => {
      if (value === null || value === undefined) return 0
      if (Array.isArray(value)) return value.reduce((sum: number, item) => sum + cost(item), 0)
      if (!isObject) return weight
      return fieldsOf(named).reduce((sum, [name, ofField]) => sum + ofField(Reflect.get(value, name)), weight)
    }
    return cost
  }

  return inputCosts
}
