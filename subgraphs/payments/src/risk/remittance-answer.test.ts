import { expect, test } from 'vitest'
import { readRemittanceAnswer } from './remittance-answer.ts'

const body = (assessRemittance: unknown): string => JSON.stringify({ data: { assessRemittance } })
const ABSENT = { kind: 'ABSENT', absence: 'BAD_ANSWER' }

test.each([
  [
    'an approval',
    body({
      assessment: { decision: 'APPROVE', senderNotice: null, sender: { displayName: 'Nia Brandt' } },
      errors: [],
    }),
    { kind: 'ASSESSED', decision: 'APPROVE', senderNotice: null, senderName: 'Nia Brandt' },
  ],
  [
    'a refusal with what its sender may know',
    body({ assessment: { decision: 'DECLINE', senderNotice: { code: 'NOT_POSSIBLE' } }, errors: [] }),
    { kind: 'ASSESSED', decision: 'DECLINE', senderNotice: 'NOT_POSSIBLE', senderName: null },
  ],
  [
    'that it cannot be assessed',
    body({ assessment: null, errors: [{ code: 'REMITTANCE_MISMATCH' }] }),
    { kind: 'REFUSED', code: 'REMITTANCE_MISMATCH' },
  ],
  ['neither', body({ assessment: null, errors: [] }), ABSENT],
  ['a decision that does not exist', body({ assessment: { decision: 'MAYBE' }, errors: [] }), ABSENT],
  ['a code without an end', body({ assessment: null, errors: [{ code: 'C'.repeat(101) }] }), ABSENT],
  ['a failure of GraphQL', JSON.stringify({ errors: [{ message: 'Internal error' }], data: null }), ABSENT],
  [
    'an approval beside a refusal',
    body({ assessment: { decision: 'APPROVE', senderNotice: null }, errors: [{ code: 'REMITTANCE_MISMATCH' }] }),
    ABSENT,
  ],
  [
    'an approval of which something failed',
    JSON.stringify({
      errors: [{ message: 'Internal error' }],
      data: { assessRemittance: { assessment: { decision: 'APPROVE', senderNotice: null }, errors: [] } },
    }),
    ABSENT,
  ],
  ['no JSON', '<html>', ABSENT],
])('reads %s', (_, text, answer) => {
  expect(readRemittanceAnswer(text)).toEqual(answer)
})
