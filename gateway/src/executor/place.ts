import { FunctionSource, property } from './function-source.ts'
import { isResponseObject, type ResponseObject } from './response-object.ts'

/** Where in the answer a step of a plan works: response keys, and `@` for every item of a list. */
export type Place = readonly string[]

export type ErrorPath = readonly (string | number)[]

/** Adds every object at a place below `value` to `into`; what is null or missing on the way ends there. */
export type Collect = (value: unknown, into: ResponseObject[]) => void

/** Compiles a place to source, a function for each of its steps. A list where no `@` stands is gone through all the same. */
export function compileCollect(place: Place): Collect {
  const source = new FunctionSource()
  const isObject = source.constant(isResponseObject)
  const eachBy = (collect: string) => `for (let i = 0; i < value.length; i++) { ${collect}(value[i], into) }`
  const objects = (own: string, of: string) =>
    `if (Array.isArray(value)) ${eachBy(own)} else if (${isObject}(value)) ${of}`
  const found = source.addRecursive('value, into', (own) => objects(own, 'into.push(value)'))
  const collect = place.reduceRight((below, key) => {
    if (key === '@') return source.add('value, into', `if (Array.isArray(value)) ${eachBy(below)}`)
    return source.addRecursive('value, into', (own) => objects(own, `${below}(${property('value', key)}, into)`))
  }, found)
  return source.build(collect)
}

/** The paths at which clients see the objects of `place`. Asked for only when there is an error to place. */
export function pathsAt(root: ResponseObject, place: Place): ReadonlyMap<ResponseObject, readonly ErrorPath[]> {
  const paths = new Map<ResponseObject, ErrorPath[]>()
  const walk = (value: unknown, depth: number, path: ErrorPath): void => {
    if (Array.isArray(value)) {
      const below = place[depth] === '@' ? depth + 1 : depth
      for (const [index, item] of value.entries()) walk(item, below, [...path, index])
    } else if (isResponseObject(value)) {
      const key = place[depth]
      if (key !== undefined) walk(value[key], depth + 1, [...path, key])
      else if (paths.has(value)) paths.get(value)?.push(path)
      else paths.set(value, [path])
    }
  }
  walk(root, 0, [])
  return paths
}

/** Up to the first list: as near as an error can be placed that is about no item of it in particular. */
export function nearestPath(place: Place): ErrorPath {
  const list = place.indexOf('@')
  return list === -1 ? place : place.slice(0, list)
}
