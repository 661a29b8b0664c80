import type { ScreeningReason } from '../compliance/reason.ts'
import { type Hit, SCORE_DIGITS, type ScreenedParty } from './hit.ts'
import { HIT_SCORE } from './matching/similarity.ts'
import type { Screening } from './screen.ts'

/** What a screening says against money that leaves, or, where there is a list, against a payment that stays. Nothing goes to a bank for want of one. */
export function sanctionsReasons({ version, hits, unclear }: Screening): ScreeningReason[] {
  if (version === null) return [LIST_MISSING]
  const conclusive = hits.filter(({ isConclusive }) => isConclusive)
  const possible = hits.filter(({ isConclusive }) => !isConclusive)
  return [
    ...(conclusive.length === 0 ? [] : [exactMatch(conclusive)]),
    ...(possible.length === 0 ? [] : [possibleMatch(possible)]),
    ...(unclear.length === 0 ? [] : [nameUnclear(unclear)]),
  ]
}

const LIST_MISSING: ScreeningReason = {
  code: 'SANCTIONS_LIST_MISSING',
  effect: 'REVIEW',
  explanation: {
    rule: 'sanctions.list_missing',
    summary: 'No sanctions list was imported, so that the names could not be screened.',
    inputs: [],
    counterfactual: 'With a list that has nothing like these names this would not hold it.',
  },
}

const exactMatch = (hits: readonly Hit[]): ScreeningReason => ({
  code: 'SANCTIONS_EXACT_MATCH',
  effect: 'DECLINE',
  explanation: {
    rule: 'sanctions.exact_match',
    summary: `A name is on the sanctions list: ${entriesText(hits)}.`,
    inputs: hits.map(inputOf),
    counterfactual: 'Another name would not be declined for this.',
  },
})

const possibleMatch = (hits: readonly Hit[]): ScreeningReason => ({
  code: 'SANCTIONS_POSSIBLE_MATCH',
  effect: 'REVIEW',
  explanation: {
    rule: 'sanctions.possible_match',
    summary: hits.some(({ isExact }) => isExact)
      ? `A name is one on the sanctions list that many others may have: ${entriesText(hits)}.`
      : `A name is much like one on the sanctions list: ${entriesText(hits)}.`,
    inputs: hits.map(inputOf),
    counterfactual: `Below a similarity of ${HIT_SCORE} this would not hold it.`,
  },
})

const nameUnclear = (parties: readonly ScreenedParty[]): ScreeningReason => ({
  code: 'SANCTIONS_NAME_UNCLEAR',
  effect: 'REVIEW',
  explanation: {
    rule: 'sanctions.name_unclear',
    summary:
      'A name has no letters, pieces of words, or letters of several scripts: it cannot be compared with the list.',
    inputs: parties.map((party) => ({ name: 'party', value: party })),
    counterfactual: 'Written in whole words of one script this would not hold it.',
  },
})

/** Sentences are for people: the hits themselves are listed beside it. */
const NAMED_MAX = 3

function entriesText(hits: readonly Hit[]): string {
  const named = hits.slice(0, NAMED_MAX).map(({ entryName, entryId }) => `${entryName} (${entryId})`)
  const more = hits.length - named.length
  return `${named.join('; ')}${more > 0 ? ` and ${more} more` : ''}`
}

const inputOf = ({ party, entryId, score }: Hit) => ({
  name: `${party.toLowerCase()}_like_${entryId}`,
  value: score.toFixed(SCORE_DIGITS),
})
