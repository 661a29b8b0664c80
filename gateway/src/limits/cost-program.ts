import type { FieldNode, GraphQLError } from 'graphql'

/** A part of an operation's cost: known when it is compiled, or the place where each run writes it. */
export type Cost = number | { readonly slot: number }

/** One reckoning with the variables of one request. */
export interface Reckoning {
  /** Coerced, with defaults. */
  readonly variables: Readonly<Record<string, unknown>>
  /** What forbids the operation, whatever it costs: one a field, however many types share it. */
  readonly faults: Map<FieldNode, GraphQLError>
}

/** Beyond it a cost says no more, and infinity times zero would be a NaN that is above no limit. */
const COST_CEILING = Number.MAX_SAFE_INTEGER

type Step = (reckoning: Reckoning, values: readonly number[]) => number

/**
 * Steps that reckon a cost in one pass, each from the results of those before it. Parts that several places share are
 * reckoned once: written out as closures over closures they would be run again by each, exponentially often.
 */
export class CostProgram {
  readonly #steps: Step[] = []

  /** A part that depends on variables. */
  read(compute: (reckoning: Reckoning) => number): Cost {
    return this.#add((reckoning) => compute(reckoning))
  }

  sum(parts: readonly Cost[]): Cost {
    return this.#fold(parts, 0, (a, b) => a + b)
  }

  greatest(parts: readonly Cost[]): Cost {
    return this.#fold(parts, 0, Math.max)
  }

  times(a: Cost, b: Cost): Cost {
    return a === 0 || b === 0 ? 0 : this.#fold([a, b], 1, (x, y) => x * y)
  }

  /** The program is complete; answers what `part` comes to. */
  run(part: Cost, reckoning: Reckoning): number {
    const values: number[] = []
    for (const step of this.#steps) values.push(step(reckoning, values))
    return resultOf(part, values)
  }

  #fold(parts: readonly Cost[], start: number, combine: (a: number, b: number) => number): Cost {
    const bounded = (a: number, b: number): number => Math.min(combine(a, b), COST_CEILING)
    const known = parts.filter((part) => typeof part === 'number').reduce(bounded, start)
    const open = parts.filter((part) => typeof part !== 'number')
    if (open.length === 0) return known
    if (open[0] !== undefined && open.length === 1 && known === start) return open[0]
    return this.#add((_, values) => open.reduce((total, part) => bounded(total, resultOf(part, values)), known))
  }

  #add(step: Step): Cost {
    return { slot: this.#steps.push(step) - 1 }
  }
}

const resultOf = (part: Cost, values: readonly number[]): number =>
  // Every part is added before those that are made of it.
  typeof part === 'number' ? part : (values[part.slot] ?? 0)
