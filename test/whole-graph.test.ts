// What only the whole graph can show: one query across four subgraphs, money that arrives once, refusals with names,
// tenants that do not see one another.

import { namedId } from '@carriergraph/shared/ids.ts'
import { statementsOf } from '@carriergraph/shared/testing/statements.ts'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { violate } from './support/causes.ts'
import { ask, type GraphAnswer } from './support/client.ts'
import { type Stack, startStack } from './support/stack.ts'
import { until } from './support/until.ts'

let stack: Stack
let operator: string

beforeAll(async () => {
  stack = await startStack()
  operator = await stack.token({ role: 'operator' })
})
afterAll(() => stack[Symbol.asyncDispose]())

const demo = <P extends string>(prefix: P, name: string) => namedId(prefix, `demo/${name}`)

const EVERYTHING = `query ($first: Int) {
  users(first: $first) {
    nodes {
      displayName
      slices { nodes { name violations { nodes { metric } } } }
      billingAccounts { nodes { msisdn balance { amount currency } } }
      payments { nodes { status assessment { decision } } }
    }
  }
}`

const EVERYTHING_OF_ONE = EVERYTHING.replace('$first: Int', '$id: ID!')
  .replace('users(first: $first) {\n    nodes {', 'user(id: $id) {')
  .replace(/\}\s*\}\s*$/, '}')

const TOP_UP = `mutation ($input: CreatePaymentInput!) {
  createPayment(input: $input) {
    payment { id status sourceAccount { balance { amount } } assessment { decision user { displayName } } }
    errors { code field }
  }
}`

function topUpOf(name: string, idempotencyKey: string, amount: string, currency = 'EUR') {
  return {
    input: {
      idempotencyKey,
      type: 'TOP_UP',
      sourceAccountId: demo('led', name),
      billingAccountId: demo('acc', name),
      amount: { amount, currency },
    },
  }
}

const BALANCE = 'query ($id: ID!) { billingAccount(id: $id) { balance { amount } } }'

async function balanceOf(name: string): Promise<string> {
  const answer = await ask(stack.graphUrl, operator, BALANCE, { id: demo('acc', name) })
  return answer.data.billingAccount.balance.amount
}

describe('one query across the four subgraphs', () => {
  it('answers users with what network, billing, payments and risk know of them', async () => {
    const before = cents(await balanceOf('ada'))
    await ask(stack.graphUrl, operator, TOP_UP, topUpOf('ada', 'across-1', '1.00'))
    await until(async () => cents(await balanceOf('ada')) === before + 100n)
    const answer = await ask(stack.graphUrl, operator, EVERYTHING, { first: 100 })
    expect(answer.errors).toBeUndefined()
    const ada = answer.data.users.nodes.find((user: { displayName: string }) => user.displayName.startsWith('Ada'))
    expect(ada).toMatchObject({
      slices: { nodes: [{ name: expect.any(String), violations: { nodes: expect.any(Array) } }] },
      billingAccounts: { nodes: [{ msisdn: '4915550000001', balance: { currency: 'EUR' } }] },
      payments: { nodes: [{ status: 'COMPLETED', assessment: { decision: 'APPROVE' } }] },
    })
  })

  it('runs six SQL statements for one user who has everything, and six for all users', async () => {
    await violate(stack.graphUrl, operator, 'counted')
    const urls = Object.values(stack.databases).map(({ url }) => url)
    const statements = (query: string, variables: Record<string, unknown>) =>
      statementsOf(urls, () => ask(stack.graphUrl, operator, query, variables))
    expect(await statements(EVERYTHING_OF_ONE, { id: demo('usr', 'ada') })).toHaveLength(6)
    expect(await statements(EVERYTHING, { first: 100 })).toHaveLength(6)
  })
})

