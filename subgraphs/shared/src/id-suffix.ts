/**
 * The characters of a TypeID (github.com/jetify-com/typeid, spec 0.3): the 128 bits of a uuid behind two zero bits, as 26
 * characters of Crockford's base32 in lower case. Every id of every row passes here: by the library, which the tests hold this to,
 * these conversions were two fifths of what Node spent on a transfer.
 */

/** At most 128 bits: the first of them stands for three. */
export const ID_SUFFIX = /^[0-7][0-9a-hjkmnp-tv-z]{25}$/
const SUFFIX_LENGTH = 26
const UUID_LENGTH = 36
const DASH = 0x2d
/** Where a uuid's text has its dashes. */
const isDash = (place: number): boolean => place === 8 || place === 13 || place === 18 || place === 23

const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz'
const LARGEST_FIRST = ALPHABET.charCodeAt(7)
const NONE = 255

/** For each code of ASCII what it stands for. */
function valuesOf(digits: string): Uint8Array {
  const values = new Uint8Array(128).fill(NONE)
  for (const [value, digit] of [...digits].entries()) values[digit.charCodeAt(0)] = value
  return values
}

const BASE32_VALUES = valuesOf(ALPHABET)
const HEX_VALUES = valuesOf('0123456789abcdef')
const BASE32_CODES = Buffer.from(ALPHABET)
const HEX_CODES = Buffer.from('0123456789abcdef')

// Each call is over before the next begins.
const suffix = Buffer.alloc(SUFFIX_LENGTH)
const uuid = Buffer.alloc(UUID_LENGTH, '-')

/**
 * The uuid, in lower-case hex with dashes, of an id with or without its prefix.
 * @throws TypeError where it does not end in a suffix: two damaged ids must not become the same row's
 */
export function uuidOfSuffix(id: string): string {
  const start = id.length - SUFFIX_LENGTH
  let bits = 0
  // The first two are zero, and no part of the uuid.
  let count = -2
  let place = 0
  let all = id.charCodeAt(start) <= LARGEST_FIRST ? 0 : NONE
  for (let at = start; at < id.length; at++) {
    const value = BASE32_VALUES[id.charCodeAt(at)] ?? NONE
    all |= value
    bits = (bits << 5) | value
    count += 5
    while (count >= 4) {
      count -= 4
      if (isDash(place)) place++
      uuid[place++] = HEX_CODES[(bits >> count) & 15] ?? 0
    }
    bits &= 15
  }
  if (all >= ALPHABET.length) throw new TypeError(`Not an id: ${JSON.stringify(id)}`)
  return uuid.toString('latin1')
}

/** The 26 characters of a uuid of any version, in lower-case hex with dashes; undefined where it is none. */
export function suffixOfUuid(text: string): string | undefined {
  if (text.length !== UUID_LENGTH) return undefined
  let bits = 0
  // Two zero bits come first.
  let count = 2
  let place = 0
  for (let at = 0; at < UUID_LENGTH; at++) {
    const code = text.charCodeAt(at)
    if (isDash(at)) {
      if (code !== DASH) return undefined
      continue
    }
    const value = HEX_VALUES[code] ?? NONE
    if (value === NONE) return undefined
    bits = (bits << 4) | value
    count += 4
    if (count >= 5) {
      count -= 5
      suffix[place++] = BASE32_CODES[bits >> count] ?? 0
      bits &= (1 << count) - 1
    }
  }
  return suffix.toString('latin1')
}
