import { StartupFault } from '@carriergraph/shared/startup-fault.ts'
import { expect, test } from 'vitest'
import { PostgresStartError } from '../postgres/failure.ts'
import { errorText } from './error-text.ts'

const fileError = (code: string) => Object.assign(new Error(`${code}: went wrong`), { code, path: '/there' })

test.each([
  ['a fault of the environment', new StartupFault('Do this.'), 'Do this.'],
  ['a server that does not start', new PostgresStartError('MISSING_LIBRARY', 'Install that.'), 'Install that.'],
  [
    'a full disk',
    fileError('ENOSPC'),
    'There is no room left for /there: make room on that disk and run the command again.',
  ],
  [
    'a folder of somebody else',
    fileError('EACCES'),
    '/there may not be written by this user: start as the user who owns it, or choose another folder with CARRIERGRAPH_HOME=….',
  ],
])('%s is told in one sentence', (_, error, sentence) => {
  expect(errorText(error)).toBe(sentence)
})

test('a bug is told with its stack', () => {
  expect(errorText(new TypeError('a bug'))).toMatch(/^TypeError: a bug\n +at /)
  expect(errorText(fileError('EMFILE'))).toMatch(/^Error: EMFILE: went wrong\n +at /)
  expect(errorText('thrown text')).toBe('thrown text')
})
