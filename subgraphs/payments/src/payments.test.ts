// Payments as the gateway meets them: over signed HTTP, on a real database, with a risk that answers over HTTP.

import { fixedClock } from '@carriergraph/shared/clock.ts'
import { fromUuid, namedId, newId } from '@carriergraph/shared/ids.ts'
import { Decimal } from '@carriergraph/shared/money/decimal.ts'
import { type RunningSubgraph, runSubgraph } from '@carriergraph/shared/testing/running-subgraph.ts'
import { countStatements } from '@carriergraph/shared/testing/statements.ts'
import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { loadDemo } from './demo.ts'
import { payments } from './service.ts'
import { givenPurse, type Purse, silent } from './testing/payments-database.ts'
import { decides, type RiskServer, startRiskServer } from './testing/risk-server.ts'
import { expectSoundLedger } from './testing/sound-ledger.ts'

const START = new Date('2026-11-21T09:00:00.000Z')
const clock = fixedClock(START)
const keys = [{ kid: 'k1', secret: 'a secret of the test, long enough' }] as const
const operator = { operator: true } as const
const demoUser = (name: string) => namedId('usr', `demo/${name}`)

let running: RunningSubgraph
let risk: RiskServer

beforeAll(async () => {
  risk = await startRiskServer({ keys, clock })
  const settings = {
    RISK_URL: risk.url,
    RISK_DEADLINE_MS: 10_000,
    RISK_FALLBACK_LIMIT: new Decimal('50.00'),
    SIGNING_KEYS: keys,
  }
  running = await runSubgraph(payments(settings, { clock, log: silent }), { clock })
  await loadDemo(running.database.forTenant('demo'), START)
})
afterAll(async () => {
  await running[Symbol.asyncDispose]()
  await risk[Symbol.asyncDispose]()
})
beforeEach(() => {
  clock.set(START)
  risk.behave(decides('APPROVE'))
})

const purseWith = (minor: bigint, tenant = 'demo') => givenPurse(running.database, { tenant, minor, now: START })
const ownerOf = ({ userId, tenant }: Purse) => ({ customer: userId, tenant })

const CREATE = `mutation ($input: CreatePaymentInput!) { createPayment(input: $input) {
  payment {
    id type status amount { amount currency } payer { id } billingAccount { id }
    sourceAccount { id balance { amount currency } }
    decision { source explanation { rule summary inputs { name value } counterfactual } }
    failure { code message field } history { status occurredAt actor } createdAt completedAt
  }
  errors { code field }
} }`

const inputOf = (purse: Purse, idempotencyKey: string, change: Record<string, unknown> = {}) => ({
  input: {
    idempotencyKey,
    type: 'TOP_UP',
    sourceAccountId: purse.walletId,
    billingAccountId: purse.billingAccountId,
    amount: { amount: '12.5', currency: 'EUR' },
    ...change,
  },
})

