import { ANONYMOUS } from '@carriergraph/shared/auth/actor.ts'
import { newId } from '@carriergraph/shared/ids.ts'
import { expect, test } from 'vitest'
import { deciderOf, personWhoDecides, samePersonFault } from './decider.ts'

const [ADA, BRUNO] = [newId('usr'), newId('usr')]
const now = new Date('2026-11-22T12:00:00Z')
const by = (personId: typeof ADA | undefined) => ({
  provenance: { actor: personId ?? 'svc:robot', correlationId: 'c', now },
  personId,
})

test.each<[string, string | undefined]>([
  ['without a reason, where none is asked for', undefined],
  ['with a reason of one character', '.'],
  ['with a reason of 500 characters', 'x'.repeat(500)],
  ['with a reason that names a payment', 'The owner of 4111 1111 has asked for it.'],
])('a person decides %s', (_, reason) => {
  expect(personWhoDecides(by(ADA), reason)).toEqual({ ok: true, value: ADA })
})

test.each<[string, string | undefined, typeof ADA | undefined, string]>([
  ['a service', undefined, undefined, 'NOT_A_PERSON'],
  ['a service before its reason', '', undefined, 'NOT_A_PERSON'],
  ['an empty reason', '', ADA, 'INVALID_REASON'],
  ['a reason of 501 characters', 'x'.repeat(501), ADA, 'INVALID_REASON'],
  ['a reason with a line break', 'a\nb', ADA, 'INVALID_REASON'],
  ['a reason with a card number', 'paid with 4111111111111111', ADA, 'INVALID_REASON'],
])('refuses %s', (_, reason, person, code) => {
  expect(personWhoDecides(by(person), reason)).toMatchObject({ ok: false, code })
})

test('whoever asked for it does not approve it, and anybody else may', () => {
  expect(samePersonFault({ requestedBy: ADA, approvedBy: ADA }, ['id'])).toMatchObject({
    code: 'SAME_PERSON',
    field: ['id'],
  })
  expect(samePersonFault({ requestedBy: ADA, approvedBy: BRUNO }, ['id'])).toBeUndefined()
})

test('of a request its user decides, and where it has none, nobody', () => {
  const request = { correlationId: 'c', clock: () => now }
  expect(deciderOf({ ...request, actor: { ...ANONYMOUS, subject: ADA, userId: ADA } })).toEqual(by(ADA))
  expect(deciderOf({ ...request, actor: { ...ANONYMOUS, subject: 'svc:robot' } })).toEqual(by(undefined))
})
