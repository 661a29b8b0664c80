// Names that somebody has disguised: found all the same, or held for a person.

import { expect, it } from 'vitest'
import { isUnclear, readings } from './disguise.ts'
import { readName } from './name.ts'
import { HIT_SCORE, similarity } from './similarity.ts'

const LISTED = ['VELDROX, Ostin Karim', 'Ostin Veldrox']

/** Whether anything is noticed about a name that is meant to be one of the list. */
const found = (text: string) =>
  readings(text).some((name) => LISTED.some((listed) => similarity(name, readName(listed)) >= HIT_SCORE))

it.each([
  'OsTiN vElDrOx',
  'oSTIN vELDROX',
  'OSTIn VELDROx',
  '0st1n V3ldr0x',
  'O$tin Veldr0x',
  'Os😀tin Vel😀drox',
  'Os™tin ★ Vel®drox',
  'Os-tin Vel-drox',
  'Ost in Veld rox',
  'O\u0338s\u0338tin Veldrox',
  'ᴼstin Veldrox',
])('%s is found', (text) => {
  expect(found(text)).toBe(true)
})

it.each([
  ['letters of two scripts', 'Оstin Vеldrох'],
  ['a Greek letter', 'Ostιn Veldrox'],
  ['a Cherokee letter', 'Ꮪtin Veldrox'],
  ['words of two scripts', 'Ostin Велдрокс'],
  ['a letter that nobody sees', 'Ostin\u3164Veldrox'],
  ['single letters', 'O s t i n V e l d r o x'],
  ['pieces', 'Os ti n Ve ld ro x'],
  ['two letters', 'O V'],
  ['no letters', '???'],
  ['numbers alone', '123 45'],
  ['an accent alone', '\u0301'],
  ['a blank that is a sign', '\u2800'],
  ['a letter that nobody sees, alone', '\u3164'],
])('a name with %s is for a person to look at: %s', (_, text) => {
  expect(isUnclear(text)).toBe(true)
})

it.each([
  'Ada Lovelace',
  'Łukasz O’Brien-Smith',
  'Фейсал ат-Турбади',
  'فيصل نبيل',
  'Αλέξης Παπαδόπουλος',
  '金正恩',
  'ラーメン',
  'J. R. R. Tolkien',
  'Xi Li',
  'Wu Yi Fan',
  'Şükrü Ağaoğlu',
  'Brigade 44',
  '3M Company',
  'A.B.C. Company',
  'McDonald',
  'ʻAbd al-ʻAzīz',
  'Mr',
])('%s is clear', (text) => {
  expect(isUnclear(text)).toBe(false)
})

it.each(['Ada Lovelace', 'Фейсал ат-Турбади', 'Brigade 44'])('%s is read in one way', (text) => {
  expect(readings(text)).toEqual([{ ...readName(text), isOfVessel: false }])
})