describe('createPayment', () => {
  it('answers with the whole payment', async () => {
    const purse = await purseWith(5_000n)
    const { data, errors } = await running.ask(ownerOf(purse), CREATE, inputOf(purse, 'k'))
    expect(errors).toBeUndefined()
    expect(data.createPayment).toEqual({
      payment: {
        id: expect.stringMatching(/^pay_/),
        type: 'TOP_UP',
        status: 'COMPLETED',
        amount: { amount: '12.50', currency: 'EUR' },
        payer: { id: purse.userId },
        billingAccount: { id: purse.billingAccountId },
        sourceAccount: { id: purse.walletId, balance: { amount: '37.50', currency: 'EUR' } },
        decision: {
          source: 'RISK',
          explanation: expect.objectContaining({ rule: 'risk.score', inputs: [{ name: 'score', value: '0' }] }),
        },
        failure: null,
        history: [
          { status: 'RISK_PENDING', occurredAt: START.toISOString(), actor: purse.userId },
          { status: 'COMPLETED', occurredAt: START.toISOString(), actor: 'svc:payments' },
        ],
        createdAt: START.toISOString(),
        completedAt: START.toISOString(),
      },
      errors: [],
    })
  })

  it('costs 4 statements to take on, 7 to settle and 4 to answer again, beside the journal', async () => {
    const purse = await purseWith(5_000n)
    const id = `mutation ($input: CreatePaymentInput!) { createPayment(input: $input) { payment { id } } }`
    const cost = (key: string) =>
      countStatements([running.database.url], () => running.ask(ownerOf(purse), id, inputOf(purse, key)))
    await cost('warm')
    expect([await cost('first'), await cost('second'), await cost('second')]).toEqual([11, 11, 4])
  })

  it('answers a declined payment with the payment and its error', async () => {
    risk.behave(decides('DECLINE'))
    const purse = await purseWith(5_000n)
    const { data } = await running.ask(ownerOf(purse), CREATE, inputOf(purse, 'k'))
    expect(data.createPayment).toMatchObject({
      payment: { status: 'FAILED', completedAt: null, failure: { code: 'DECLINED_BY_RISK', field: null } },
      errors: [{ code: 'DECLINED_BY_RISK' }],
    })
  })

  it('takes the same key in another spelling of the amount for the same payment, and another amount for a mistake', async () => {
    const purse = await purseWith(5_000n)
    const ask = async (amount: string) =>
      (await running.ask(ownerOf(purse), CREATE, inputOf(purse, 'k', { amount: { amount, currency: 'EUR' } }))).data
        .createPayment
    const first = await ask('12.5')
    expect(await ask('12.50')).toEqual(first)
    expect(await ask('12.51')).toEqual({
      payment: null,
      errors: [{ code: 'IDEMPOTENCY_KEY_REUSED', field: ['idempotencyKey'] }],
    })
  })

  it.each<[string, Record<string, unknown>, string, string[]]>([
    ['an empty key', { idempotencyKey: '' }, 'INVALID_VALUE', ['idempotencyKey']],
    ['a key of 129 characters', { idempotencyKey: 'k'.repeat(129) }, 'INVALID_VALUE', ['idempotencyKey']],
    ['a key with a zero byte', { idempotencyKey: 'k\0' }, 'INVALID_VALUE', ['idempotencyKey']],
    ['a key with half a character', { idempotencyKey: 'k\ud83d' }, 'INVALID_VALUE', ['idempotencyKey']],
    ['a wallet that is no id', { sourceAccountId: 'wallet' }, 'INVALID_ID', ['sourceAccountId']],
    ['a wallet id of another kind', { sourceAccountId: newId('acc') }, 'INVALID_ID', ['sourceAccountId']],
    ['a billing account of another kind', { billingAccountId: newId('led') }, 'INVALID_ID', ['billingAccountId']],
    ['an amount of zero', { amount: { amount: '0.00', currency: 'EUR' } }, 'INVALID_MONEY', ['amount', 'amount']],
    ['a negative amount', { amount: { amount: '-1.00', currency: 'EUR' } }, 'INVALID_MONEY', ['amount', 'amount']],
    ['a third digit', { amount: { amount: '1.005', currency: 'EUR' } }, 'INVALID_MONEY', ['amount', 'amount']],
    ['an exponent', { amount: { amount: '1e3', currency: 'EUR' } }, 'INVALID_MONEY', ['amount', 'amount']],
    ['cents of yen', { amount: { amount: '1.5', currency: 'JPY' } }, 'INVALID_MONEY', ['amount', 'amount']],
    ['a made-up currency', { amount: { amount: '1.00', currency: 'EUX' } }, 'UNKNOWN_CURRENCY', ['amount', 'currency']],
    ['kuna', { amount: { amount: '1.00', currency: 'HRK' } }, 'UNKNOWN_CURRENCY', ['amount', 'currency']],
    ['an unknown wallet', { sourceAccountId: newId('led') }, 'LEDGER_ACCOUNT_NOT_FOUND', ['sourceAccountId']],
    ['an unknown account', { billingAccountId: newId('acc') }, 'BILLING_ACCOUNT_NOT_FOUND', ['billingAccountId']],
    ['dollars', { amount: { amount: '1.00', currency: 'USD' } }, 'CURRENCY_MISMATCH', ['amount', 'currency']],
    ['too much', { amount: { amount: '50.01', currency: 'EUR' } }, 'INSUFFICIENT_FUNDS', ['amount']],
  ])('refuses %s by name and leaves no payment behind', async (_, change, code, field) => {
    const purse = await purseWith(5_000n)
    const calls = risk.calls.length
    const { data } = await running.ask(ownerOf(purse), CREATE, inputOf(purse, 'k', change))
    expect(data?.createPayment).toEqual({ payment: null, errors: [{ code, field }] })
    const list = await running.ask(ownerOf(purse), '{ payments { nodes { id } } }')
    expect(list.data.payments.nodes).toEqual([])
    expect(risk.calls.length).toBe(calls)
  })

  it('names every fault of an input at once', async () => {
    const purse = await purseWith(0n)
    const change = { idempotencyKey: '', sourceAccountId: 'x', amount: { amount: '0', currency: 'EUR' } }
    const { data } = await running.ask(ownerOf(purse), CREATE, inputOf(purse, 'k', change))
    expect(data.createPayment.errors.map(({ code }: { code: string }) => code)).toEqual([
      'INVALID_VALUE',
      'INVALID_ID',
      'INVALID_MONEY',
    ])
  })

  it("does not take from another's wallet, and does not say that there is one", async () => {
    const purse = await purseWith(5_000n)
    const stranger = { customer: newId('usr') }
    const { data } = await running.ask(stranger, CREATE, inputOf(purse, 'k'))
    expect(data.createPayment.errors).toEqual([{ code: 'LEDGER_ACCOUNT_NOT_FOUND', field: ['sourceAccountId'] }])
  })

  it('does not take from a wallet of another tenant, whoever asks there', async () => {
    const purse = await purseWith(5_000n)
    const { data } = await running.ask({ operator: true, tenant: 'rival' }, CREATE, inputOf(purse, 'k'))
    expect(data.createPayment.errors).toEqual([{ code: 'LEDGER_ACCOUNT_NOT_FOUND', field: ['sourceAccountId'] }])
  })

  it.each([
    ['without a token', null, 'UNAUTHENTICATED'],
    ['without the scope', { customer: demoUser('ada'), scopes: 'payments:read' }, 'FORBIDDEN'],
  ])('is refused %s', async (_, caller, code) => {
    const { errors } = await running.ask(caller, CREATE, inputOf(await purseWith(0n), 'k'))
    expect(errors).toMatchObject([{ extensions: { code } }])
  })
})

