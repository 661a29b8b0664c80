// Cards in the graph: who may add, see, reveal and remove them, and what each mutation refuses.

import { newId } from '@carriergraph/shared/ids.ts'
import { countStatements } from '@carriergraph/shared/testing/statements.ts'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { operator, type PaymentsGraph, runPayments } from './testing/payments-graph.ts'
import { TEST_CARDS } from './vault/test-cards.fixture.ts'

let graph: PaymentsGraph
beforeAll(async () => {
  graph = await runPayments()
})
afterAll(() => graph[Symbol.asyncDispose]())

const CARD = 'id owner { id } brand bin lastFour expiryMonth expiryYear isExpired createdAt removedAt'
const ADD = `mutation ($input: AddCardInput!) { addCard(input: $input) { card { ${CARD} } errors { code field } } }`
const REVEAL = 'mutation ($input: RevealCardInput!) { revealCard(input: $input) { number errors { code field } } }'
const REMOVE = `mutation ($input: RemoveCardInput!) { removeCard(input: $input) { card { ${CARD} } errors { code field } } }`
const LIST = `query ($refs: [_Any!]!, $first: Int, $after: Cursor) { _entities(representations: $refs) { ... on User {
  cards(first: $first, after: $after) { nodes { ${CARD} } pageInfo { hasNextPage endCursor } } } } }`

const VISA = '4111 1111 1111 1111'
const inputOf = (ownerId: string, change: Record<string, unknown> = {}) => ({
  input: { ownerId, number: VISA, expiryMonth: 12, expiryYear: 2030, securityCode: '123', ...change },
})
const refs = (...ids: string[]) => ({ refs: ids.map((id) => ({ __typename: 'User', id })) })
const revealer = (subject: `usr_${string}` = newId('usr')) =>
  ({ operator: true, subject, scopes: 'payments:read cards:reveal' }) as const

async function added(ownerId = newId('usr'), change = {}): Promise<{ id: string; ownerId: `usr_${string}` }> {
  const { data } = await graph.ask({ customer: ownerId }, ADD, inputOf(ownerId, change))
  return { id: data.addCard.card.id, ownerId }
}

it('an owner adds a card and sees what may be shown of it', async () => {
  const ownerId = newId('usr')
  const { data } = await graph.ask({ customer: ownerId }, ADD, inputOf(ownerId))
  const shown = {
    id: expect.stringMatching(/^card_/),
    owner: { id: ownerId },
    brand: 'VISA',
    bin: '41111111',
    lastFour: '1111',
    expiryMonth: 12,
    expiryYear: 2030,
    isExpired: false,
    createdAt: '2026-11-21T09:00:00.000Z',
    removedAt: null,
  }
  expect(data.addCard).toEqual({ card: shown, errors: [] })
  const list = await graph.ask({ customer: ownerId }, LIST, refs(ownerId))
  expect(list.data._entities).toEqual([
    { cards: { nodes: [data.addCard.card], pageInfo: { hasNextPage: false, endCursor: expect.any(String) } } },
  ])
  const single = await graph.ask(operator, `query ($id: ID!) { card(id: $id) { ${CARD} } }`, {
    id: data.addCard.card.id,
  })
  expect(single.data.card).toEqual(data.addCard.card)
})

it.each([
  ['INVALID_ID', 'ownerId', { ownerId: 'acc_x' }],
  ['OWNER_MISMATCH', 'ownerId', { ownerId: newId('usr') }],
  ['INVALID_CARD_NUMBER', 'number', { number: '4111111111111112' }],
  ['INVALID_CARD_NUMBER', 'number', { number: 4111111111111111 }],
  ['INVALID_CARD_NUMBER', 'number', { number: { digits: '4111111111111111' } }],
  ['UNSUPPORTED_CARD_BRAND', 'number', { number: '9111111111111111' }],
  ['INVALID_EXPIRY', 'expiryMonth', { expiryMonth: 13 }],
  ['INVALID_EXPIRY', 'expiryYear', { expiryYear: 30 }],
  ['CARD_EXPIRED', 'expiryMonth', { expiryMonth: 10, expiryYear: 2026 }],
  ['INVALID_SECURITY_CODE', 'securityCode', { securityCode: '1234' }],
  ['INVALID_SECURITY_CODE', 'securityCode', { securityCode: 123 }],
])('addCard refuses with %s at %s', async (code, field, change) => {
  const ownerId = newId('usr')
  const { data } = await graph.ask({ customer: ownerId }, ADD, inputOf(ownerId, change))
  expect(data.addCard).toEqual({ card: null, errors: [{ code, field: [field] }] })
})

