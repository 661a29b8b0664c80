import { type PaymentFailure, RAIL_FAILURES } from './decide.ts'

/** ISO 20022 ExternalStatusReason1Code. What is not among them is REJECTED_BY_BANK. */
const BY_REASON: Readonly<Record<string, keyof typeof RAIL_FAILURES>> = {
  AC01: 'BANK_ACCOUNT_INVALID',
  AC02: 'BANK_ACCOUNT_INVALID',
  AC03: 'BANK_ACCOUNT_INVALID',
  AC13: 'BANK_ACCOUNT_INVALID',
  AC04: 'BANK_ACCOUNT_CLOSED',
  AC07: 'BANK_ACCOUNT_CLOSED',
  AC05: 'BANK_ACCOUNT_CLOSED',
  AC06: 'BANK_ACCOUNT_BLOCKED',
  AM04: 'DECLINED_FOR_FUNDS',
  AG01: 'NOT_ALLOWED_BY_BANK',
  AG03: 'NOT_ALLOWED_BY_BANK',
  AC14: 'NOT_ALLOWED_BY_BANK',
}

/** What a rail's reason makes of a payment; undefined where the rail gave none. The reason itself is in the message. */
export function railFailure(reason: { readonly code: string; readonly text: string | undefined } | undefined) {
  const code = reason === undefined ? 'REJECTED_BY_BANK' : codeOf(reason.code)
  const told = reason === undefined ? '' : ` (${reason.code}${reason.text ? `: ${reason.text}` : ''})`
  return { code, message: `${RAIL_FAILURES[code].slice(0, -1)}${told}.` } satisfies PaymentFailure
}

function codeOf(reason: string): keyof typeof RAIL_FAILURES {
  if (reason.length > ISO_LENGTH) return 'NOT_CARRIED_BY_RAIL'
  return BY_REASON[reason] ?? 'REJECTED_BY_BANK'
}

/** No code of ISO 20022's external lists is longer; ours, of what a rail does not carry, all are. */
const ISO_LENGTH = 4
