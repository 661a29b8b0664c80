import { describe, expect, test } from 'vitest'
import { choose, type Preference } from './balancer.ts'

interface Played {
  readonly name: string
  readonly outstanding: number
  readonly breaker: { readonly state: 'closed' | 'open' | 'half-open'; admits(): boolean }
}

const at = (
  name: string,
  outstanding: number,
  state: Played['breaker']['state'] = 'closed',
  admits = state !== 'open',
) => ({ name, outstanding, breaker: { state, admits: () => admits } }) satisfies Played

const FIRST_TRY: Preference<Played> = { mayProbe: true, avoided: undefined, turn: 0 }
const MUTATION: Preference<Played> = { ...FIRST_TRY, mayProbe: false }

describe('of several URLs', () => {
  test.each<[string, Played[], Preference<Played>, string | undefined]>([
    ['the one with the fewest calls under way', [at('a', 3), at('b', 1), at('c', 2)], FIRST_TRY, 'b'],
    ['the one whose turn it is among equals', [at('a', 1), at('b', 1), at('c', 1)], { ...FIRST_TRY, turn: 4 }, 'b'],
    ['none that is ejected', [at('a', 9), at('b', 0, 'open')], FIRST_TRY, 'a'],
    ['by a query the one that has to prove itself', [at('a', 0), at('b', 0, 'half-open')], FIRST_TRY, 'b'],
    ['not the one that is proving itself', [at('a', 9), at('b', 0, 'half-open', false)], FIRST_TRY, 'a'],
    ['by a mutation one that is well', [at('a', 9), at('b', 0, 'half-open')], MUTATION, 'a'],
    ['by a mutation the one to prove itself if there is no other', [at('b', 0, 'half-open')], MUTATION, 'b'],
    ['nobody when all are ejected', [at('a', 0, 'open'), at('b', 0, 'half-open', false)], FIRST_TRY, undefined],
  ])('chooses %s', (_, candidates, preference, expected) => {
    expect(choose(candidates, preference)?.name).toBe(expected)
  })

  test('a retry goes elsewhere, and to the same one only where there is no other', () => {
    const [a, b] = [at('a', 0), at('b', 50)]
    const retry = { mayProbe: false, turn: 0, avoided: a }
    expect(choose([a, b], retry)).toBe(b)
    expect(choose([a, at('b', 0, 'half-open')], retry)).toBe(a)
    expect(choose([a], retry)).toBe(a)
  })
})