describe('openWallet', () => {
  const OPEN = `mutation ($input: OpenWalletInput!) { openWallet(input: $input) {
    wallet { id purpose owner { id } balance { amount currency } createdAt } errors { code field }
  } }`
  const open = async (input: Record<string, unknown>) => (await running.ask(operator, OPEN, { input })).data.openWallet

  it('opens one wallet for a user and a currency, however often and at once it is asked', async () => {
    const ownerId = newId('usr')
    const answers = await Promise.all(Array.from({ length: 8 }, () => open({ ownerId, currency: 'JPY' })))
    expect(new Set(answers.map(({ wallet }) => wallet.id)).size).toBe(1)
    expect(answers[0]).toEqual({
      wallet: {
        id: expect.stringMatching(/^led_/),
        purpose: 'WALLET',
        owner: { id: ownerId },
        balance: { amount: '0', currency: 'JPY' },
        createdAt: START.toISOString(),
      },
      errors: [],
    })
    const opened = await running.database.system.execute(
      sql`select 1 from journal where type = 'wallet.opened' and data ->> 'ownerId' = ${ownerId}`,
    )
    expect(opened).toHaveLength(1)
    expect((await open({ ownerId, currency: 'USD' })).wallet.id).not.toBe(answers[0].wallet.id)
  })

  it.each([
    ['an owner of another kind', { ownerId: newId('acc'), currency: 'EUR' }, 'INVALID_ID', ['ownerId']],
    ['a made-up currency', { ownerId: newId('usr'), currency: 'EUX' }, 'UNKNOWN_CURRENCY', ['currency']],
    ['a withdrawn currency', { ownerId: newId('usr'), currency: 'HRK' }, 'UNKNOWN_CURRENCY', ['currency']],
  ])('refuses %s', async (_, input, code, field) => {
    expect(await open(input)).toEqual({ wallet: null, errors: [{ code, field }] })
  })

  it('is for operators', async () => {
    const input = { ownerId: demoUser('ada'), currency: 'USD' }
    const { errors } = await running.ask({ customer: demoUser('ada') }, OPEN, { input })
    expect(errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }])
  })
})

