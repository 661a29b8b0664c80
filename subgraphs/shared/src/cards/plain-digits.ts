const DIGIT = /\p{Nd}/u

/** Digits of every script as those of ASCII. Unicode has each script's from 0 to 9, one behind the other. */
export const withPlainDigits = (text: string): string =>
  text.replaceAll(/(?![0-9])\p{Nd}/gu, (digit) => {
    const point = digit.codePointAt(0) ?? 0
    let first = point
    while (DIGIT.test(String.fromCodePoint(first - 1))) first -= 1
    return String((point - first) % 10)
  })
