// Names in scripts that leave vowels out, beside a list that has them. They are invented.

import { describe, expect, it } from 'vitest'
import { blockingKeys } from './blocking-keys.ts'
import { readings } from './disguise.ts'
import { likenessTo } from './likeness.ts'
import { readName } from './name.ts'
import { HIT_SCORE } from './similarity.ts'

const likenessOf = (screened: string, name: string) =>
  readings(screened).map((reading) => likenessTo(reading)({ name, isWeak: false }))[0] ?? null

/** How many words of a screened name a listed one is found by. */
function sharedWords(screened: string, name: string): number {
  const listed = new Set(blockingKeys(readName(name)).flat())
  return blockingKeys(readName(screened)).filter((keys) => keys.some((key) => listed.has(key))).length
}

describe('a listed name is found and never the same', () => {
  it.each([
    ['with its article', 'فيصل مطلق الدرسوني', 'AL-DARSOUNI, Faisal Mutlaq'],
    ['with marks of vowels', 'فَيْصَل مُطْلَق الدَّرْسُونِي', 'Faysal Mutlaq Darsuni'],
    ['with letters of two in Latin', 'خالد شهبندر غزلاني', 'Khaled Shahbandar GHAZLANI'],
    ['with `Abd` apart', 'عبد اللطيف قرطمان', 'QARTMAN, Abdullatif'],
    ['with `Abd` joined', 'عبدالمنعم تركستي', 'Abdul Monem TURKESTI'],
    ['beginning with a vowel', 'إبراهيم عصمان التلبيسي', 'Ibrahim Osman Talbisi'],
    ['with an ending that is no letter', 'فاطمة الدرسوني', 'Fatima DARSOUNI'],
    ['in Persian', 'پیمان چرخساز', 'Peyman CHARKHSAZ'],
    ['in Hebrew', 'שמעון דרסלרמן', 'Shimon DRESLERMAN'],
    ['where the list is in Arabic', 'Faisal Mutlaq Darsouni', 'فيصل مطلق الدرسوني'],
  ])('%s: %s', (_, screened, name) => {
    const likeness = likenessOf(screened, name)
    expect(likeness?.score).toBeGreaterThanOrEqual(0.92)
    expect(likeness?.isExact).toBe(false)
    expect(sharedWords(screened, name)).toBeGreaterThanOrEqual(2)
  })
})

it.each([
  ['of few consonants', 'علي حسن', 'HASSAN, Ali'],
  ['of one word', 'الدرسوني', 'DARSOUNI'],
  ['of another one', 'فيصل مطلق الدرسوني', 'Faisal Mutlaq BARKATI'],
  ['with another first name', 'حسين الدرسوني', 'Mansour DARSOUNI'],
])('nothing is said by consonants %s: %s', (_, screened, name) => {
  expect(likenessOf(screened, name)).toBeNull()
})

it('names of one script are compared by their letters', () => {
  expect(likenessOf('فيصل مطلق الدرسوني', 'فيصل مطلق الدرسوني')?.score).toBe(1)
  expect(likenessOf('Faisl Mtlq', 'Fasal Matlaq Tarek')).toBeNull()
  expect(likenessOf('Thresher Quarx', 'Thresher Quarx (الدرسوني)')?.score).toBeGreaterThanOrEqual(HIT_SCORE)
  expect(sharedWords('Thresher Quarx', 'Thresher Quarx (الدرسوني)')).toBeGreaterThanOrEqual(2)
})
