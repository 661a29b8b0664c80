import type { CardBrand } from '@carriergraph/shared/cards/brands.ts'
import { type CardNumber, parseCardNumber } from './card-number.ts'
import { SensitiveText } from './sensitive-text.ts'

/** Numbers that the schemes and payment services publish for tests: of each brand, with what may be shown of it. */
export const TEST_CARDS: readonly (readonly [brand: CardBrand, digits: string, bin: string])[] = [
  ['AMERICAN_EXPRESS', '378282246310005', '378282'],
  ['AMERICAN_EXPRESS', '371449635398431', '371449'],
  ['DINERS_CLUB', '30569309025904', '305693'],
  ['DINERS_CLUB', '38520000023237', '385200'],
  ['DINERS_CLUB', '36227206271667', '362272'],
  ['DINERS_CLUB', '3056930009020004', '305693'],
  ['DISCOVER', '6011111111111117', '60111111'],
  ['DISCOVER', '6011000990139424', '60110009'],
  ['JCB', '3530111333300000', '35301113'],
  ['JCB', '3566002020360505', '35660020'],
  ['MAESTRO', '6759649826438453', '675964'],
  ['MAESTRO', '6304000000000000', '630400'],
  ['MAESTRO', '6771798021000008', '677179'],
  ['MASTERCARD', '5555555555554444', '55555555'],
  ['MASTERCARD', '5105105105105100', '51051051'],
  ['MASTERCARD', '2223003122003222', '22230031'],
  ['UNIONPAY', '6200000000000005', '62000000'],
  ['UNIONPAY', '6205500000000000004', '62055000'],
  ['VISA', '4111111111111111', '41111111'],
  ['VISA', '4242424242424242', '42424242'],
  ['VISA', '4012888888881881', '40128888'],
  ['VISA', '4222222222222', '422222'],
]

export function testCard(digits: string): CardNumber {
  const number = parseCardNumber(new SensitiveText(digits), [])
  if (!number.ok) throw new Error('The number of the test is at fault.')
  return number.value
}
