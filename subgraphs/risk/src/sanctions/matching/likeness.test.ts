// Names that hold a listed one among other words, or have their blanks elsewhere; and that nothing is lost for it.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readings } from './disguise.ts'
import { likenessTo } from './likeness.ts'
import { readName } from './name.ts'
import { HIT_SCORE, similarity } from './similarity.ts'
import { soughtKeys, wholeKeys } from './whole-keys.ts'

/** What a screened name is to a listed one in the ways to read it. */
const likenesses = (screened: string, name: string, isWeak = false) =>
  readings(screened).flatMap((reading) => likenessTo(reading)({ name, isWeak }) ?? [])

const best = (screened: string, name: string, isWeak = false): number =>
  Math.max(0, ...likenesses(screened, name, isWeak).map(({ score }) => score))

/** Whether the listed name is among those that are compared for its whole words. */
const isSought = (screened: string, name: string): boolean => {
  const listed = new Set(wholeKeys(readName(name)))
  return readings(screened).some((reading) =>
    soughtKeys(reading)
      .flat()
      .some((key) => listed.has(key)),
  )
}

describe('a listed name is found', () => {
  it.each([
    ['beside another word', 'Taliban Kabul', 'TALIBAN'],
    ['among others', 'Hizballah Support Fund', 'HIZBALLAH'],
    ['misspelt beside another', 'Talliban Kabul', 'TALIBAN'],
    ['in pieces beside another', 'Tali-ban Kabul', 'TALIBAN'],
    ['without its blanks', 'NICOLASMADURO', 'MADURO MOROS, Nicolas'],
    ['without its blanks and with its legal form', 'QUILLMARKTRADING Ltd', 'Quillmark Trading Company'],
    ['with one blank of two', 'CARLOS VERACALVA', 'VERA CALVA, Carlos'],
    ['in pieces', 'Nico-las Ma-duro', 'MADURO MOROS, Nicolas'],
    ['with a blank more', 'Kim Jong Un', 'KIM, Jongun'],
    ['without its hyphen', 'Faisal Althurbadi', 'AL-THURBADI, Faisal'],
  ])('%s: %s', (_, screened, name) => {
    expect(best(screened, name)).toBeGreaterThanOrEqual(HIT_SCORE)
  })

  it.each([
    'MV Touska',
    'M/V Touska',
    'M.V. TOUSKA',
    'mt touska',
    'M/T Touska',
    'SS Touska',
    'S.S. Touska',
    'Touska IMO 9187629',
  ])('as a ship: %s', (screened) => {
    expect(best(screened, 'TOUSKA', true)).toBeGreaterThanOrEqual(HIT_SCORE)
    expect(best('Touska', screened, true)).toBeGreaterThanOrEqual(HIT_SCORE)
  })

  it('as a ship among other words, where it is said to be one', () => {
    expect(best('Owners of MV Hermann', 'HERMANN', true)).toBeGreaterThanOrEqual(HIT_SCORE)
    expect(best('Owners of Hermann', 'HERMANN', true)).toBe(0)
    expect(best('Hermann Meier', 'HERMANN', true)).toBe(0)
  })
})

it.each([
  ['a word of every day beside another', 'Arizona Grill', 'ARIZONA'],
  ['letters beside a word', 'ISIS Garden Centre', 'ISIS'],
  ['part of a word', 'Talibani Kabul', 'TALIB'],
  ['initials', 'M. V. Krishnan', 'KRISHNA'],
  ['a word and a letter of the legal form', 'Luca Petrov', 'PETRO LONDON, S. DE R.L. DE C.V.'],
  ['a name that is like another for one letter, and sounds otherwise', 'Berliner Motoren Werke', 'MOTOJEN'],
])('%s is not: %s', (_, screened, name) => {
  expect(best(screened, name)).toBeLessThan(HIT_SCORE)
})

it('what is read in another way than it stands is never the same name', () => {
  for (const [screened, name] of [
    ['MV Touska Karvo', 'Touska Karvo'],
    ['NICOLASMADURO', 'Nicolas Maduro'],
    ['Nico-las Ma-duro', 'Nicolas Maduro'],
  ] as const)
    expect(likenesses(screened, name).filter(({ isExact }) => isExact)).toEqual([])
})

const word = fc.stringMatching(/^[a-z]{3,9}$/)
const nameOf = (minLength: number) => fc.uniqueArray(word, { minLength, maxLength: 4 })

describe('of any two names', () => {
  it('what was found by letters and sound alone is found', () => {
    fc.assert(
      fc.property(nameOf(1), nameOf(1), fc.boolean(), (a, b, isShared) => {
        const [screened, listed] = [[...a, ...(isShared ? b : [])].join(' '), b.join(' ')]
        const score = similarity(readName(screened), readName(listed))
        if (score >= HIT_SCORE) expect(best(screened, listed)).toBeGreaterThanOrEqual(score)
      }),
    )
  })

  it('order, case and accents of the words that are shared do not matter', () => {
    const accented = (text: string) => text.replaceAll('a', 'á').replaceAll('o', 'Ö').replaceAll('e', 'ê')
    fc.assert(
      fc.property(nameOf(2), word, (words, more) => {
        const listed = words.join(' ')
        const screened = [...words, more]
        const score = best(screened.join(' '), listed)
        expect(best(screened.toReversed().join(' '), listed)).toBeCloseTo(score, 9)
        expect(best(screened.join(' ').toUpperCase(), listed)).toBeCloseTo(score, 9)
        expect(best(accented(screened.join(' ')), listed)).toBeCloseTo(score, 9)
      }),
    )
  })

  it('one that is the other without its blanks, or in two pieces each, is found, whatever the order', () => {
    fc.assert(
      fc.property(nameOf(2), fc.nat(), (words, at) => {
        const listed = words.join(' ')
        const turned = [...words.slice(at % words.length), ...words.slice(0, at % words.length)]
        const pieces = turned.map((text) => `${text.slice(0, 1)}-${text.slice(1)}`).join(' ')
        for (const screened of [turned.join(''), pieces]) {
          expect(best(screened, listed)).toBeGreaterThanOrEqual(HIT_SCORE)
          expect(isSought(screened, listed)).toBe(true)
        }
      }),
    )
  })
})