it('addCard tells all faults at once, in the order of the fields', async () => {
  const ownerId = newId('usr')
  const wrong = { ownerId: 'x', number: '1', expiryMonth: 0, securityCode: '1' }
  const { data } = await graph.ask({ customer: ownerId }, ADD, inputOf(ownerId, wrong))
  expect(data.addCard.errors.map(({ code }: { code: string }) => code)).toEqual([
    'INVALID_ID',
    'INVALID_CARD_NUMBER',
    'INVALID_EXPIRY',
  ])
})

it('a number or a security code in the document itself is refused, and not repeated', async () => {
  const ownerId = newId('usr')
  for (const literal of ['number: "4111111111111111"', 'number: 4111111111111111', 'number: $n, securityCode: "739"']) {
    const query = `mutation ($n: CardNumber!) { addCard(input: {
      ownerId: "${ownerId}", expiryMonth: 1, expiryYear: 2030, ${literal} }) { errors { code } } }`
    const answer = await graph.ask({ customer: ownerId }, query, { n: VISA })
    expect(answer.errors).toContainEqual(
      expect.objectContaining({
        message: expect.stringMatching(/^A Card\w+ is taken from variables alone\.$/),
        extensions: { code: 'BAD_USER_INPUT' },
      }),
    )
    expect(JSON.stringify(answer.errors)).not.toMatch(/4111|739/)
  }
})

it('reveals are for the scope, with a reason', async () => {
  const { id, ownerId } = await added()
  const input = (change = {}) => ({ input: { cardId: id, reason: 'dispute with the issuer', ...change } })
  for (const caller of [operator, { customer: ownerId }, { service: 'billing' }])
    expect((await graph.ask(caller, REVEAL, input())).errors).toMatchObject([
      { message: 'The token lacks a scope: it needs "cards:reveal".', extensions: { code: 'FORBIDDEN' } },
    ])
  expect((await graph.ask(revealer(), REVEAL, input())).data.revealCard).toEqual({
    number: '4111111111111111',
    errors: [],
  })
  const refusals = [
    ['INVALID_ID', 'cardId', { cardId: 'pay_x' }],
    ['CARD_NOT_FOUND', 'cardId', { cardId: newId('card') }],
    ['INVALID_REASON', 'reason', { reason: 'because' }],
    ['INVALID_REASON', 'reason', { reason: 'the one with 4111 1111 1111 1111' }],
    ['INVALID_REASON', 'reason', { reason: 'the one with ④①①①①①①①①①①①①①①①' }],
  ] as const
  for (const [code, field, change] of refusals)
    expect((await graph.ask(revealer(), REVEAL, input(change))).data.revealCard).toEqual({
      number: null,
      errors: [{ code, field: [field] }],
    })
  const stranger = { customer: newId('usr'), scopes: 'cards:reveal' }
  const foreign = await graph.ask(stranger, REVEAL, input())
  expect(foreign.data.revealCard.errors).toEqual([{ code: 'CARD_NOT_FOUND', field: ['cardId'] }])
})

