import { setImmediate as nextTurn } from 'node:timers/promises'
import { OverloadError } from '@carriergraph/shared/overload-error.ts'
import { expect, it } from 'vitest'
import { COST_AT_ONCE_MAX, COST_OF_PAYER_MAX, ComparingLine } from './comparing-line.ts'

/** A name alone is as much as is compared at once, unless its cost is in it: `30 Ada`. */
const costOf = (name: string) => Number.parseInt(name, 10) || COST_AT_ONCE_MAX

/** A line whose comparing ends when the test says so. */
function lineHeldUp() {
  const begun: (readonly string[])[] = []
  const ends: PromiseWithResolvers<void>[] = []
  const line = new ComparingLine({
    costOf,
    compare(names) {
      begun.push(names)
      const end = Promise.withResolvers<void>()
      ends.push(end)
      return end.promise
    },
  })
  const soon = async () => {
    await nextTurn()
    await nextTurn()
  }
  return {
    begun,
    soon,
    asks: (payer: string, names: readonly string[], signal = new AbortController().signal) =>
      line.compared(payer, names, signal),
    async compares() {
      ends.shift()?.resolve()
      await soon()
    },
    async fails() {
      ends.shift()?.reject(new Error('of its own'))
      await soon()
    },
  }
}

it('takes a name of each payer in turn, however many one has', async () => {
  const { asks, compares, soon, begun } = lineHeldUp()
  const flood = asks('flooder', ['f1', 'f2', 'f3', 'f4'])
  await soon()
  const ada = asks('ada', ['a1'])
  const bruno = asks('bruno', ['b1', 'b2'])
  for (let count = 0; count < 7; count += 1) await compares()
  expect(begun.flat()).toEqual(['f1', 'f2', 'a1', 'b1', 'f3', 'b2', 'f4'])
  await Promise.all([flood, ada, bruno])
})

it('compares together what costs little, and alone what costs much', async () => {
  const { asks, compares, soon, begun } = lineHeldUp()
  const asked = asks('ada', ['30 a', '30 b', '30 c', '90 d', '10 e'])
  await soon()
  for (let count = 0; count < 4; count += 1) await compares()
  expect(begun).toEqual([['30 a', '30 b'], ['30 c'], ['90 d'], ['10 e']])
  await asked
})

it('compares once what is asked for by several payments of one payer', async () => {
  const { asks, compares, soon, begun } = lineHeldUp()
  const asked = [asks('ada', ['Ada', 'x']), asks('ada', ['Ada', 'y'])]
  await soon()
  for (let count = 0; count < 3; count += 1) await compares()
  expect(begun.flat()).toEqual(['Ada', 'x', 'y'])
  await Promise.all(asked)
})

it('refuses at once what is too much of one payer, and takes what others ask for', async () => {
  const { asks, compares, soon, begun } = lineHeldUp()
  const flood = asks('flooder', [`${COST_OF_PAYER_MAX - 10} f`])
  await expect(asks('flooder', ['11 too much'])).rejects.toThrow(OverloadError)
  const more = asks('flooder', ['10 more'])
  const ada = asks('ada', ['a'])
  await soon()
  for (let count = 0; count < 3; count += 1) await compares()
  expect(begun.flat()).toEqual([`${COST_OF_PAYER_MAX - 10} f`, 'a', '10 more'])
  await Promise.all([flood, more, ada])
})

it('takes a payment whose names cost more than a payer may have waiting, where nothing else of theirs does', async () => {
  const { asks, compares, soon } = lineHeldUp()
  const asked = asks('ada', [`${COST_OF_PAYER_MAX + 1} long`])
  await soon()
  await compares()
  await asked
})

it('compares nothing that nobody waits for any more, and goes on with the rest', async () => {
  const { asks, compares, soon, begun } = lineHeldUp()
  const first = asks('ada', ['under way'])
  await soon()
  const patience = new AbortController()
  const givenUp = asks('flooder', ['f1', 'shared'], patience.signal)
  const stays = asks('flooder', ['shared'])
  const bruno = asks('bruno', ['b1'])
  patience.abort()
  await expect(givenUp).rejects.toThrow(OverloadError)
  for (let count = 0; count < 3; count += 1) await compares()
  expect(begun.flat()).toEqual(['under way', 'shared', 'b1'])
  await Promise.all([first, stays, bruno])
})

it('begins nothing for whoever has given up before they asked', async () => {
  const { asks, soon, begun } = lineHeldUp()
  await expect(asks('ada', ['a'], AbortSignal.abort())).rejects.toThrow(OverloadError)
  await soon()
  expect(begun).toEqual([])
})

it('of names that are compared together lets one that fails fail alone', async () => {
  const { asks, compares, fails, soon, begun } = lineHeldUp()
  const [ada, bruno] = [asks('ada', ['10 a']), asks('bruno', ['10 b'])]
  const refused = expect(ada).rejects.toThrow('of its own')
  await soon()
  await fails()
  await fails()
  await compares()
  expect(begun).toEqual([['10 a', '10 b'], ['10 a'], ['10 b']])
  await Promise.all([refused, bruno])
})