describe('a top-up', () => {
  it('takes the amount from the wallet and adds it to the billing account, once, however often it is sent', async () => {
    const before = await balanceOf('bruno')
    const answers = await Promise.all(
      Array.from({ length: 8 }, () => ask(stack.graphUrl, operator, TOP_UP, topUpOf('bruno', 'top-up-1', '7.50'))),
    )
    const ids = new Set(answers.map((answer) => answer.data.createPayment.payment.id))
    expect(ids.size).toBe(1)
    expect(answers.map((answer) => answer.data.createPayment.errors)).toEqual(Array(8).fill([]))
    const expected = cents(before) + 750n
    await until(async () => cents(await balanceOf('bruno')) === expected)
    const again = await ask(stack.graphUrl, operator, TOP_UP, topUpOf('bruno', 'top-up-1', '7.50'))
    expect(again.data.createPayment.payment).toMatchObject({ status: 'COMPLETED', id: [...ids][0] })
    const other = await ask(stack.graphUrl, operator, TOP_UP, topUpOf('bruno', 'top-up-2', '0.01'))
    expect(other.data.createPayment.payment.sourceAccount.balance.amount).toBe('4992.49')
    await until(async () => cents(await balanceOf('bruno')) === expected + 1n)
  })

  it.each([
    ['another amount under the same key', topUpOf('bruno', 'top-up-1', '8.00'), 'IDEMPOTENCY_KEY_REUSED'],
    ['more than the wallet holds', topUpOf('dana', 'too-much', '100000.00'), 'INSUFFICIENT_FUNDS'],
    ['a negative amount', topUpOf('dana', 'negative', '-1.00'), 'INVALID_MONEY'],
    ['no amount', topUpOf('dana', 'zero', '0.00'), 'INVALID_MONEY'],
    ['a tenth of a cent', topUpOf('dana', 'tenth', '1.001'), 'INVALID_MONEY'],
    ['a word', topUpOf('dana', 'word', 'ten'), 'INVALID_MONEY'],
    ['an unknown currency', topUpOf('dana', 'unknown', '1.00', 'EUX'), 'UNKNOWN_CURRENCY'],
    ['a withdrawn currency', topUpOf('dana', 'withdrawn', '1.00', 'HRK'), 'UNKNOWN_CURRENCY'],
    ['another currency', topUpOf('dana', 'other', '1.00', 'USD'), 'CURRENCY_MISMATCH'],
  ])('refuses %s by name and moves nothing', async (_, variables, code) => {
    const before = [await balanceOf('bruno'), await balanceOf('dana')]
    const answer = await ask(stack.graphUrl, operator, TOP_UP, variables)
    expect(answer.errors).toBeUndefined()
    expect(answer.data.createPayment.errors).toMatchObject([{ code }])
    expect([await balanceOf('bruno'), await balanceOf('dana')]).toEqual(before)
  })

  it('is declined by risk for a user whose identity was rejected, and says why', async () => {
    const query = `mutation ($input: CreatePaymentInput!) { createPayment(input: $input) {
      payment { status failure { code } assessment { decision explanation { summary counterfactual } } } errors { code }
    } }`
    const answer = await ask(stack.graphUrl, operator, query, topUpOf('elif', 'declined', '5.00'))
    expect(answer.data.createPayment).toMatchObject({
      payment: {
        status: 'FAILED',
        failure: { code: 'DECLINED_BY_RISK' },
        assessment: { decision: 'DECLINE', explanation: { summary: expect.stringMatching(/./) } },
      },
      errors: [{ code: 'DECLINED_BY_RISK' }],
    })
  })
})

const cents = (amount: string): bigint => BigInt(amount.replace('.', ''))

