/**
 * Whether a text has 1 to `lengthMax` characters, all of which can be shown on one line: no control or format
 * character, no line or paragraph separator, no private or unassigned code point, no half of a surrogate pair. The two
 * joiners are let through where something visible is before them: Persian and Indic words and many emoji need them. One
 * character at least is to be seen: blanks say nothing.
 * Characters are counted as PostgreSQL counts them: an emoji outside the basic plane is one.
 */
export function isPrintableText(text: string, lengthMax: number): boolean {
  // A code point has at most two units: a text of megabytes is not copied just to be counted.
  if (text.length > 2 * lengthMax) return false
  const length = [...text].length
  // \p{C} includes surrogates: what `u` finds alone is half of a pair.
  return length >= 1 && length <= lengthMax && VISIBLE.test(text) && !HIDDEN.test(text)
}

/** The blank of Braille is the one that Unicode calls a symbol. */
const VISIBLE = /[^\p{Z}\p{Default_Ignorable_Code_Point}\u2800]/u
const HIDDEN = /(?<![\p{L}\p{M}\p{S}])[\u200c\u200d]|(?![\u200c\u200d])[\p{C}\p{Zl}\p{Zp}]/u
