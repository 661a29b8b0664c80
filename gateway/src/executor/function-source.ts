/**
 * Source text of functions that are compiled for one operation: property names that stand in the source are what the
 * engine is fastest with, at reading and at making objects. Nothing gets into the text but what this module writes and
 * the names of fields, as strings; all else, a schema's functions and values, comes in as a constant.
 */
export class FunctionSource {
  readonly #constants: unknown[] = []
  readonly #names = new Map<unknown, string>()
  readonly #functions: string[] = []

  /** The name under which a value of the compiler is known in the source. */
  constant(value: unknown): string {
    const known = this.#names.get(value)
    if (known !== undefined) return known
    const name = `k${this.#constants.length}`
    this.#constants.push(value)
    this.#names.set(value, name)
    return name
  }

  /** Adds a function and gives its name. */
  add(parameters: string, body: string): string {
    return this.addRecursive(parameters, () => body)
  }

  /** The same for a body that calls the function itself by its `own` name, and adds no other. */
  addRecursive(parameters: string, bodyOf: (own: string) => string): string {
    const name = `f${this.#functions.length}`
    this.#functions.push(`function ${name}(${parameters}) {\n${bodyOf(name)}\n}`)
    return name
  }

  /** Makes the function of that name. `Made` is what its author says that it is. */
  build<Made>(name: string): Made {
    const constants = this.#constants.map((_, index) => `k${index}`).join(', ')
    const source = `'use strict'\nconst [${constants}] = constants\n${this.#functions.join('\n')}\nreturn ${name}`
    return new Function('constants', source)(this.#constants)
  }
}

/** `of["name"]`: also right for a name that is no identifier, or a keyword. */
export function property(of: string, name: string): string {
  const key = JSON.stringify(name)
  // What is missing must not be taken for what every object inherits: `constructor` is a good name for a field.
  return name in Object.prototype ? `(Object.hasOwn(${of}, ${key}) ? ${of}[${key}] : undefined)` : `${of}[${key}]`
}

/** An entry of an object literal. `__proto__` is a name like any other only in brackets, which are slower. */
export const entry = (name: string, value: string): string =>
  name === '__proto__' ? `['__proto__']: ${value}` : `${JSON.stringify(name)}: ${value}`