it('a removed card is in no list, and stays by its id', async () => {
  const { id, ownerId } = await added()
  const other = await added(ownerId, { number: '5555555555554444' })
  const removed = await graph.ask({ customer: ownerId }, REMOVE, { input: { cardId: id } })
  expect(removed.data.removeCard).toMatchObject({ card: { id, removedAt: '2026-11-21T09:00:00.000Z' }, errors: [] })
  const list = await graph.ask({ customer: ownerId }, LIST, refs(ownerId))
  expect(list.data._entities[0].cards.nodes).toMatchObject([{ id: other.id }])
  expect((await graph.ask(operator, `{ card(id: "${id}") { removedAt } }`)).data.card.removedAt).not.toBeNull()
  expect(
    (await graph.ask({ customer: newId('usr') }, REMOVE, { input: { cardId: other.id } })).data.removeCard.errors,
  ).toEqual([{ code: 'CARD_NOT_FOUND', field: ['cardId'] }])
  expect((await graph.ask(operator, REMOVE, { input: { cardId: 'x' } })).data.removeCard.errors).toEqual([
    { code: 'INVALID_ID', field: ['cardId'] },
  ])
})

it("another tenant's operator finds no card of this one", async () => {
  const { id, ownerId } = await added()
  const rival = { operator: true, tenant: 'rival', scopes: 'payments:read payments:write cards:reveal' } as const
  expect((await graph.ask(rival, `{ card(id: "${id}") { id } }`)).data).toEqual({ card: null })
  expect((await graph.ask(rival, LIST, refs(ownerId))).data._entities[0].cards.nodes).toEqual([])
  const input = { cardId: id, reason: 'dispute with the issuer' }
  expect((await graph.ask(rival, REVEAL, { input })).data.revealCard.errors).toMatchObject([{ code: 'CARD_NOT_FOUND' }])
  const removal = await graph.ask(rival, REMOVE, { input: { cardId: id } })
  expect(removal.data.removeCard.errors).toMatchObject([{ code: 'CARD_NOT_FOUND' }])
})

it('cards come newest first, page by page, at the same cost for one user and for many', async () => {
  const owners = [newId('usr'), newId('usr'), newId('usr')]
  for (const ownerId of owners)
    for (const [, number] of TEST_CARDS.filter(([brand]) => brand === 'VISA' || brand === 'MASTERCARD').slice(0, 4))
      await added(ownerId, { number, securityCode: null })
  const [first = ''] = owners
  const ids: string[] = []
  let after: string | null = null
  do {
    const { data } = await graph.ask(operator, LIST, { ...refs(first), first: 3, after })
    const { nodes, pageInfo } = data._entities[0].cards
    ids.push(...nodes.map(({ id }: { id: string }) => id))
    after = pageInfo.hasNextPage ? pageInfo.endCursor : null
  } while (after !== null)
  expect(ids).toHaveLength(4)
  expect(ids).toEqual([...ids].sort().reverse())
  const cost = (...users: string[]) =>
    countStatements([graph.database.url], () => graph.ask(operator, LIST, refs(...users)))
  expect(await cost(...owners)).toBe(await cost(first))
})

// Signatures refuse a clock that goes back: from here on it goes forward.
it('after twenty reveals in an hour an actor is refused, and with the next hour is not', async () => {
  const { id } = await added()
  const caller = revealer()
  const ask = async () =>
    (await graph.ask(caller, REVEAL, { input: { cardId: id, reason: 'monthly review of cards' } })).data.revealCard
  for (let time = 0; time < 20; time += 1) expect((await ask()).errors).toEqual([])
  expect(await ask()).toEqual({ number: null, errors: [{ code: 'REVEAL_LIMIT_REACHED', field: null }] })
  graph.clock.advance(3_600_000)
  expect((await ask()).errors).toEqual([])
})

it('a card has expired when its last month is over', async () => {
  const { id } = await added()
  const isExpired = async () => (await graph.ask(operator, `{ card(id: "${id}") { isExpired } }`)).data.card.isExpired
  graph.clock.set(new Date('2030-12-31T23:59:59.999Z'))
  expect(await isExpired()).toBe(false)
  graph.clock.set(new Date('2031-01-01T00:00:00.000Z'))
  expect(await isExpired()).toBe(true)
})
