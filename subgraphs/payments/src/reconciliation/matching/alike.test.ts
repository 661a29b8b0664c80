import { expect, it } from 'vitest'
import { type AlikeLines, enoughStand } from './alike.ts'

const alike = (told: number, standing = told, ...toldAgain: string[]): AlikeLines => ({ told, standing, toldAgain })

it.each([
  ['a line that one statement alone has', [alike(1)], false],
  ['one of two that have it', [alike(1), alike(1)], true],
  ['the last of two', [alike(1), alike(1, 0)], false],
  ['one of three, where one tells two', [alike(1), alike(2)], true],
  ['one of two, where one told two and one of these was dismissed', [alike(1), alike(2, 1)], false],
  ['one beside what a notification stands for', [alike(1), alike(1, 0, 'backed')], true],
  ['one beside what no notification stands for any more', [alike(1), alike(1, 0, 'told')], false],
  ['a line that is not there', [], false],
])('%s may be dismissed or not', (_, statements, may) => {
  expect(enoughStand(statements, { backed: new Set(['backed']), without: 1 })).toBe(may)
})

it('where nothing more is to be dismissed, what stands is enough or not', () => {
  const given = { backed: new Set<string>(), without: 0 }
  expect(enoughStand([alike(1), alike(1, 0, 'told')], given)).toBe(true)
  expect(enoughStand([alike(1, 0, 'told')], given)).toBe(false)
})
