import { describe, expect, it } from 'vitest'
import { correlationId, withCorrelation } from '../correlation.ts'
import { gathered } from './gathered.ts'

type Ask = { readonly key: string; readonly value: number }

/** Answers with ten times the value; `hold` keeps the transaction on its way until it is let go. */
function bench({
  left = [],
  fails = () => undefined,
}: {
  left?: string[]
  fails?: (asked: readonly Ask[]) => unknown
} = {}) {
  const transactions: string[][] = []
  const alone: string[] = []
  let gate: Promise<void> = Promise.resolve()
  const ask = gathered<Ask, number>({
    max: 3,
    keyOf: ({ key }) => key,
    async alone(asked) {
      alone.push(asked.key)
      const error = fails([asked])
      if (error !== undefined) throw error
      return asked.value * 10
    },
    async together(asked) {
      transactions.push(asked.map(({ key }) => key))
      await gate
      const error = fails(asked)
      if (error !== undefined) throw error
      return new Map(asked.filter(({ key }) => !left.includes(key)).map(({ key, value }) => [key, value * 10]))
    },
  })
  const hold = () => {
    const { promise, resolve } = Promise.withResolvers<void>()
    gate = promise
    return resolve
  }
  const askAll = (...keys: string[]) => Promise.all(keys.map((key, value) => ask({ key, value })))
  return { ask, askAll, hold, transactions, alone }
}

const turn = () => new Promise((resolve) => setImmediate(resolve))

describe('group commit', () => {
  it('answers each with its own, those of one turn in one transaction, up to its limit', async () => {
    const { askAll, transactions, alone } = bench()
    expect(await askAll('a', 'b', 'c', 'd')).toEqual([0, 10, 20, 30])
    expect(transactions).toEqual([['a', 'b', 'c'], ['d']])
    expect(alone).toEqual([])
  })

  it('gathers what comes while a transaction is on its way', async () => {
    const { ask, askAll, hold, transactions } = bench()
    const letGo = hold()
    const first = ask({ key: 'a', value: 1 })
    await turn()
    await turn()
    const others = askAll('b', 'c')
    await turn()
    expect(transactions).toEqual([['a']])
    letGo()
    expect([await first, ...(await others)]).toEqual([10, 0, 10])
    expect(transactions).toEqual([['a'], ['b', 'c']])
  })

  it('does the same key at once alone, without waiting for the first', async () => {
    const { askAll, hold, transactions, alone } = bench()
    const letGo = hold()
    const both = askAll('a', 'a')
    await turn()
    expect(alone).toEqual(['a'])
    letGo()
    expect(await both).toEqual([0, 10])
    expect(transactions).toEqual([['a']])
  })

  it('takes a key that is through together with others again', async () => {
    const { askAll, transactions, alone } = bench({ left: ['b'] })
    for (let round = 0; round < 2; round += 1) await askAll('a', 'b')
    expect(transactions).toEqual([
      ['a', 'b'],
      ['a', 'b'],
    ])
    expect(alone).toEqual(['b', 'b'])
  })

  it('does alone what the transaction left out', async () => {
    const { askAll, alone } = bench({ left: ['b'] })
    expect(await askAll('a', 'b', 'c')).toEqual([0, 10, 20])
    expect(alone).toEqual(['b'])
  })

  it('lets one that fails fail alone', async () => {
    const { ask } = bench({
      fails: (asked) => (asked.some(({ key }) => key === 'bad') ? new Error('bad') : undefined),
    })
    const asked = [ask({ key: 'a', value: 1 }), ask({ key: 'bad', value: 2 }), ask({ key: 'c', value: 3 })]
    expect(await Promise.allSettled(asked)).toMatchObject([
      { value: 10 },
      { reason: { message: 'bad' } },
      { value: 30 },
    ])
  })

  it('tells all of an outage, and tries none of them again', async () => {
    const outage = Object.assign(new Error('gone'), { code: 'CONNECTION_CLOSED' })
    const { ask, alone } = bench({ fails: () => outage })
    const asked = [ask({ key: 'a', value: 1 }), ask({ key: 'b', value: 2 })]
    expect(await Promise.allSettled(asked)).toMatchObject([{ reason: outage }, { reason: outage }])
    expect(alone).toEqual([])
  })

  it('works for callers that came later as theirs, and not as work of the first', async () => {
    const seen: string[] = []
    const gates: PromiseWithResolvers<void>[] = []
    const note = (asked: readonly Ask[]) => seen.push(`${asked.map(({ key }) => key)} as ${correlationId()}`)
    const ask = gathered<Ask, number>({
      max: 2,
      keyOf: ({ key }) => key,
      async alone(asked) {
        note([asked])
        return asked.value
      },
      async together(asked) {
        note(asked)
        const gate = Promise.withResolvers<void>()
        gates.push(gate)
        await gate.promise
        // Left to be done alone.
        return new Map(asked.filter(({ key }) => key !== 'left').map(({ key, value }) => [key, value]))
      },
    })
    const as = (key: string) => withCorrelation(`caller-${key}`, () => ask({ key, value: 1 }))
    const asked = [as('1'), as('2'), as('3'), as('left')]
    for (let round = 0; round < 2; round += 1) {
      while (gates.length <= round) await turn()
      gates[round]?.resolve()
    }
    await Promise.all(asked)
    expect(seen).toEqual(['1,2 as caller-1', '3,left as caller-3', 'left as caller-left'])
  })
})
