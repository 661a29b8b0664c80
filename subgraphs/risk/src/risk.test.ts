// Risk as the gateway and the payments service meet it: over signed HTTP, on a real database.

import { fixedClock } from '@carriergraph/shared/clock.ts'
import { namedId, newId } from '@carriergraph/shared/ids.ts'
import { type RunningSubgraph, runSubgraph } from '@carriergraph/shared/testing/running-subgraph.ts'
import { countStatements } from '@carriergraph/shared/testing/statements.ts'
import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { loadDemo } from './demo.ts'
import { risk } from './service.ts'

const START = new Date('2026-11-21T09:00:00.000Z')
const clock = fixedClock(START)
const operator = { operator: true } as const
const payments = { service: 'payments' } as const
const demoUser = (name: string) => namedId('usr', `demo/${name}`)

let running: RunningSubgraph

beforeAll(async () => {
  running = await runSubgraph(risk, { clock })
  await loadDemo(running.database.forTenant('demo'), START)
})
beforeEach(() => clock.set(START))
afterAll(() => running[Symbol.asyncDispose]())

const ASSESS = `mutation ($input: AssessPaymentInput!) { assessPayment(input: $input) {
  assessment { id decision score ruleHits { rule } } errors { code field }
} }`

function paymentOf(payerId: string, amount = '20.00', more: Record<string, unknown> = {}) {
  const base = { paymentId: newId('pay'), payerId, amount: { amount, currency: 'EUR' }, createdAt: START.toISOString() }
  return { input: { ...base, ...more } }
}

const assess = async (variables: { readonly input: Record<string, unknown> }) =>
  (await running.ask(payments, ASSESS, variables)).data.assessPayment

describe('assessPayment', () => {
  it.each([
    ['ada', '20.00', 'APPROVE', []],
    ['ada', '1000.01', 'REVIEW', ['amount.large']],
    ['chen', '60.00', 'REVIEW', ['kyc.pending']],
    ['elif', '1.00', 'DECLINE', ['kyc.rejected']],
    ['nobody', '1.00', 'DECLINE', ['payer.unknown']],
  ])('of %s over %s EUR: %s', async (name, amount, decision, rules) => {
    const { assessment, errors } = await assess(paymentOf(demoUser(name), amount))
    expect(errors).toEqual([])
    expect(assessment.decision).toBe(decision)
    expect(assessment.ruleHits.map((hit: { rule: string }) => hit.rule)).toEqual(rules)
  })

  it('answers the same to everybody who asks for the same payment at once, and records it once', async () => {
    for (const payer of [demoUser('ada'), demoUser('nobody')]) {
      const payment = paymentOf(payer)
      const answers = await Promise.all(Array.from({ length: 10 }, () => assess(payment)))
      expect(new Set(answers.map(({ assessment }) => assessment.id)).size).toBe(1)
      const events = await running.database.system.execute(
        sql`select 1 from journal where type = 'assessment.made' and data ->> 'paymentId' = ${payment.input.paymentId}`,
      )
      expect(events).toHaveLength(1)
    }
  })

  it('counts every payment of ten minutes, also those that come at once', async () => {
    const user = await registered('velocity')
    const answers = await Promise.all(Array.from({ length: 25 }, () => assess(paymentOf(user))))
    const reviewed = answers.filter(({ assessment }) => assessment.decision === 'REVIEW')
    expect(reviewed).toHaveLength(5)
    const later = { createdAt: new Date(START.getTime() + 600_001).toISOString() }
    expect((await assess(paymentOf(user, '20.00', later))).assessment.decision).toBe('APPROVE')
  })

  it('finds an amount unusual by what the payer paid before, whatever the currency', async () => {
    const user = await registered('unusual')
    for (let n = 0; n < 5; n++) await assess(paymentOf(user, '30.00'))
    const yen = { amount: { amount: '30000', currency: 'JPY' } }
    const { assessment } = await assess(paymentOf(user, '', yen))
    expect(assessment).toMatchObject({ decision: 'APPROVE', score: 20, ruleHits: [{ rule: 'amount.unusual' }] })
  })

  it.each([
    [
      'other particulars of a known payment',
      { amount: { amount: '21.00', currency: 'EUR' } },
      'PAYMENT_MISMATCH',
      null,
    ],
    ['an amount of zero', { amount: { amount: '0.00', currency: 'EUR' } }, 'INVALID_MONEY', ['amount', 'amount']],
    ['a negative amount', { amount: { amount: '-1.00', currency: 'EUR' } }, 'INVALID_MONEY', ['amount', 'amount']],
    [
      'an unknown currency',
      { amount: { amount: '1.00', currency: 'EUX' } },
      'UNKNOWN_CURRENCY',
      ['amount', 'currency'],
    ],
    ['an id of another kind', { paymentId: newId('usr') }, 'INVALID_ID', ['paymentId']],
    ['a payer that is no id', { payerId: 'ada' }, 'INVALID_ID', ['payerId']],
  ])('refuses %s with a name and a field', async (_, changes, code, field) => {
    const payment = paymentOf(demoUser('ada'))
    await assess(payment)
    const { assessment, errors } = await assess({ input: { ...payment.input, ...changes } })
    expect(assessment).toBeNull()
    expect(errors).toEqual([{ code, field }])
  })

  it.each([
    ['an operator', operator],
    ['a customer', { customer: demoUser('ada') }],
  ])('is not for %s', async (_, caller) => {
    const answer = await running.ask(caller, ASSESS, paymentOf(demoUser('ada')))
    expect(answer.data).toBeNull()
    expect(answer.errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }])
  })
})

