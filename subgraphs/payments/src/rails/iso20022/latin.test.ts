import fc from 'fast-check'
import { expect, test } from 'vitest'
import { toLatin } from './latin.ts'

test.each([
  ["aZ09/-?:().,'+ ", "aZ09/-?:().,'+"],
  ['Jürgen Groß & Söhne', 'Jurgen Gross + Sohne'],
  ['Ærø Łódź Đà Nẵng Þór İzmir ı œ', 'AEro Lodz Da Nang THor Izmir i oe'],
  ['e\u0301', 'e'],
  ['“Ada” – it’s_1…', "'Ada' - it's-1..."],
  ['a\u00a0\t\nb   c', 'a b c'],
  ['Invoice #7 | 5 % of 2*x=y ~ ada@example.org', 'Invoice .7 / 5 . of 2.x.y - ada.example.org'],
  ['Ǿ', 'O'],
  // Letters with two marks, of which there is no one character: Yoruba, Vietnamese, Lithuanian.
  ['Olúṣẹ́gun Ọ̀ṣun M̃', 'Olusegun Osun M'],
  ['', ''],
])('%j is written %j', (text, expected) => {
  expect(toLatin(text, [])).toEqual({ ok: true, value: expected })
})

test.each([
  ['Ада', 'U+0410'],
  ['Γ', 'U+0393'],
  ['愛', 'U+611B'],
  ['😀', 'U+1F600'],
  ['a\u0000', 'U+0000'],
  ['\u0301', 'U+0301'],
  ['a \u0301', 'U+0301'],
  [`a${'\u0301'.repeat(5)}`, 'U+0301'],
  ['a\u202eb', 'U+202E'],
  ['5 €', 'U+20AC'],
  ['5 $', 'U+0024'],
  ['<script>', 'U+003C'],
])('%j is refused and not guessed', (text, named) => {
  expect(toLatin(text, ['creditor', 'name'])).toMatchObject({
    ok: false,
    code: 'CHARACTER_NOT_ALLOWED',
    field: ['creditor', 'name'],
    message: expect.stringContaining(named),
  })
})

test('whatever is taken comes out in the set that banks carry, and comes out the same when written again', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 40 }), (text) => {
      const written = toLatin(text, [])
      if (!written.ok) return
      expect(written.value).toMatch(/^[A-Za-z0-9/\-?:().,'+ ]*$/)
      expect(toLatin(written.value, [])).toEqual(written)
    }),
    { numRuns: 2_000 },
  )
})
