import { type Outcome, ok, refuse } from '@carriergraph/shared/outcome.ts'

export const ROLES = ['OPERATOR', 'CUSTOMER'] as const
export type Role = (typeof ROLES)[number]

const NAME_LENGTH_MAX = 120
const KEY_LENGTH_MAX = 128

export type Registration = {
  readonly idempotencyKey: string
  readonly displayName: string
  readonly roles: readonly Role[]
}

/** Checks what is asked for; the roles come back without repeats, in the order of ROLES. */
export function checkRegistration(asked: Registration): Outcome<Registration, 'INVALID_VALUE'> {
  const { idempotencyKey } = asked
  const displayName = asked.displayName.trim()
  if (idempotencyKey.length < 1 || idempotencyKey.length > KEY_LENGTH_MAX || isUnprintable(idempotencyKey)) {
    return refuse('INVALID_VALUE', `Give a key of 1 to ${KEY_LENGTH_MAX} printable characters.`, ['idempotencyKey'])
  }
  if (displayName.length < 1 || displayName.length > NAME_LENGTH_MAX || isUnprintable(displayName)) {
    return refuse('INVALID_VALUE', `Give a name of 1 to ${NAME_LENGTH_MAX} printable characters.`, ['displayName'])
  }
  const roles = ROLES.filter((role) => asked.roles.includes(role))
  if (roles.length === 0) return refuse('INVALID_VALUE', 'Give at least one role.', ['roles'])
  return ok({ idempotencyKey, displayName, roles })
}

const isUnprintable = (text: string): boolean => /\p{Cc}/u.test(text) || !text.isWellFormed()
