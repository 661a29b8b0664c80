import { expect, it } from 'vitest'
import { checkRegistration } from './registration.ts'

const good = { idempotencyKey: 'k', displayName: ' Ada Okafor ', roles: ['CUSTOMER', 'OPERATOR', 'CUSTOMER'] as const }

it('takes a name without the blanks around it and each role once', () => {
  expect(checkRegistration(good)).toEqual({
    ok: true,
    value: { idempotencyKey: 'k', displayName: 'Ada Okafor', roles: ['OPERATOR', 'CUSTOMER'] },
  })
})

it.each([
  ['a key of 1 character and a name of 1', { ...good, idempotencyKey: 'k', displayName: 'A' }],
  ['a key of 128 characters', { ...good, idempotencyKey: 'k'.repeat(128) }],
  ['a name of 120 characters', { ...good, displayName: 'a'.repeat(120) }],
  ['a key of 128 emoji', { ...good, idempotencyKey: '🗝'.repeat(128) }],
  ['a name of 120 emoji', { ...good, displayName: '🦊'.repeat(120) }],
])('takes %s', (_, asked) => {
  const { idempotencyKey, displayName } = asked
  expect(checkRegistration(asked)).toMatchObject({
    ok: true,
    value: { idempotencyKey, displayName: displayName.trim() },
  })
})

it.each([
  ['no key', { ...good, idempotencyKey: '' }, 'idempotencyKey'],
  ['a key of 129 characters', { ...good, idempotencyKey: 'k'.repeat(129) }, 'idempotencyKey'],
  ['a key of 129 emoji', { ...good, idempotencyKey: '🗝'.repeat(129) }, 'idempotencyKey'],
  ['a key with a zero byte', { ...good, idempotencyKey: 'k\0' }, 'idempotencyKey'],
  ['a key that is a card number', { ...good, idempotencyKey: '4111111111111111' }, 'idempotencyKey'],
  ['a name with a card number', { ...good, displayName: 'Ada 4111-1111-1111-1111' }, 'displayName'],
  ['half a surrogate pair', { ...good, displayName: 'Ada \ud800' }, 'displayName'],
  ['a blank name', { ...good, displayName: '   ' }, 'displayName'],
  ['a name of 121 characters', { ...good, displayName: 'a'.repeat(121) }, 'displayName'],
  ['a name of 121 emoji', { ...good, displayName: '🦊'.repeat(121) }, 'displayName'],
  ['a name that nobody sees', { ...good, displayName: '\u200b' }, 'displayName'],
  ['a name that turns its direction', { ...good, displayName: '\u202Eadmin' }, 'displayName'],
  ['a name with a line break', { ...good, displayName: 'Ada\nOkafor' }, 'displayName'],
  ['a name with a zero byte', { ...good, displayName: 'Ada\0' }, 'displayName'],
  ['no role', { ...good, roles: [] }, 'roles'],
])('refuses %s', (_, asked, field) => {
  expect(checkRegistration(asked)).toMatchObject({ ok: false, code: 'INVALID_VALUE', field: [field] })
})