describe('who sees what', () => {
  const LISTS = `query ($refs: [_Any!]!) { _entities(representations: $refs) { ... on User {
    wallets { nodes { id owner { id } } } payments { nodes { id } } } } }`
  const refs = (userId: string) => ({ refs: [{ __typename: 'User', id: userId }] })

  it('a customer sees the own wallets and payments, and an operator everybody’s', async () => {
    const purse = await purseWith(5_000n)
    await running.ask(ownerOf(purse), CREATE, inputOf(purse, 'k'))
    const own = await running.ask(ownerOf(purse), LISTS, refs(purse.userId))
    expect(own.data._entities[0].wallets.nodes).toEqual([{ id: purse.walletId, owner: { id: purse.userId } }])
    expect(own.data._entities[0].payments.nodes).toHaveLength(1)
    expect((await running.ask(operator, LISTS, refs(purse.userId))).data).toEqual(own.data)
  })

  it('a stranger sees neither lists nor single things', async () => {
    const purse = await purseWith(5_000n)
    const { data } = await running.ask(ownerOf(purse), CREATE, inputOf(purse, 'k'))
    const stranger = { customer: newId('usr') }
    const lists = await running.ask(stranger, LISTS, refs(purse.userId))
    expect(lists.data._entities).toEqual([{ wallets: null, payments: null }])
    const single = `{ payment(id: "${data.createPayment.payment.id}") { id } ledgerAccount(id: "${purse.walletId}") { id } }`
    const answer = await running.ask(stranger, single)
    expect(answer.data).toEqual({ payment: null, ledgerAccount: null })
    for (const { errors } of [lists, answer])
      expect(errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }, { extensions: { code: 'FORBIDDEN' } }])
    const filtered = `{ payments(filter: { payerId: "${purse.userId}" }) { nodes { id } } }`
    expect((await running.ask(stranger, filtered)).data.payments.nodes).toEqual([])
  })

  it("the operator's own accounts are for operators", async () => {
    const rows = await running.database
      .forTenant('demo')
      .execute<{ id: string }>(sql`select destination_id as id from transfer where reference like 'pay_%' limit 1`)
    expect(rows).toHaveLength(1)
    const [clearing] = rows
    const query = `query ($refs: [_Any!]!) { _entities(representations: $refs) { ... on LedgerAccount { purpose owner { id } } } }`
    const variables = { refs: [{ __typename: 'LedgerAccount', id: fromUuid('led', clearing?.id ?? '') }] }
    expect((await running.ask(operator, query, variables)).data._entities).toEqual([
      { purpose: 'BILLING_CLEARING', owner: null },
    ])
    expect((await running.ask({ customer: demoUser('ada') }, query, variables)).errors).toMatchObject([
      { extensions: { code: 'FORBIDDEN' } },
    ])
  })

  it("another tenant's operator sees nothing of this one", async () => {
    const purse = await purseWith(5_000n)
    const { data } = await running.ask(ownerOf(purse), CREATE, inputOf(purse, 'k'))
    const rival = { operator: true, tenant: 'rival' } as const
    const query = `{ payments { nodes { id } } payment(id: "${data.createPayment.payment.id}") { id } ledgerAccount(id: "${purse.walletId}") { id } }`
    expect((await running.ask(rival, query)).data).toEqual({
      payments: { nodes: [] },
      payment: null,
      ledgerAccount: null,
    })
    const lists = await running.ask(rival, LISTS, refs(purse.userId))
    expect(lists.data._entities).toEqual([{ wallets: { nodes: [] }, payments: { nodes: [] } }])
  })
})

