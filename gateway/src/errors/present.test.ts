import { expect, test } from 'vitest'
import { presentError } from './present.ts'

const MESSAGE = 'connect ECONNREFUSED 10.0.0.7:5432'
const ID = 'id-of-this-request'
const MASKED = { message: 'Internal error', extensions: { code: 'INTERNAL_SERVER_ERROR', correlationId: ID } }

test.each([
  ['no extensions', undefined],
  ['no code', {}],
  ['null for a code', { code: null }],
  ['an empty code', { code: '' }],
  ['a number for a code', { code: 500 }],
  ['an object for a code', { code: { sql: 'SELECT 1' } }],
  ['the code of a bug', { code: 'INTERNAL_SERVER_ERROR', statement: 'SELECT 1' }],
  ['a correlation id that is none', { code: 'INTERNAL_SERVER_ERROR', correlationId: 'SELECT 1 FROM accounts' }],
])('masks an error with %s', (_what, extensions) => {
  expect(presentError({ message: MESSAGE, ...(extensions && { extensions }) }, ID)).toEqual(MASKED)
})

test('says under which id the subgraph has logged what is masked', () => {
  const extensions = { code: 'INTERNAL_SERVER_ERROR', correlationId: 'id-of-another-request' }
  expect(presentError({ message: MESSAGE, extensions }, ID).extensions).toEqual(extensions)
})

test('keeps what a code says to clients, and what is for developers to itself', () => {
  const told = { code: 'LIMIT_EXCEEDED', limit: 5, field: 'amount' }
  const kept = {
    debugMessage: 'x',
    exception: { stacktrace: ['x'] },
    ftv1: 'GiA',
    stack: 'x',
    stackTrace: ['x'],
    stacktrace: ['x'],
    trace: [{ file: '/srv/limits.php' }],
  }
  const error = { message: 'Too much.', path: ['pay'], extensions: { ...told, ...kept } }
  expect(presentError(error, ID)).toEqual({ message: 'Too much.', path: ['pay'], extensions: told })
})
