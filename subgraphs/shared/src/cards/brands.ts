export const CARD_BRANDS = [
  'AMERICAN_EXPRESS',
  'DINERS_CLUB',
  'DISCOVER',
  'JCB',
  'MAESTRO',
  'MASTERCARD',
  'UNIONPAY',
  'VISA',
] as const

export type CardBrand = (typeof CARD_BRANDS)[number]

/** What a scheme's card numbers look like. */
export type BrandRules = {
  readonly brand: CardBrand
  /** First and last prefix of each range, of as many digits as are compared. */
  readonly ranges: readonly (readonly [first: string, last: string])[]
  readonly lengths: readonly number[]
  /** Digits that are issuer identification and may be shown, where the number has 16 digits or more; else 6. */
  readonly binDigits: 6 | 8
  readonly securityCodeDigits: 3 | 4
}

const from = (shortest: number, longest: number): number[] =>
  Array.from({ length: longest - shortest + 1 }, (_, at) => shortest + at)

/**
 * Issuer identification ranges by scheme (ISO/IEC 7812). How many digits may be shown follows PCI DSS requirement 3.4
 * and the schemes' rules for truncation. Ranges that lie within another's come first.
 */
const BRANDS: readonly BrandRules[] = [
  {
    brand: 'AMERICAN_EXPRESS',
    ranges: [
      ['34', '34'],
      ['37', '37'],
    ],
    lengths: [15],
    binDigits: 6,
    securityCodeDigits: 4,
  },
  {
    brand: 'DINERS_CLUB',
    ranges: [
      ['300', '305'],
      ['3095', '3095'],
      ['36', '36'],
      ['38', '39'],
    ],
    lengths: from(14, 19),
    binDigits: 6,
    securityCodeDigits: 3,
  },
  { brand: 'JCB', ranges: [['3528', '3589']], lengths: from(16, 19), binDigits: 8, securityCodeDigits: 3 },
  { brand: 'VISA', ranges: [['4', '4']], lengths: [13, 16, 19], binDigits: 8, securityCodeDigits: 3 },
  {
    brand: 'MASTERCARD',
    ranges: [
      ['51', '55'],
      ['2221', '2720'],
    ],
    lengths: [16],
    binDigits: 8,
    securityCodeDigits: 3,
  },
  {
    brand: 'DISCOVER',
    ranges: [
      ['6011', '6011'],
      ['644', '649'],
      ['65', '65'],
    ],
    lengths: from(16, 19),
    binDigits: 8,
    securityCodeDigits: 3,
  },
  {
    brand: 'UNIONPAY',
    ranges: [
      ['62', '62'],
      ['81', '81'],
    ],
    lengths: from(16, 19),
    binDigits: 8,
    securityCodeDigits: 3,
  },
  {
    brand: 'MAESTRO',
    ranges: [
      ['50', '50'],
      ['56', '58'],
      ['6304', '6304'],
      ['67', '67'],
    ],
    lengths: from(12, 19),
    binDigits: 6,
    securityCodeDigits: 3,
  },
]

export const rulesOf = (brand: CardBrand): BrandRules => {
  const rules = BRANDS.find((known) => known.brand === brand)
  if (rules === undefined) throw new Error(`The brand ${brand} has no rules.`)
  return rules
}

/** The scheme that numbers with these first digits belong to, whatever their length; undefined where none is known. */
export const brandRulesOf = (digits: string): BrandRules | undefined =>
  BRANDS.find(({ ranges }) =>
    ranges.some(([first, last]) => {
      const prefix = digits.slice(0, first.length)
      return first <= prefix && prefix <= last
    }),
  )
