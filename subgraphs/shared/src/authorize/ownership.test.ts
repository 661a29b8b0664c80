import { expect, it } from 'vitest'
import { type Actor, ANONYMOUS } from '../auth/actor.ts'
import { newId } from '../ids.ts'
import { maySee, ownership, ownersSeenBy } from './ownership.ts'

const userId = newId('usr')
const base = { tenant: 'demo', scopes: new Set<string>() }
const customer: Actor = { ...base, kind: 'user', subject: userId, userId, roles: ['customer'] }
const operator: Actor = { ...customer, roles: ['operator'] }
const service: Actor = { ...base, kind: 'service', subject: 'svc:x', roles: ['service'] }
const own = { ownerId: userId }
const others = { ownerId: newId('usr') }

it.each([
  ['a customer', customer, true, false],
  ['an operator', operator, true, true],
  ['a service', service, true, true],
  ['nobody', ANONYMOUS, false, false],
])('lets %s see their own: %#', (_, actor, seesOwn, seesOthers) => {
  expect([maySee(actor, own.ownerId), maySee(actor, others.ownerId)]).toEqual([seesOwn, seesOthers])
  expect(maySee(actor, undefined)).toBe(seesOthers)
})

it('lists everybody’s things for those who act for others, their own for customers, and nothing for nobody', () => {
  expect([ownersSeenBy(operator), ownersSeenBy(service), ownersSeenBy(customer)]).toEqual([
    'everybody',
    'everybody',
    userId,
  ])
  expect(() => ownersSeenBy(ANONYMOUS)).toThrow(expect.objectContaining({ code: 'UNAUTHENTICATED' }))
})

it('finds the owner in the property that its type names', () => {
  const { owner } = ownership({ User: 'id' })
  const asked = (actor: Actor, object: unknown, typeName: string) => owner?.(actor, object, {}, { typeName })
  expect(asked(customer, own, 'Thing')).toBe(true)
  expect(asked(customer, others, 'Thing')).toBe(false)
  expect(asked(customer, { id: userId }, 'User')).toBe(true)
  expect(asked(customer, { id: userId }, 'Thing')).toBe(false)
  expect(asked(ANONYMOUS, {}, 'Thing')).toBe(false)
  expect(asked(customer, null, 'Thing')).toBe(false)
})
