// Whatever a mutation is asked, by whomever, twice at once, and while payments is killed: it answers with data or with a
// refusal that has a name, and no money moves beside the books.

import { readFileSync } from 'node:fs'
import { MASKED } from '@carriergraph/shared/edge-errors.ts'
import { namedId } from '@carriergraph/shared/ids.ts'
import fc from 'fast-check'
import { buildSchema, type GraphQLInputType, type GraphQLObjectType, getNamedType } from 'graphql'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { schemaFile } from '../scripts/subgraphs.ts'
import { ask, type GraphAnswer } from './support/client.ts'
import { inputOf, type KnownIds, learnIds, leavesOf } from './support/hostile-input.ts'
import { type Stack, startStack } from './support/stack.ts'
import { until } from './support/until.ts'

/** More of them, with another FC_SEED, look further. */
const ROUNDS = Number(process.env.ROUNDS ?? 12)
const KILLED_IN = [4, 8]
/** Of a round, and so of its draws. */
const DRAWS_MAX = 1_000
/** What has to come before anything else can: asked three times as often. */
const OFTEN = [
  'createPayment',
  'capturePayment',
  'refundPayment',
  'disputePayment',
  'postTransfers',
  'unfreezeLedgerAccount',
]
const EVERY_SCOPE = ['payments', 'billing', 'network', 'risk', 'cards']
  .flatMap((domain) => ['read', 'write', 'admin', 'reveal'].map((right) => `${domain}:${right}`))
  .join(' ')

const mutations = Object.values(mutationType().getFields())
const asked = mutations.flatMap((mutation) =>
  OFTEN.includes(mutation.name) ? [mutation, mutation, mutation] : [mutation],
)
type Mutation = (typeof mutations)[number]

let stack: Stack
let operator: string
let others: string[]

beforeAll(async () => {
  stack = await startStack()
  operator = await stack.token({ role: 'operator', scope: EVERY_SCOPE })
  others = await Promise.all([
    stack.token({ role: 'operator' }),
    stack.token({ role: 'operator', tenant: 'other', scope: EVERY_SCOPE }),
    stack.token({ role: 'customer', user: namedId('usr', 'demo/ada') }),
    stack.token({ role: 'customer', user: namedId('usr', 'demo/bruno') }),
  ])
})
afterAll(() => stack[Symbol.asyncDispose]())

function mutationType(): GraphQLObjectType {
  return buildSchema(readFileSync(schemaFile('api.graphql'), 'utf8')).getMutationType() as GraphQLObjectType
}

type Heard = { readonly name: string; readonly value: unknown; readonly answer: GraphAnswer }

async function hear({ name, args: [input], type }: Mutation, value: unknown, token: string): Promise<Heard> {
  const leaves = leavesOf(getNamedType(type) as GraphQLObjectType, 2)
  const query = `mutation ($input: ${input?.type}) { ${name}(input: $input) { ${leaves} } }`
  return { name, value, answer: await ask(stack.graphUrl, token, query, { input: value }) }
}

/** What is drawn for a mutation in a round, sent once, or twice at the same moment. */
async function attack(mutation: Mutation, known: KnownIds, seed: number): Promise<Heard[]> {
  const drawn = fc.tuple(inputOf(mutation.args[0]?.type as GraphQLInputType, known), fc.nat(), fc.nat({ max: 7 }))
  const [[value, turn, times] = [null, 0, 0]] = fc.sample(drawn, { seed, numRuns: 1 })
  // Half by an operator who may do everything; what one person has asked for another one may approve.
  const token = turn % 2 === 0 ? operator : others[turn % others.length]
  const once = () => hear(mutation, value, token ?? operator)
  return times === 0 ? Promise.all([once(), once()]) : [await once()]
}

function isNamed({ name, answer: { data, errors = [] } }: Heard): boolean {
  const codes = errors.map(({ extensions }) => extensions?.code)
  const isAnswered = codes.length > 0 || (data?.[name] ?? null) !== null
  return isAnswered && codes.every((code) => typeof code === 'string' && code !== MASKED.code)
}

/** Id of the payment, or of the refund, that a key has made; undefined where it made none. */
function paymentOf({ name, answer: { data } }: Heard): string | undefined {
  if (name === 'createPayment') return data?.createPayment?.payment?.id
  return name === 'refundPayment' ? data?.refundPayment?.refund?.id : undefined
}

const BOOKS = '{ trialBalance { difference { amount } } ledgerVerification { isSound faults { code about } } }'
const books = () => ask(stack.graphUrl, operator, BOOKS)

it('every mutation answers with data or a named refusal, a key makes one payment, and the books are sound', async () => {
  const known: KnownIds = new Map()
  const first = ['ada', 'bruno', 'chen'].flatMap((key) =>
    ['usr', 'led', 'acc'].map((kind) => namedId(kind, `demo/${key}`)),
  )
  learnIds(known, first)
  const seed = fc.readConfigureGlobal().seed ?? 0
  for (let round = 0; round < ROUNDS; round += 1) {
    const isKilled = KILLED_IN.includes(round)
    const answers = asked.map((mutation, index) => attack(mutation, known, seed + round * DRAWS_MAX + index))
    if (isKilled) process.kill(stack.services.get('payments')?.pid ?? 0, 'SIGKILL')
    for (const heard of await Promise.all(answers)) {
      expect(heard.filter((one) => !isNamed(one))).toEqual([])
      const payments = heard.flatMap((one) => paymentOf(one) ?? [])
      expect(new Set(payments).size, JSON.stringify(heard)).toBeLessThanOrEqual(1)
      for (const { answer } of heard) learnIds(known, answer.data)
    }
    if (isKilled) await until(async () => (await books()).errors === undefined)
  }
  const { data } = await books()
  expect(data.ledgerVerification).toEqual({ isSound: true, faults: [] })
  const differences = data.trialBalance.map(({ difference }: { difference: { amount: string } }) => difference.amount)
  expect(differences.filter((amount: string) => Number(amount) !== 0)).toEqual([])
})
