import { type DirectiveNode, Kind } from 'graphql'
import type { Cost, CostProgram } from './cost-program.ts'

/** Under which a selection is taken: the variables that have to be true, or with `!` false. Undefined: never. */
export type Condition = string | undefined

export const ALWAYS: Condition = ''

const SEPARATOR = ','

/** By @skip and @include. */
export function conditionOf(directives: readonly DirectiveNode[] = []): Condition {
  return directives.reduce((whole: Condition, { name, arguments: given }) => {
    const value = given?.[0]?.value
    const wanted = name.value === 'include'
    if (value === undefined || (!wanted && name.value !== 'skip')) return whole
    if (value.kind === Kind.BOOLEAN) return value.value === wanted ? whole : undefined
    if (value.kind !== Kind.VARIABLE) return whole
    return both(whole, wanted ? value.name.value : `!${value.name.value}`)
  }, ALWAYS)
}

/** The same conditions in whichever order are one and the same. */
export function both(one: Condition, other: Condition): Condition {
  if (one === undefined || other === undefined) return undefined
  if (one === other || other === ALWAYS) return one
  if (one === ALWAYS) return other
  const literals = new Set([...one.split(SEPARATOR), ...other.split(SEPARATOR)])
  for (const literal of literals) if (literals.has(`!${literal}`)) return undefined
  return [...literals].sort().join(SEPARATOR)
}

/** Reckons conditions as 1 or 0, each once. */
export class Inclusions {
  readonly #program: CostProgram
  readonly #known = new Map<Condition, Cost>([
    [ALWAYS, 1],
    [undefined, 0],
  ])

  constructor(program: CostProgram) {
    this.#program = program
  }

  of(condition: Condition): Cost {
    const known = this.#known.get(condition)
    if (known !== undefined) return known
    const literals = (condition ?? '').split(SEPARATOR).map((literal) => {
      const wanted = !literal.startsWith('!')
      return { variable: wanted ? literal : literal.slice(1), wanted }
    })
    const inclusion = this.#program.read(({ variables }) =>
      Number(literals.every(({ variable, wanted }) => (variables[variable] === true) === wanted)),
    )
    this.#known.set(condition, inclusion)
    return inclusion
  }

  /** Of a selection that is taken under any of these. */
  any(conditions: Iterable<Condition>): Cost {
    const inclusions = [...conditions].map((condition) => this.of(condition))
    return inclusions.includes(1) ? 1 : this.#program.greatest(inclusions)
  }
}
