import { type CardBrand, rulesOf } from '@carriergraph/shared/cards/brands.ts'
import { type Outcome, ok, refuse } from '@carriergraph/shared/outcome.ts'
import type { SensitiveText } from './sensitive-text.ts'

/**
 * Whether a card's security code (CVV, CVC, CID) has the form that its brand prints. The answer holds nothing of the
 * code: it may not be kept after authorisation (PCI DSS 3.3.1), so there is no value that could be handed on.
 */
export function checkSecurityCode(
  code: SensitiveText,
  brand: CardBrand,
  field: readonly string[],
): Outcome<undefined, 'INVALID_SECURITY_CODE'> {
  const { securityCodeDigits } = rulesOf(brand)
  const text = code.reveal()
  if (text.length === securityCodeDigits && /^\d+$/.test(text)) return ok(undefined)
  return refuse('INVALID_SECURITY_CODE', `The security code of such a card has ${securityCodeDigits} digits.`, field)
}
