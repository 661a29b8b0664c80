import type { ValueType } from './values.ts'

/**
 * What may stand in an element. A sequence has its elements in this order; of a choice there is one. What is OPAQUE is
 * neither written nor looked into here: only that it may stand there, and how often.
 */
export type Content =
  | { readonly kind: 'VALUE'; readonly type: ValueType }
  | { readonly kind: 'SEQUENCE'; readonly elements: readonly ElementRule[] }
  | { readonly kind: 'CHOICE'; readonly elements: readonly ElementRule[] }
  | { readonly kind: 'OPAQUE' }

export type ElementRule = {
  readonly name: string
  readonly min: number
  readonly max: number
  readonly content: Content
}

const UNBOUNDED = Number.POSITIVE_INFINITY

type Inside = ValueType | readonly ElementRule[] | Content

const contentOf = (inside: Inside): Content => {
  if ('kind' in inside) return inside
  return 'isValid' in inside ? { kind: 'VALUE', type: inside } : { kind: 'SEQUENCE', elements: inside }
}

export const OPAQUE: Content = { kind: 'OPAQUE' }
export const choice = (...elements: readonly ElementRule[]): Content => ({ kind: 'CHOICE', elements })

/** Exactly one. */
export const one = (name: string, inside: Inside): ElementRule => ({ name, min: 1, max: 1, content: contentOf(inside) })
/** One or none. */
export const optional = (name: string, inside: Inside): ElementRule => ({ ...one(name, inside), min: 0 })
/** One or more. */
export const some = (name: string, inside: Inside): ElementRule => ({ ...one(name, inside), max: UNBOUNDED })
/** Any number, up to `max`. */
export const any = (name: string, inside: Inside, max = UNBOUNDED): ElementRule => ({
  ...one(name, inside),
  min: 0,
  max,
})
