import { holdsCardNumber } from '@carriergraph/shared/cards/holds-card-number.ts'
import { type Outcome, ok, refuse } from '@carriergraph/shared/outcome.ts'
import { isPrintableText } from '@carriergraph/shared/printable-text.ts'

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
  if (!isPrintableText(idempotencyKey, KEY_LENGTH_MAX)) {
    return refuse('INVALID_VALUE', `Give a key of 1 to ${KEY_LENGTH_MAX} printable characters.`, ['idempotencyKey'])
  }
  if (!isPrintableText(displayName, NAME_LENGTH_MAX)) {
    return refuse('INVALID_VALUE', `Give a name of 1 to ${NAME_LENGTH_MAX} printable characters.`, ['displayName'])
  }
  for (const [field, text] of Object.entries({ idempotencyKey, displayName }))
    if (holdsCardNumber(text)) return refuse('INVALID_VALUE', 'It must not hold a card number.', [field])
  const roles = ROLES.filter((role) => asked.roles.includes(role))
  if (roles.length === 0) return refuse('INVALID_VALUE', 'Give at least one role.', ['roles'])
  return ok({ idempotencyKey, displayName, roles })
}
