// How names are read, found and compared. Names are of public figures, of lists, and invented.

import { existsSync, readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { blockingKeys } from './blocking-keys.ts'
import { nameKey, readName } from './name.ts'
import { HIT_SCORE, similarity } from './similarity.ts'

/** Labelled pairs (`case_group,schema,name1,name2,is_match,…`), where NAME_PAIRS names them; the tests are complete without. */
const { NAME_PAIRS = '' } = process.env

const alike = (a: string, b: string) => similarity(readName(a), readName(b))

describe('a name', () => {
  it.each([
    ['MÜLLER, José', 'jose muller'],
    ['Łukasz  O’Brien-Smith', 'lukasz obrien smith'],
    ['Quillmark General Trading L.L.C.', 'general quillmark trading'],
    ['OOO "Ромашка"', 'romashka'],
    ['Zandria Bank Joint Stock Company', 'bank zandria'],
    ['Acme Sp. z o.o.', 'acme'],
    ['A.B.C. Company', 'abc'],
    ['SergeiLavrov', 'lavrov sergei'],
    ['Dr. Rami Makhlouf', 'makhlouf rami'],
    ['First Zandrian Bank', '1 bank zandrian'],
    ['Sergey Sergey Shoigu', 'sergey shoigu'],
    ['The Company Ltd', 'company ltd the'],
    ['Mr', 'mr'],
    ['ﬁne Ｎａｍｅ', 'fine name'],
    ['!!!', '!!!'],
  ])('%s is compared as %s', (text, key) => {
    expect(nameKey(readName(text))).toBe(key)
  })

  it.each([
    ['Erdoğan', true],
    ['Ⅳ Legion', true],
    ['Фейсал', false],
    ['Kim 김', false],
  ])('%s is written in Latin letters: %s', (text, expected) => {
    expect(readName(text).isLatin).toBe(expected)
  })

  it('has a word at least, whatever it is', () => {
    fc.assert(
      fc.property(
        fc.string({ minLength: 1, unit: 'grapheme' }).filter((text) => text.trim() !== ''),
        (text) => {
          expect(readName(text).words.length).toBeGreaterThan(0)
          expect(blockingKeys(readName(text)).flat().length).toBeGreaterThan(0)
        },
      ),
    )
  })
})

describe('two names', () => {
  it.each([
    ['Veldrox, Ostin Karim', 'Ostin Karim VELDROX'],
    ['Veldrox, Ostin Karim', 'Ostin K. Veldrox'],
    ['Veldrox, Ostin Karim', 'Ostin Veldroks'],
    ['Abdul Aziz Nuristani', "'Abd al-Aziz al-Nuristani"],
    ['Friedrich Buchenberg', 'FridrichBuchenberg'],
    ['Володимир Зеленський', 'Volodymyr Zelenskyy'],
    ['Deutsche Bank AG', 'Deutsche Bank Aktiengesellschaft'],
    ['Yamahdi Industries', 'Ya Mahdi Industries'],
  ])('%s and %s may be the same', (a, b) => {
    expect(alike(a, b)).toBeGreaterThanOrEqual(HIT_SCORE)
  })

  it.each([
    ['Ihab Makhlouf', 'Rami Makhlouf'],
    ['Sergey Ivanevich Lavrov', 'Sergey Viktorovich Lavrov'],
    ['Brigade 44', 'Brigade 45'],
    ['Shamsuddin', 'Shamsuddin Mohammed Haqqani'],
    ['Ada Okafor', 'Olga Lindqvist'],
    ['Government of Estonia', 'Government of Ethiopia'],
  ])('%s and %s are not', (a, b) => {
    expect(alike(a, b)).toBeLessThan(HIT_SCORE)
  })

  const name = fc
    .array(fc.stringMatching(/^[a-z]{1,12}$/), { minLength: 1, maxLength: 5 })
    .map((words) => words.join(' '))

  it('are as alike one way as the other, from 0 to 1, and each is wholly like itself', () => {
    fc.assert(
      fc.property(name, name, (a, b) => {
        const score = alike(a, b)
        expect(score).toBeGreaterThanOrEqual(0)
        expect(score).toBeLessThanOrEqual(1 + 1e-9)
        expect(alike(a, a)).toBeCloseTo(1, 9)
        expect(Math.abs(alike(b, a) - score)).toBeLessThan(0.15)
      }),
    )
  })

  it('share a key where they are alike but for order and a letter', () => {
    const long = fc.array(fc.stringMatching(/^[a-z]{4,12}$/), { minLength: 2, maxLength: 4 })
    fc.assert(
      fc.property(long, fc.nat(), (words, at) => {
        const [first = '', ...rest] = words
        const misspelt = [...rest, first.slice(0, at % first.length) + first.slice((at % first.length) + 1)].join(' ')
        const keys = new Set(blockingKeys(readName(words.join(' '))).flat())
        expect(
          blockingKeys(readName(misspelt))
            .flat()
            .some((key) => keys.has(key)),
        ).toBe(true)
      }),
    )
  })
})

it.skipIf(!existsSync(NAME_PAIRS))('labelled pairs are told apart as the ADR says', () => {
  const rows = readFileSync(NAME_PAIRS, 'utf8').matchAll(
    /^[^,\n]*,[^,\n]*,(?:"((?:[^"]|"")*)"|([^,\n]*)),(?:"((?:[^"]|"")*)"|([^,\n]*)),(true|false),/gm,
  )
  const counts = { found: 0, missed: 0, wrong: 0 }
  for (const [, quotedA, a = '', quotedB, b = '', isMatch] of rows) {
    const isHit = alike((quotedA ?? a).replaceAll('""', '"'), (quotedB ?? b).replaceAll('""', '"')) >= HIT_SCORE
    if (isMatch === 'true') counts[isHit ? 'found' : 'missed'] += 1
    else if (isHit) counts.wrong += 1
  }
  expect(counts.found / (counts.found + counts.missed)).toBeGreaterThan(0.85)
  expect(counts.found / (counts.found + counts.wrong)).toBeGreaterThan(0.85)
})
