import type { Resolution } from './item-states.ts'
import type { MatchResult, MatchRule, MatchStatus } from './matching/result.ts'

/** What a plan needs to know of a case that is open. Members by uuid. */
export type OpenCase = {
  readonly id: string
  readonly status: MatchStatus
  readonly rule: MatchRule
  readonly lineIds: readonly string[]
  readonly expectedIds: readonly string[]
}

export type Plan<Case extends OpenCase> = {
  /** Results that become items. */
  readonly created: readonly MatchResult[]
  readonly closed: readonly { readonly item: Case; readonly resolution: Resolution }[]
  /** Members of closed cases that are in none any more: they are awaited again. */
  readonly freedExpectedIds: readonly string[]
}

/**
 * What changes, where `results` are of all that is not settled, the members of open cases among it. A case that was found
 * again just so is left alone, so that a run which finds nothing new changes nothing.
 */
export function planRun<Case extends OpenCase>(results: readonly MatchResult[], open: readonly Case[]): Plan<Case> {
  const found = new Set(open.map(keyOf))
  const kept = new Set<string>()
  const [created, matched, awaited] = [[] as MatchResult[], new Set<string>(), new Set<string>()]
  for (const result of results) {
    const key = keyOf({ ...result, lineIds: result.lines, expectedIds: result.expected })
    if (found.has(key)) kept.add(key)
    else if (result.status === 'AWAITED') for (const id of result.expected) awaited.add(id)
    else created.push(result)
    if (result.status === 'MATCHED') for (const id of [...result.lines, ...result.expected]) matched.add(id)
  }
  const changed = open.filter((item) => !kept.has(keyOf(item)))
  return {
    created,
    closed: changed.map((item) => ({
      item,
      resolution: membersOf(item).every((id) => matched.has(id)) ? 'LATE_COUNTERPART' : 'RECLASSIFIED',
    })),
    freedExpectedIds: changed.flatMap(({ expectedIds }) => expectedIds.filter((id) => awaited.has(id))),
  }
}

/** Matches that leave nothing to judgement: the same reference, and to the minor unit the same amount. */
const EXACT_RULES: ReadonlySet<MatchRule> = new Set(['REFERENCE', 'REFERENCE_SUM'])

/** The part of a plan that may be carried out unasked: cases that are settled whole by exact matches, and nothing else. */
export function planSafely<Case extends OpenCase>(results: readonly MatchResult[], open: readonly Case[]): Plan<Case> {
  let exact = results.filter(
    ({ status, rule, feeMinor }) => status === 'MATCHED' && EXACT_RULES.has(rule) && feeMinor === 0n,
  )
  for (;;) {
    const matched = new Set(exact.flatMap(membersOfResult))
    const isWhole = (item: Case) => membersOf(item).every((id) => matched.has(id))
    const stays = new Set(open.flatMap((item) => (isWhole(item) ? [] : membersOf(item))))
    const without = exact.filter((result) => !membersOfResult(result).some((id) => stays.has(id)))
    if (without.length < exact.length) {
      // What it had matched may have made others whole.
      exact = without
      continue
    }
    const ofCases = new Set(open.flatMap(membersOf))
    return {
      created: exact.filter((result) => membersOfResult(result).some((id) => ofCases.has(id))),
      closed: open.filter(isWhole).map((item) => ({ item, resolution: 'LATE_COUNTERPART' })),
      freedExpectedIds: [],
    }
  }
}

const membersOf = ({ lineIds, expectedIds }: OpenCase): string[] => [...lineIds, ...expectedIds]
const membersOfResult = ({ lines, expected }: MatchResult): string[] => [...lines, ...expected]

/** With the rule: of two by which a line is told again, one says that nothing moved. */
const keyOf = ({ status, rule, lineIds, expectedIds }: Omit<OpenCase, 'id'>): string =>
  [status, rule, ...[...lineIds].sort(), '=', ...[...expectedIds].sort()].join(' ')