describe('lists', () => {
  const STATEMENT = `query ($refs: [_Any!]!, $first: Int, $after: Cursor) { _entities(representations: $refs) {
    ... on LedgerAccount { balance { amount } entries(first: $first, after: $after) {
      nodes { sequence transferId amount { amount currency } balanceAfter { amount } postedAt }
      pageInfo { hasNextPage endCursor } } } } }`

  it("a wallet's entries come newest first, page by page, and the newest has the balance", async () => {
    const purse = await purseWith(10_000n)
    for (const key of ['a', 'b', 'c', 'd']) await running.ask(ownerOf(purse), CREATE, inputOf(purse, key))
    const refs = [{ __typename: 'LedgerAccount', id: purse.walletId }]
    const sequences: number[] = []
    let after: string | null = null
    do {
      const { data } = await running.ask(ownerOf(purse), STATEMENT, { refs, first: 2, after })
      const [{ entries, balance }] = data._entities
      if (after === null) expect(entries.nodes[0].balanceAfter).toEqual(balance)
      sequences.push(...entries.nodes.map((entry: { sequence: number }) => entry.sequence))
      after = entries.pageInfo.hasNextPage ? entries.pageInfo.endCursor : null
    } while (after !== null)
    expect(sequences).toEqual([5, 4, 3, 2, 1])
  })

  it('payments can be filtered by payer and status', async () => {
    const purse = await purseWith(10_000n)
    await running.ask(ownerOf(purse), CREATE, inputOf(purse, 'paid'))
    risk.behave(decides('REVIEW'))
    await running.ask(ownerOf(purse), CREATE, inputOf(purse, 'held'))
    const query = 'query ($filter: PaymentFilter) { payments(filter: $filter) { nodes { status payer { id } } } }'
    const ask = async (filter: Record<string, unknown>) =>
      (await running.ask(operator, query, { filter })).data.payments
    expect((await ask({ payerId: purse.userId, status: 'REVIEW' })).nodes).toEqual([
      { status: 'REVIEW', payer: { id: purse.userId } },
    ])
    expect((await ask({ payerId: purse.userId })).nodes).toHaveLength(2)
    expect((await ask({ status: 'FAILED' })).nodes.every(({ status }: { status: string }) => status === 'FAILED')).toBe(
      true,
    )
  })

  it.each([
    ['{ payments(first: 101) { nodes { id } } }', 'PAGE_SIZE_OUT_OF_RANGE'],
    ['{ payments(first: 0) { nodes { id } } }', 'PAGE_SIZE_OUT_OF_RANGE'],
    ['{ payments(after: "nonsense") { nodes { id } } }', 'INVALID_CURSOR'],
    ['{ payments(filter: { payerId: "ada" }) { nodes { id } } }', 'INVALID_ID'],
    ['{ payment(id: "pay_1") { id } }', 'INVALID_ID'],
    [`{ ledgerAccount(id: "${newId('pay')}") { id } }`, 'INVALID_ID'],
  ])('%s is refused with %s', async (query, code) => {
    expect((await running.ask(operator, query)).errors).toMatchObject([{ extensions: { code } }])
  })

  it('of fifty users cost as many statements as of one', async () => {
    const purses = await Promise.all(Array.from({ length: 50 }, () => purseWith(5_000n)))
    for (const purse of purses) await running.ask(operator, CREATE, inputOf(purse, `k ${purse.userId}`))
    const query = `query ($refs: [_Any!]!) { _entities(representations: $refs) { ... on User {
      wallets(first: 2) { nodes { balance { amount } entries(first: 3) { nodes { sequence amount { amount } } } } }
      payments(first: 2) { nodes { status sourceAccount { balance { amount } } history { status } } } } } }`
    const refs = purses.map(({ userId }) => ({ __typename: 'User', id: userId }))
    const cost = (count: number) =>
      countStatements([running.database.url], () => running.ask(operator, query, { refs: refs.slice(0, count) }))
    expect(await cost(1)).toBe(5)
    expect(await cost(50)).toBe(5)
    const { data, errors } = await running.ask(operator, query, { refs })
    expect(errors).toBeUndefined()
    expect(data._entities).toHaveLength(50)
    expect(data._entities[49].payments.nodes[0].history).toHaveLength(2)
    expect(data._entities[49].wallets.nodes[0].entries.nodes).toHaveLength(2)
  })
})

describe('the demo', () => {
  it('gives each customer 5000.00 EUR from funding, once, and keeps what was paid', async () => {
    await loadDemo(running.database.forTenant('demo'), START)
    for (const name of ['ada', 'bruno', 'chen', 'dana', 'elif']) {
      const query = `{ ledgerAccount(id: "${namedId('led', `demo/${name}`)}") { owner { id } balance { amount currency } } }`
      expect((await running.ask({ customer: demoUser(name) }, query)).data.ledgerAccount).toEqual({
        owner: { id: demoUser(name) },
        balance: { amount: '5000.00', currency: 'EUR' },
      })
    }
    await expectSoundLedger(running.database)
  })
})
