import { describe, expect, it } from 'vitest'
import { isPrintableText } from './printable-text.ts'

describe('isPrintableText', () => {
  it.each([
    ['a word', 'Zürich'],
    ['words with spaces', 'Remote surgery, hall 3'],
    ['another script', '東京 — Θεσσαλονίκη'],
    ['one character', 'a'],
    ['a word between blanks', ' a '],
    ['an emoji of one code point', '🚀'],
    ['a letter with a combining mark', 'e\u0301'],
    ['a Persian word with a joiner', 'می\u200cخواهم'],
    ['an emoji of several, joined', '👩🏽\u200d🚒'],
  ])('takes %s', (_, text) => {
    expect(isPrintableText(text, 40)).toBe(true)
  })

  it.each([
    ['no character', ''],
    ['a blank', ' '],
    ['blanks that do not break', '\u00a0\u2007\u202f'],
    ['fillers of Hangul', '\u3164\u115f\uffa0'],
    ['a blank of Braille', '\u2800'],
    ['a null character', 'a\0b'],
    ['a line feed', 'a\nb'],
    ['a tab', 'a\tb'],
    ['a control character beyond ASCII', 'a\u0085b'],
    ['a line separator', 'a\u2028b'],
    ['a paragraph separator', 'a\u2029b'],
    ['a change of direction', 'a\u202Eb'],
    ['a space without width', 'a\u200Bb'],
    ['a joiner with nothing before it', '\u200da'],
    ['two joiners', 'a\u200d\u200d'],
    ['a byte order mark', '\uFEFFa'],
    ['a private character', '\uE000'],
    ['a code point without a character', '\u{50000}'],
    ['the first half of a surrogate pair alone', 'a\uD83D'],
    ['the second half of a surrogate pair alone', '\uDE80a'],
  ])('refuses %s', (_, text) => {
    expect(isPrintableText(text, 40)).toBe(false)
  })

  it('counts code points, not units', () => {
    expect(isPrintableText('🚀'.repeat(3), 3)).toBe(true)
    expect(isPrintableText('🚀'.repeat(4), 3)).toBe(false)
    expect(isPrintableText('abc', 3)).toBe(true)
    expect(isPrintableText('abcd', 3)).toBe(false)
  })
})
