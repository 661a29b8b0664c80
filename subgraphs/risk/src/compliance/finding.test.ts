import { describe, expect, it } from 'vitest'
import { type Hit, storedHit } from '../sanctions/hit.ts'
import { sanctionsReasons } from '../sanctions/reasons.ts'
import { type Finding, type LaterFinding, mayApprove } from './finding.ts'

const LIKE: Hit = {
  party: 'BENEFICIARY',
  screenedName: 'Ostin Veldrox',
  entryId: 'demo-1',
  entryName: 'VELDROX, Ostin Karim',
  matchedName: 'VELDROX, Ostin Karim',
  program: 'DEMO',
  score: 0.9,
  isExact: false,
  isConclusive: false,
}
const OTHER = { ...LIKE, entryId: 'demo-2' }
const SAME = { ...LIKE, matchedName: 'VELDROX, Ostin', score: 1, isExact: true, isConclusive: true }

const finding = <Version extends number | null>(version: Version, ...hits: Hit[]) => ({
  sanctionsVersion: version,
  reasons: sanctionsReasons({ version, hits, unclear: [] }),
  hits: hits.map(storedHit),
  screenedAt: new Date(0),
})

describe('somebody who approves', () => {
  it.each<[string, Finding | null, LaterFinding | null, string | null]>([
    ['what was screened against the list in force', finding(1, LIKE), null, null],
    ['what nothing is found of', finding(1), finding(2), null],
    ['what the same is found of', finding(1, LIKE), finding(2, LIKE), null],
    ['what the same is found of, a little more alike', finding(1, LIKE), finding(2, { ...LIKE, score: 0.91 }), null],
    ['what less is found of', finding(1, LIKE, OTHER), finding(2, LIKE), null],
    ['what waited for want of a list, and is on none', finding(null), finding(1), null],
    ['what no list was asked about, and is on none', null, finding(1), null],
    ['what was on the list, and is not any more', finding(1, SAME), finding(2), null],
    ['what waited for want of a list, and is like an entry', finding(null), finding(1, LIKE), 'SCREENING_CHANGED'],
    ['what no list was asked about, and is like an entry', null, finding(1, LIKE), 'SCREENING_CHANGED'],
    ['what is like an entry now', finding(1), finding(2, LIKE), 'SCREENING_CHANGED'],
    ['what is like another entry now', finding(1, LIKE), finding(2, LIKE, OTHER), 'SCREENING_CHANGED'],
    [
      'what is like another alias of the entry now',
      finding(1, LIKE),
      finding(2, { ...LIKE, matchedName: 'VELDROKS, Ostin' }),
      'SCREENING_CHANGED',
    ],
    ['what is the name of the entry now', finding(1, LIKE), finding(2, SAME), 'SCREENING_CHANGED'],
    ['what they have seen to be the name of an entry', finding(2, SAME), null, 'COMPLIANCE_DECLINES'],
    ['the name of an entry under one more list', finding(2, SAME), finding(3, SAME), 'COMPLIANCE_DECLINES'],
    ['what nobody could screen', null, null, null],
  ])('of %s', (_, shown, found, code) => {
    const may = mayApprove({ shown, found })
    expect(may.ok ? null : may.code).toBe(code)
  })
})
