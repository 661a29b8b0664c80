import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { saysEnough, type WordCounts } from './rarity.ts'

/** As on OFAC's list. */
const LIST: WordCounts = {
  entryCount: 7_379,
  entriesOfWord: new Map([
    ['ali', 163],
    ['hassan', 68],
    ['khan', 27],
    ['wei', 11],
    ['zhang', 7],
    ['sergey', 24],
    ['ivanov', 2],
    ['nicolas', 2],
    ['maduro', 3],
    ['trading', 132],
    ['michurin', 1],
    ['aleksandrovich', 17],
    ['igor', 18],
    ['veldrox', 1],
    ['ostin', 1],
  ]),
}

describe('a name says enough', () => {
  it.each([
    ['ostin veldrox', true],
    ['nicolas maduro', true],
    ['igor aleksandrovich michurin', true],
    ['veldrox', false],
    ['ali hassan', false],
    ['ali khan', false],
    ['wei zhang', false],
    ['sergey ivanov', false],
    ['ali hassan khan trading', false],
    ['veldrox trading', false],
    ['veldrox o', false],
    ['veldrox ltd company', false],
    ['not counted', true],
  ])('%s: %s', (name, expected) => {
    expect(saysEnough(name.split(' '), LIST)).toBe(expected)
  })

  const words = fc.uniqueArray(fc.constantFrom(...LIST.entriesOfWord.keys()), { maxLength: 6 })

  it('in any order of its words, and the more the more words it has', () => {
    fc.assert(
      fc.property(words, words, (some, more) => {
        const enough = saysEnough(some, LIST)
        expect(saysEnough(some.toReversed(), LIST)).toBe(enough)
        expect(saysEnough([...some, ...more], LIST) || !enough).toBe(true)
      }),
    )
  })

  it('never of words that are common alone, and never of one word', () => {
    const common = [...LIST.entriesOfWord].filter(([, entries]) => entries >= 30).map(([word]) => word)
    expect(saysEnough(common, LIST)).toBe(false)
    for (const word of LIST.entriesOfWord.keys()) expect(saysEnough([word], LIST)).toBe(false)
  })
})
