/**
 * Whether the check digits of an IBAN or a creditor reference fit, by ISO/IEC 7064, MOD 97-10: the first four characters last, letters
 * as 10 to 35, the remainder 1. Of a text of letters and digits without spaces, in capitals or not.
 */
export function fitsMod97(text: string): boolean {
  const turned = text.slice(4) + text.slice(0, 4)
  const digits = turned.replaceAll(/[A-Z]/gi, (letter) => String(Number.parseInt(letter, 36)))
  return BigInt(digits) % 97n === 1n
}
