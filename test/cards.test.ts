// Cards through the whole graph: added, listed and revealed as a client does it, and no number in what any process says.

import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { namedId } from '@carriergraph/shared/ids.ts'
import { OtlpReceiver } from '@carriergraph/shared/testing/otlp-receiver.ts'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { ask } from './support/client.ts'
import { type Stack, startStack } from './support/stack.ts'

const NUMBER = '4111111111111111'
const LONG_SECURITY_CODE = '7391739173917'
const ADA = namedId('usr', 'demo/ada')
const ADD = `mutation ($input: AddCardInput!) { addCard(input: $input) {
  card { id brand lastFour owner { id displayName } } errors { code } } }`
const REVEAL = 'mutation ($input: RevealCardInput!) { revealCard(input: $input) { number errors { code } } }'
const REASON = 'dispute with the issuer'

let stack: Stack
let collector: OtlpReceiver
let ada: string

beforeAll(async () => {
  collector = await new OtlpReceiver().start()
  stack = await startStack({
    LOG_LEVEL: 'trace',
    REQUEST_LOG: 'all',
    OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint,
  })
  ada = await stack.token({ role: 'customer' })
})
afterAll(async () => {
  await stack?.[Symbol.asyncDispose]()
  await collector?.[Symbol.asyncDispose]()
})

const input = (change: Record<string, unknown> = {}) => ({
  input: { ownerId: ADA, number: NUMBER, expiryMonth: 12, expiryYear: 2040, securityCode: '739', ...change },
})

it('a customer adds a card and lists it with its owner; only the scope for it reveals the number', async () => {
  const added = await ask(stack.graphUrl, ada, ADD, input())
  expect(added).toEqual({
    data: {
      addCard: {
        card: {
          id: expect.stringMatching(/^card_/),
          brand: 'VISA',
          lastFour: '1111',
          owner: { id: ADA, displayName: expect.any(String) },
        },
        errors: [],
      },
    },
  })
  const { id } = added.data.addCard.card
  const listed = await ask(stack.graphUrl, ada, `{ user(id: "${ADA}") { displayName cards { nodes { id bin } } } }`)
  expect(listed.data.user.cards.nodes).toEqual([{ id, bin: '41111111' }])

  const operator = await stack.token({ role: 'operator' })
  const refused = await ask(stack.graphUrl, operator, REVEAL, { input: { cardId: id, reason: REASON } })
  expect(refused.errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }])
  const revealer = await stack.token({ role: 'operator', scope: 'cards:reveal' })
  expect(await ask(stack.graphUrl, revealer, REVEAL, { input: { cardId: id, reason: REASON } })).toEqual({
    data: { revealCard: { number: NUMBER, errors: [] } },
  })
})

it.each([
  ['a field is missing', { ownerId: undefined, securityCode: LONG_SECURITY_CODE }],
  ['a field is unknown', { cvv: LONG_SECURITY_CODE }],
  ['a field has another type', { ownerId: { of: NUMBER }, securityCode: LONG_SECURITY_CODE }],
  ['the number is no text', { number: Number(NUMBER), expiryMonth: 'x' }],
])('where %s the gateway refuses without a word of the number', async (_, change) => {
  const answer = await ask(stack.graphUrl, ada, ADD, input(change))
  expect(answer.errors?.[0]).toMatchObject({ extensions: { code: 'BAD_USER_INPUT' } })
  expect(JSON.stringify(answer)).not.toMatch(/41111|73917/)
})

it('a number that stands in the document is refused, without a word of it', async () => {
  const literals = `ownerId: "${ADA}", number: "${NUMBER}", expiryMonth: 12, expiryYear: 2040, securityCode: "739"`
  const answer = await ask(stack.graphUrl, ada, `mutation { addCard(input: { ${literals} }) { card { id } } }`)
  expect(answer.data?.addCard ?? null).toBeNull()
  expect(answer.errors?.length).toBeGreaterThan(0)
  expect(JSON.stringify(answer)).not.toContain('41111')
})

it('nothing that a process wrote down has a number or a security code in it', async () => {
  await collector.span(({ attributes }) => attributes['graphql.operation.type'] === 'mutation')
  const logs = globSync('*.log', { cwd: stack.logDirectory })
  expect(logs.sort()).toEqual(['billing.log', 'gateway.log', 'network.log', 'payments.log', 'risk.log'])
  const said = [
    ...logs.map((file) => [file, readFileSync(join(stack.logDirectory, file), 'utf8')] as const),
    ['traces', collector.bodies.join('\n')] as const,
  ]
  expect(said.find(([name]) => name === 'gateway.log')?.[1]).toContain('"request"')
  for (const [name, text] of said) expect([name, text.match(/4111111111111111|7391739173917/)]).toEqual([name, null])
})
