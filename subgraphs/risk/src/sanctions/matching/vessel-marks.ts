const APART = { before: '(?<![\\p{L}\\p{N}])', after: '(?![\\p{L}\\p{N}])' }

/** What stands before the name of a ship. `M V` is not among them: those are somebody's initials. */
const MARKS = new RegExp(
  `${APART.before}(?:m[/.]?v|m[/.]?t|m[/.]?y|s[/.]?s|motor (?:vessel|tanker)|steam ship|vessel)\\.?${APART.after}`,
  'giu',
)

/** The number that a ship keeps whatever it is called. */
const IMO_NUMBER = new RegExp(`${APART.before}imo(?:\\s+(?:no|number))?[\\s:.#-]*\\d{7}${APART.after}`, 'giu')

/** What any of them has: most names have none, and every name of the list that may be meant is asked. */
const ANY = /\b(?:m[/.]?[vty]|s[/.]?s|motor|steam|vessel|imo)\b/i

/** A name without what says that it is a ship's; as it stands where that is all. */
export function withoutVesselMarks(text: string): string {
  if (!ANY.test(text)) return text
  const bare = text.replace(IMO_NUMBER, ' ').replace(MARKS, ' ').trim()
  return bare === '' ? text : bare
}
