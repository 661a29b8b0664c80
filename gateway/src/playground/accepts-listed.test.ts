import { expect, it } from 'vitest'
import { acceptsListed } from './accepts-listed.ts'

it.each([
  ['text/html', true],
  ['text/html,application/xhtml+xml,*/*;q=0.8', true],
  ['application/json, TEXT/HTML;q=0.5', true],
  ['text/html;level=1;q=0.1', true],
  ['text/html;q=0', false],
  ['text/html; q=0.000', false],
  ['*/*', false],
  ['text/html5', false],
  ['', false],
  [undefined, false],
])('a client that sends Accept: %s is given a page: %s', (header, expected) => {
  expect(acceptsListed(header, 'text/html')).toBe(expected)
})
