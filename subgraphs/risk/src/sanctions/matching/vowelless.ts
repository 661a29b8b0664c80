/** Scripts that write consonants and, as a rule, long vowels alone. */
const VOWELLESS = /[\p{Script=Arabic}\p{Script=Hebrew}]/u

/** Whether a text is in such a script alone. */
export const isVowelless = (text: string): boolean => VOWELLESS.test(text) && !/\p{Script=Latin}/u.test(text)

/**
 * The article, with what is written together with it, `wa-l-` and `li-l-`, or stands before it, `Abd`. Of three letters and more, or
 * it may be what a name begins with.
 */
const ARTICLE = /(?:(?<!\p{L})(?:و?ال|لل)|(?<=(?<!\p{L})عبد)ال)(?=\p{L}{3})/gu
/** Marks of vowels and of doubled letters, the stroke that only fills a line, and an ending that is no letter. */
const UNREAD = /[\p{Mn}\u0640]|ة(?!\p{L})/gu

/** Letters of which one is written in Latin with two, or with one of several, each as the one that `consonantsOf` has for them. */
const LETTERS: Readonly<Record<string, string>> = {
  ث: 't',
  خ: 'k',
  ذ: 'd',
  ض: 'd',
  ظ: 'd',
  ش: 'x',
  غ: 'g',
  ق: 'k',
  پ: 'b',
  چ: 'x',
  ژ: 'j',
  ו: 'w',
  ש: 'x',
  ק: 'k',
}
const LETTER = new RegExp(`[${Object.keys(LETTERS).join('')}]`, 'gu')

/** A vowel that begins a word, where none is written in Latin but by guessing: it is there, whichever it is. */
const VOWEL_AT_START = /(?<!\p{L})[اأإآعئא](?=\p{L})/gu

/** A text in such a script as it is turned into Latin letters. */
export const withoutArticles = (text: string): string =>
  text
    .normalize('NFKC')
    .replace(UNREAD, '')
    .replace(ARTICLE, '')
    .replace(VOWEL_AT_START, 'a')
    .replace(LETTER, (letter) => LETTERS[letter] ?? letter)

/** A word of such a text with a vowel behind each consonant, so that it sounds as one that was written with its own. */
export const spoken = (word: string): string =>
  word.replaceAll('x', 'sh').replace(/(?<=[b-df-hj-np-tvz])(?=[b-df-hj-np-tvz])(?<!s(?=h))/g, 'a')