const REGISTER = `mutation ($input: RegisterUserInput!) { registerUser(input: $input) {
  user { id displayName kycStatus } errors { code field }
} }`

async function registered(key: string): Promise<string> {
  const answer = await running.ask(operator, REGISTER, registrationOf(key))
  const { id } = answer.data.registerUser.user
  await running.ask(operator, SET_KYC, { input: { userId: id, kycStatus: 'VERIFIED' } })
  return id
}

const registrationOf = (idempotencyKey: string, displayName = 'Farah Idris') => ({
  input: { idempotencyKey, displayName, roles: ['CUSTOMER'] },
})

const SET_KYC = `mutation ($input: SetKycStatusInput!) { setKycStatus(input: $input) {
  user { kycStatus } errors { code }
} }`

describe('registerUser', () => {
  it('registers once under a key, also when it is sent many times at once', async () => {
    const answers = await Promise.all(
      Array.from({ length: 8 }, () => running.ask(operator, REGISTER, registrationOf('once'))),
    )
    expect(new Set(answers.map(({ data }) => data.registerUser.user.id)).size).toBe(1)
    expect(answers[0]?.data.registerUser.user).toMatchObject({ displayName: 'Farah Idris', kycStatus: 'PENDING' })
  })

  it('refuses another registration under the same key, and a name of nothing', async () => {
    await running.ask(operator, REGISTER, registrationOf('reused'))
    const other = await running.ask(operator, REGISTER, registrationOf('reused', 'Somebody Else'))
    expect(other.data.registerUser).toEqual({
      user: null,
      errors: [{ code: 'IDEMPOTENCY_KEY_REUSED', field: ['idempotencyKey'] }],
    })
    const blank = await running.ask(operator, REGISTER, registrationOf('blank', ' '))
    expect(blank.data.registerUser.errors).toEqual([{ code: 'INVALID_VALUE', field: ['displayName'] }])
  })
})

describe('setKycStatus', () => {
  it('walks the legal transitions, journals each, and refuses the others', async () => {
    const id = await registered('kyc')
    const set = async (kycStatus: string) =>
      (await running.ask(operator, SET_KYC, { input: { userId: id, kycStatus } })).data.setKycStatus
    expect(await set('REJECTED')).toEqual({ user: { kycStatus: 'REJECTED' }, errors: [] })
    expect(await set('VERIFIED')).toEqual({ user: null, errors: [{ code: 'ILLEGAL_TRANSITION' }] })
    expect(await set('REJECTED')).toEqual({ user: { kycStatus: 'REJECTED' }, errors: [] })
    const events = await running.database.system.execute<{ type: string; version: number }>(
      sql`select type, version from journal where aggregate_id = ${id} order by version`,
    )
    expect([...events].map(({ type, version }) => `${version} ${type}`)).toEqual([
      '1 user.registered',
      '2 user.kyc_changed',
      '3 user.kyc_changed',
    ])
  })

  it('refuses a user that there is not', async () => {
    const answer = await running.ask(operator, SET_KYC, { input: { userId: newId('usr'), kycStatus: 'VERIFIED' } })
    expect(answer.data.setKycStatus.errors).toEqual([{ code: 'USER_NOT_FOUND' }])
  })
})

