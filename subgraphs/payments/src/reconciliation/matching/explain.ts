import type { Explanation } from '@carriergraph/shared/explanation.ts'
import { formatAmount, money } from '@carriergraph/shared/money/money.ts'
import type { MatchResult, MatchRule } from './result.ts'

type Told = { readonly summary: string; readonly counterfactual: string }

const OTHER_REFERENCE = 'Without that reference in common they would not have been joined.'
const BETTER_REFERENCE = 'A reference in common would have been taken before it.'

const TOLD: Readonly<Record<MatchRule, Told>> = {
  REFERENCE: { summary: 'They share a reference.', counterfactual: OTHER_REFERENCE },
  REFERENCE_SUM: { summary: 'All that share a reference sum to the same.', counterfactual: OTHER_REFERENCE },
  REFERENCE_SUBSET: {
    summary: 'Of all that share a reference, only these sum to the same.',
    counterfactual: 'Had others summed to the same as well, none would have been chosen.',
  },
  LINKED_REFERENCES: {
    summary: 'References link them one to the next, and together they sum to the same.',
    counterfactual: OTHER_REFERENCE,
  },
  AMOUNT_AND_DATE: {
    summary: 'The amount is the same and the days are close; of several equal ones, the oldest comes first.',
    counterfactual: BETTER_REFERENCE,
  },
  ENTRY_SUM: {
    summary: 'All lines of one entry sum to the same, and the days are close.',
    counterfactual: BETTER_REFERENCE,
  },
  SUBSET: {
    summary: 'Of all that lies near in time, only these sum to the same.',
    counterfactual: 'Had others summed to the same as well, none would have been chosen.',
  },
  COUNTERPARTY_SUM: {
    summary: 'All that is open with one counterparty sums to the same.',
    counterfactual: BETTER_REFERENCE,
  },
  BY_HAND: { summary: 'A person joined them.', counterfactual: 'No rule had joined them.' },
  ZERO_LINE: { summary: 'A line of nothing moved nothing.', counterfactual: 'Any amount would have been looked for.' },
  NO_COUNTERPART: {
    summary: 'Nothing has its reference, and nothing that is open has its amount near its day.',
    counterfactual: 'A counterpart with the same reference and amount resolves it when it comes.',
  },
  NOT_DUE: { summary: 'It is expected, and may still come.', counterfactual: 'Some days later it would be missing.' },
  REPEATED_LINE: {
    summary: 'Another entry said the same: references, amount and counterparty.',
    counterfactual: 'Had a second one been expected, they would have been joined.',
  },
  REPEATED_EXPECTATION: {
    summary: 'Another expectation with the same references and amount was met.',
    counterfactual: 'A second line would have met it.',
  },
  ALSO_NOTIFIED: {
    summary: 'A notification and a statement tell the same movement, by the reference of the bank.',
    counterfactual: 'With another reference of the bank it would be a movement of its own.',
  },
}

const AMOUNT_DIFFERS: Told = {
  summary: 'They share a reference, and the amounts differ by more or less than the fee that was declared.',
  counterfactual: 'With the declared fee as the difference, or none, they would be matched.',
}

const TOLD_WITH_MORE: Told = {
  summary: 'A notification and a statement tell the same movement, and they differ by charges that are inside.',
  counterfactual: 'Had both told the charges, or none, nothing would be left of it.',
}

/** What is said of a difference, where the rule is not that a reference is shared. */
const DIFFERING: Partial<Record<MatchRule, Told>> = {
  ALSO_NOTIFIED: TOLD_WITH_MORE,
  LINKED_REFERENCES: {
    summary:
      'References link them one to the next, and the amounts differ by more or less than the fee that was declared.',
    counterfactual: AMOUNT_DIFFERS.counterfactual,
  },
}

type Explained = Omit<MatchResult, 'lines' | 'expected'> & {
  readonly lineCount: number
  readonly expectedCount: number
}

/** Why a result is what it is. */
export function explain(result: Explained): Explanation {
  const { status, rule, currency } = result
  const told = status === 'AMOUNT_MISMATCH' ? (DIFFERING[rule] ?? AMOUNT_DIFFERS) : TOLD[rule]
  const amount = (name: string, minor: bigint) => ({
    name,
    value: `${formatAmount(money(minor, currency))} ${currency}`,
  })
  return {
    rule: `reconciliation.${rule.toLowerCase()}`,
    ...told,
    inputs: [
      { name: 'lines', value: String(result.lineCount) },
      { name: 'expected', value: String(result.expectedCount) },
      amount('amount_of_lines', result.linesMinor),
      amount('amount_expected', result.expectedMinor),
      amount('fee', result.feeMinor),
      amount('fee_declared', result.feeMaxMinor),
      amount('difference', result.differenceMinor),
    ],
  }
}