describe('a caller', () => {
  it('without a token is refused with UNAUTHENTICATED', async () => {
    const answer = await ask(stack.graphUrl, null, '{ users { nodes { id } } }')
    expect(answer.errors?.map((error) => error.extensions?.code)).toEqual(['UNAUTHENTICATED', 'UNAUTHENTICATED'])
    expect(answer.data ?? null).toBeNull()
  })

  it.each([
    ['expired', () => stack.token({ role: 'operator', ttl_s: -3600 })],
    ['forged', async () => `${operator.slice(0, -8)}AAAAAAAA`],
  ])('with an %s token is refused with UNAUTHENTICATED', async (_, token) => {
    const answer = await ask(stack.graphUrl, await token(), '{ me { id } }')
    expect(answer.errors).toMatchObject([{ extensions: { code: 'UNAUTHENTICATED' } }])
  })

  it('who is a customer sees their own and is refused what is others’', async () => {
    const ada = await stack.token({ role: 'customer', user: demo('usr', 'ada') })
    const own = await ask(stack.graphUrl, ada, '{ me { displayName billingAccounts { nodes { id } } } }')
    expect(own).toMatchObject({ data: { me: { billingAccounts: { nodes: [{ id: demo('acc', 'ada') }] } } } })
    const others = await ask(stack.graphUrl, ada, BALANCE, { id: demo('acc', 'bruno') })
    expect(others.data?.billingAccount ?? null).toBeNull()
    expect(others.errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }])
    const list = await ask(stack.graphUrl, ada, '{ billingAccounts { nodes { id } } slices { nodes { id } } }')
    expect(list.data.billingAccounts.nodes).toEqual([{ id: demo('acc', 'ada') }])
    expect(list.data.slices.nodes).toContainEqual({ id: demo('slc', 'ada') })
    expect(list.data.slices.nodes).not.toContainEqual({ id: demo('slc', 'bruno') })
    const pay = await ask(stack.graphUrl, ada, TOP_UP, topUpOf('bruno', 'not-mine', '1.00'))
    expect(pay.data.createPayment.errors).toMatchObject([{ code: 'LEDGER_ACCOUNT_NOT_FOUND' }])
    const users = await ask(stack.graphUrl, ada, '{ users { nodes { id } } }')
    expect(users.errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }])
  })

  it('of another tenant sees nothing of this one', async () => {
    const other = await stack.token({ role: 'operator', tenant: 'other' })
    const query = `query ($account: ID!) {
      users { nodes { id } } slices { nodes { id } } billingAccounts { nodes { id } } payments { nodes { id } }
      sites { nodes { id } } billingAccount(id: $account) { id }
    }`
    const answer = await ask(stack.graphUrl, other, query, { account: demo('acc', 'ada') })
    const empty = { nodes: [] }
    expect(answer).toEqual({
      data: {
        users: empty,
        slices: empty,
        billingAccounts: empty,
        payments: empty,
        sites: empty,
        billingAccount: null,
      },
    })
  })

  it('who asks a subgraph directly is refused for want of a signature', async () => {
    const url = `http://127.0.0.1:${stack.ports.billing}/graphql`
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${operator}` },
      body: JSON.stringify({ query: '{ __typename }' }),
    })
    expect(response.status).toBe(401)
    expect(JSON.stringify(await response.json())).toContain('SIGNATURE_MISSING')
  })
})

describe('bad arguments', () => {
  it.each([
    ['a page of 101', '{ users(first: 101) { nodes { id } } }', 'PAGE_SIZE_OUT_OF_RANGE'],
    ['a page of none', '{ slices(first: 0) { nodes { id } } }', 'PAGE_SIZE_OUT_OF_RANGE'],
    ['a page of minus one', '{ payments(first: -1) { nodes { id } } }', 'PAGE_SIZE_OUT_OF_RANGE'],
    ['a made-up cursor', '{ billingAccounts(after: "bm9uc2Vuc2U") { nodes { id } } }', 'INVALID_CURSOR'],
    ['an id of another kind', '{ slice(id: "usr_01dxf6dt00ea9srbkk7f6gf0f5") { id } }', 'INVALID_ID'],
    ['an id that is none', '{ payment(id: "42") { id } }', 'INVALID_ID'],
  ])('%s is refused by name', async (_, query, code) => {
    const answer = await ask(stack.graphUrl, operator, query)
    expect(answer.errors).toMatchObject([{ extensions: { code } }])
  })
})

describe('a subgraph that does not answer', () => {
  it('costs its own fields alone, also where a list of it was asked for at the root', async () => {
    const risk = stack.services.get('risk')
    process.kill(risk?.pid ?? 0, 'SIGSTOP')
    try {
      const query = '{ tariffs(first: 1) { nodes { name } } users(first: 1) { nodes { id } } }'
      expect(await ask(stack.graphUrl, operator, query)).toMatchObject({
        data: { tariffs: { nodes: [{ name: expect.any(String) }] }, users: null },
        errors: [{ path: ['users'], extensions: { code: 'SUBGRAPH_TIMEOUT', subgraph: 'risk' } }],
      })
    } finally {
      process.kill(risk?.pid ?? 0, 'SIGCONT')
    }
  })
})

describe('a scope', () => {
  it('of one subgraph does not read another’s entities by way of its own', async () => {
    const [assessment] = (await ask(stack.graphUrl, operator, '{ payments(first: 1) { nodes { assessment { id } } } }'))
      .data.payments.nodes
    const reader = await stack.token({ role: 'operator', scope: 'risk:read' })
    const query = 'query ($id: ID!) { riskAssessment(id: $id) { decision payment { amount { amount } } } }'
    const answer = await ask(stack.graphUrl, reader, query, { id: assessment?.assessment.id })
    expect(answer.errors).toMatchObject([{ path: ['riskAssessment', 'payment'], extensions: { code: 'FORBIDDEN' } }])
  })
})

describe('what changes rarely', () => {
  const TARIFFS = `{
    tariffs { nodes { name rates { usageType pricePerBlock } } pageInfo { hasNextPage } }
    sites { edges { node { name country } } }
  }`

  const read = async (token: string) => {
    const url = `${stack.graphUrl}?query=${encodeURIComponent(TARIFFS)}`
    const response = await fetch(url, { headers: { authorization: `Bearer ${token}` } })
    const { data } = (await response.json()) as GraphAnswer
    return { lifetime: response.headers.get('cache-control'), data }
  }

  it('is kept by the gateway and the browser for a minute, for each caller apart', async () => {
    const mine = await read(operator)
    expect(mine).toMatchObject({ lifetime: 'private, max-age=60', data: { tariffs: { nodes: expect.anything() } } })
    expect(mine.data.tariffs.nodes).not.toEqual([])
    const theirs = await read(await stack.token({ role: 'operator', tenant: 'elsewhere' }))
    expect(theirs.data).toMatchObject({ tariffs: { nodes: [] }, sites: { edges: [] } })
    expect((await read(operator)).data).toEqual(mine.data)
  })
})
