import { Readable } from 'node:stream'
import { expect, test } from 'vitest'
import { beginningOf, EXCERPT_LENGTH_MAX, excerptOf } from './response-excerpt.ts'

const SECRET = `whsec_${Buffer.alloc(32, 7).toString('base64')}`
const CARD = '4111 1111 1111 1111'

const shownOf = async (body: string): Promise<string | null> =>
  excerptOf(await beginningOf(Readable.from([Buffer.from(body)]), 60_000), [SECRET])

/** So that any cut within some 1,600 characters goes through a number. */
const LENGTHS = Array.from({ length: 230 }, (_, at) => 10 + at * 7)

test('card numbers are masked', async () => {
  expect(await shownOf(`{"error": 17, "card": "${CARD}"}`)).toBe('{"error": 17, "card": "**** **** **** ****"}')
})

test.each(['x', 'д', '語', '🂡', '\u0000x'])(
  'no part of a number or a secret is shown that the cut goes through, behind %j',
  async (letter) => {
    for (const length of LENGTHS)
      for (const end of ['', 'y'.repeat(10_000)]) {
        for (const hidden of [CARD, CARD.replaceAll(' ', '\u0001\u0002 '), SECRET]) {
          const shown = await shownOf(`${letter.repeat(length)}${hidden}${end}`)
          expect(shown).not.toMatch(/4111|whs/)
          expect([...(shown ?? '')].length).toBeLessThanOrEqual(EXCERPT_LENGTH_MAX)
        }
      }
  },
)

test('a long answer is shown with as much as there is room for, in any script', async () => {
  for (const letter of ['x', 'д', '語', '🂡'])
    expect(await shownOf(letter.repeat(9_000))).toBe(letter.repeat(EXCERPT_LENGTH_MAX))
  expect(await shownOf('')).toBeNull()
})