describe('users', () => {
  const USERS =
    'query ($first: Int, $after: Cursor) { users(first: $first, after: $after) { nodes { id } pageInfo { hasNextPage endCursor } } }'

  it('come page by page, each once', async () => {
    const ids: string[] = []
    let after: string | null = null
    do {
      const { data } = await running.ask(operator, USERS, { first: 2, after })
      ids.push(...data.users.nodes.map((user: { id: string }) => user.id))
      after = data.users.pageInfo.hasNextPage ? data.users.pageInfo.endCursor : null
    } while (after !== null)
    expect(new Set(ids).size).toBe(ids.length)
    expect(ids).toEqual(expect.arrayContaining(['ada', 'bruno', 'chen', 'dana', 'elif', 'olga'].map(demoUser)))
  })

  it('can be filtered by status and role', async () => {
    const query = 'query ($filter: UserFilter) { users(first: 100, filter: $filter) { nodes { id } } }'
    const rejected = await running.ask(operator, query, { filter: { kycStatus: 'REJECTED', role: 'CUSTOMER' } })
    expect(rejected.data.users.nodes).toContainEqual({ id: demoUser('elif') })
    expect(rejected.data.users.nodes).not.toContainEqual({ id: demoUser('ada') })
    const operators = await running.ask(operator, query, { filter: { role: 'OPERATOR' } })
    expect(operators.data.users.nodes).toEqual([{ id: demoUser('olga') }])
  })

  it('see themselves, and neither others nor the list', async () => {
    const ada = { customer: demoUser('ada') }
    expect((await running.ask(ada, '{ me { displayName } }')).data).toEqual({ me: { displayName: 'Ada Okafor' } })
    for (const query of [`{ user(id: "${demoUser('bruno')}") { displayName } }`, '{ users { nodes { id } } }']) {
      expect((await running.ask(ada, query)).errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }])
    }
  })

  it('of another tenant are not there', async () => {
    const other = { operator: true, tenant: 'other' } as const
    const query = `{ users { nodes { id } } user(id: "${demoUser('ada')}") { id } }`
    expect((await running.ask(other, query)).data).toEqual({ users: { nodes: [] }, user: null })
    const { data } = await running.ask({ service: 'payments', tenant: 'other' }, ASSESS, paymentOf(demoUser('ada')))
    expect(data.assessPayment.assessment.ruleHits).toEqual([{ rule: 'payer.unknown' }])
  })
})

describe('assessments', () => {
  const OF_PAYMENTS = `query ($refs: [_Any!]!) { _entities(representations: $refs) { ... on Payment { id assessment { decision user { displayName } } } } }`

  it('of fifty payments cost as many statements as of one, and only the payer and operators see them', async () => {
    const paymentIds = await Promise.all(
      Array.from({ length: 50 }, async () => {
        const payment = paymentOf(demoUser('bruno'))
        await assess(payment)
        return payment.input.paymentId
      }),
    )
    const refs = paymentIds.map((id) => ({ __typename: 'Payment', id }))
    const cost = (count: number) =>
      countStatements([running.database.url], () => running.ask(operator, OF_PAYMENTS, { refs: refs.slice(0, count) }))
    expect(await cost(1)).toBe(2)
    expect(await cost(50)).toBe(2)
    const all = await running.ask(operator, OF_PAYMENTS, { refs })
    expect(all.errors).toBeUndefined()
    expect(all.data._entities).toHaveLength(50)
    expect(all.data._entities[49].assessment).toMatchObject({ user: { displayName: 'Bruno Keller' } })
    const own = await running.ask({ customer: demoUser('bruno') }, OF_PAYMENTS, { refs: refs.slice(0, 1) })
    expect(own.data._entities[0].assessment).not.toBeNull()
    const others = await running.ask({ customer: demoUser('ada') }, OF_PAYMENTS, { refs: refs.slice(0, 1) })
    expect(others.errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }])
  })

  it('cannot be rewritten', async () => {
    await assess(paymentOf(demoUser('ada')))
    const rewriting = running.database.forTenant('demo').execute(sql`update risk_assessment set score = 0`)
    await expect(rewriting).rejects.toMatchObject({ cause: { message: expect.stringContaining('append-only') } })
  })
})
