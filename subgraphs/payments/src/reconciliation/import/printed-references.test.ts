import { expect, test } from 'vitest'
import { printedReferences } from './printed-references.ts'

const REFERENCE = 'RF712348231'

test.each<[string, string[], string[]]>([
  ['in groups of four', ['RF71 2348 231'], [REFERENCE]],
  ['among words, and in small letters', ['Your bill rf71 2348 231, with thanks'], [REFERENCE]],
  ['before what looks like a group', ['RF71 2348 231 May 2026'], [REFERENCE]],
  ['broken by the bank between two groups', ['Bill RF71 2348', '231 of May'], [REFERENCE]],
  ['broken by the bank within a group', ['Bill RF71 23', '48 231 of May'], [REFERENCE]],
  ['and another one', ['RF71 2348 231 and RF43 77AB 9'], [REFERENCE, 'RF4377AB9']],
  ['whose check digits do not fit', ['RF72 2348 231'], []],
  ['within a word', ['XRF71 2348 231'], []],
  ['of Belgium', ['Rent +++090/9337/55493+++ May', '***090/9337/55493***'], ['090933755493']],
  ['of Belgium whose check digits do not fit', ['+++090/9337/55494+++'], []],
  ['of Belgium that 97 divides', ['+++097/0000/00097+++'], ['097000000097']],
])('finds a reference of a payee %s', (_, remittance, expected) => {
  expect([...new Set(printedReferences(remittance))]).toEqual(expected)
})
