// Who may ask for what, as the SDL says: a line for each field, and what each caller is told to lack.

import { newId } from '@carriergraph/shared/ids.ts'
import type { Caller } from '@carriergraph/shared/testing/running-subgraph.ts'
import { afterAll, beforeAll, expect, it } from 'vitest'
import {
  demoUser,
  OPERATOR,
  PAYMENTS,
  paymentOf,
  type RiskStage,
  remittanceOf,
  setRiskStage,
} from './testing/risk-stage.ts'

const ada = demoUser('ada')

const CALLERS = {
  nobody: null,
  'a user without scopes': { customer: ada, scopes: '' },
  'another user': { customer: demoUser('bruno') },
  'the user': { customer: ada },
  'an operator': OPERATOR,
  'a service': PAYMENTS,
} as const satisfies Record<string, Caller>

/** What an answer says: that all is well, that there is nothing, that a token is needed, or what the caller lacks. */
const WELL = 'answered'
/** Nobody has no tenant, and without one there is no row to find. */
const NOTHING = 'answered with null'
const TOKEN = 'a token'
const READ = '"risk:read"'
const WRITE = '"risk:write"'
const OWN = '"owner", or "operator", or "service"'
const STAFF = '"operator", or "service"'

type Verdicts = readonly [
  nobody: string,
  unscoped: string,
  other: string,
  owner: string,
  operator: string,
  service: string,
]

const EITHER = '"risk:read", or "risk:write"'

const FIELDS: readonly (readonly [field: string, operation: string, verdicts: Verdicts])[] = [
  ['Query.me', '{ me { id } }', [TOKEN, WELL, WELL, WELL, WELL, WELL]],
  ['Query.user', 'query ($user: ID!) { user(id: $user) { id } }', [TOKEN, READ, OWN, WELL, WELL, WELL]],
  ['Query.users', '{ users { pageInfo { hasNextPage } } }', [TOKEN, READ, STAFF, STAFF, WELL, WELL]],
  [
    'Query.riskAssessment',
    'query ($assessment: ID!) { riskAssessment(id: $assessment) { decision } }',
    [TOKEN, READ, OWN, WELL, WELL, WELL],
  ],
  [
    'Payment.assessment',
    'query ($payments: [_Any!]!) { _entities(representations: $payments) { ... on Payment { assessment { decision } } } }',
    [TOKEN, READ, OWN, WELL, WELL, WELL],
  ],
  // The payer among them: to tell a customer what was found is tipping off.
  [
    'RiskAssessment.compliance',
    'query ($assessment: ID!) { riskAssessment(id: $assessment) { compliance { decision } } }',
    [TOKEN, READ, OWN, STAFF, WELL, WELL],
  ],
  [
    'RiskAssessment.screenings',
    'query ($assessment: ID!) { riskAssessment(id: $assessment) { screenings { decision } } }',
    [TOKEN, READ, OWN, STAFF, WELL, WELL],
  ],
  [
    'RiskAssessment',
    'query ($assessments: [_Any!]!) { _entities(representations: $assessments) { ... on RiskAssessment { decision } } }',
    [TOKEN, EITHER, OWN, WELL, WELL, WELL],
  ],
  [
    'User',
    'query ($users: [_Any!]!) { _entities(representations: $users) { ... on User { displayName } } }',
    [NOTHING, EITHER, OWN, WELL, WELL, WELL],
  ],
  [
    'Mutation.registerUser',
    'mutation ($registration: RegisterUserInput!) { registerUser(input: $registration) { errors { code } } }',
    [TOKEN, WRITE, '"operator"', '"operator"', WELL, '"operator"'],
  ],
  [
    'Mutation.setKycStatus',
    'mutation ($status: SetKycStatusInput!) { setKycStatus(input: $status) { errors { code } } }',
    [TOKEN, WRITE, '"operator"', '"operator"', WELL, '"operator"'],
  ],
  [
    'Mutation.assessPayment',
    'mutation ($payment: AssessPaymentInput!) { assessPayment(input: $payment) { errors { code } } }',
    [TOKEN, '"service"', '"service"', '"service"', '"service"', WELL],
  ],
  [
    'Mutation.assessRemittance',
    'mutation ($remittance: AssessRemittanceInput!) { assessRemittance(input: $remittance) { errors { code } } }',
    [TOKEN, '"service"', '"service"', '"service"', '"service"', WELL],
  ],
  ['Query.remittanceReviews', '{ remittanceReviews { nodes { status } } }', [TOKEN, READ, STAFF, STAFF, WELL, WELL]],
  [
    'Query.largeTransactionReports',
    '{ largeTransactionReports { nodes { id } } }',
    [TOKEN, READ, STAFF, STAFF, WELL, WELL],
  ],
  ['Query.sanctionsList', '{ sanctionsList { digest } }', [TOKEN, READ, STAFF, STAFF, WELL, WELL]],
  // The sender among them: to tell a customer what was found is tipping off.
  ...['assessment { decision }', 'review { status }'].map(
    (selection) =>
      [
        `Remittance.${selection}`,
        `query ($remittances: [_Any!]!) { _entities(representations: $remittances) { ... on Remittance { ${selection} } } }`,
        [TOKEN, READ, STAFF, STAFF, WELL, WELL],
      ] as const,
  ),
]

let stage: RiskStage
let variables: Record<string, unknown>
beforeAll(async () => {
  stage = await setRiskStage()
  const payment = paymentOf(ada)
  const remittance = remittanceOf(ada, { beneficiary: { name: 'Wanjiru Kamau', country: 'MM' } })
  await stage.assessRemittance(remittance)
  const { id: assessment } = (await stage.assess(payment)).assessment
  variables = {
    user: ada,
    users: [{ __typename: 'User', id: ada }],
    assessment,
    assessments: [{ __typename: 'RiskAssessment', id: assessment }],
    payment,
    payments: [{ __typename: 'Payment', id: payment.paymentId }],
    remittance,
    remittances: [{ __typename: 'Remittance', id: remittance.remittanceId }],
    registration: { idempotencyKey: newId('usr'), displayName: 'Farah Idris', roles: ['CUSTOMER'] },
    status: { userId: ada, kycStatus: 'VERIFIED' },
  }
})
afterAll(() => stage[Symbol.asyncDispose]())

async function verdictOn(caller: Caller, operation: string): Promise<string> {
  const used = Object.entries(variables).filter(([name]) => operation.includes(`$${name}:`))
  const { data, errors = [] } = await stage.ask(caller, operation, Object.fromEntries(used))
  const [error, ...more] = errors
  if (error === undefined) return data._entities?.[0] === null ? NOTHING : WELL
  expect(more).toEqual([])
  if (error.extensions.code === 'UNAUTHENTICATED') return TOKEN
  expect(error.extensions.code).toBe('FORBIDDEN')
  return /".*"/.exec(error.message)?.[0] ?? error.message
}

it.each(
  FIELDS.flatMap(([field, operation, verdicts]) =>
    Object.entries(CALLERS).map(([who, caller], index) => ({ field, who, lacks: verdicts[index], caller, operation })),
  ),
)('$field, asked by $who: $lacks', async ({ caller, operation, lacks }) => {
  expect(await verdictOn(caller, operation)).toBe(lacks)
})
