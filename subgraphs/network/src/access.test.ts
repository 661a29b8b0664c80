// Who may ask for which field: every field that the schema guards, and every kind of caller.

import { newId } from '@carriergraph/shared/ids.ts'
import type { Caller } from '@carriergraph/shared/testing/running-subgraph.ts'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ADA, BRUNO, type NetworkStage, OPERATOR, second, setNetworkStage } from './testing/network-stage.ts'

const SLA = '{ latencyMsMax: 1 }'
/** A customer of whom the network knows nothing. */
const STRANGER = newId('usr')

let stage: NetworkStage
/** Ada's. */
let sliceId: string
beforeAll(async () => {
  stage = await setNetworkStage()
  sliceId = await stage.slice({ ownerId: ADA })
})
afterAll(() => stage[Symbol.asyncDispose]())

type Answer = 'UNAUTHENTICATED' | 'FORBIDDEN' | 'answered'

async function answerTo(caller: Caller, query: string): Promise<Answer> {
  const { errors } = await stage.ask(caller, query)
  const codes = [...new Set(errors?.map(({ extensions }) => extensions.code))]
  expect(codes.length).toBeLessThanOrEqual(1)
  return (codes[0] ?? 'answered') as Answer
}

const ownSlices = (owner: string) =>
  `{ _entities(representations: [{ __typename: "User", id: "${owner}" }]) { ... on User { slices { nodes { id } } } } }`

/** Field, operation, the scope that it needs, and what a customer and a service with all scopes get. */
const FIELDS: [string, () => string, string, Answer, Answer][] = [
  ['site', () => `{ site(id: "${newId('ste')}") { id } }`, 'network:read', 'answered', 'answered'],
  ['sites', () => '{ sites { nodes { id } } }', 'network:read', 'answered', 'answered'],
  ['slice of their own', () => `{ slice(id: "${sliceId}") { id } }`, 'network:read', 'answered', 'answered'],
  ['slices', () => '{ slices { nodes { id } } }', 'network:read', 'answered', 'answered'],
  ['slaViolations', () => '{ slaViolations { nodes { id } } }', 'network:read', 'answered', 'answered'],
  ['User.slices of their own', () => ownSlices(ADA), 'network:read', 'answered', 'answered'],
  ['User.slices of somebody else', () => ownSlices(BRUNO), 'network:read', 'FORBIDDEN', 'answered'],
  ['User.slices of a stranger', () => ownSlices(STRANGER), 'network:read', 'FORBIDDEN', 'answered'],
  [
    'createSlice',
    () =>
      `mutation { createSlice(input: { idempotencyKey: "a", ownerId: "${ADA}", name: "n", serviceType: EMBB, sla: ${SLA} }) { errors { code } } }`,
    'network:write',
    'FORBIDDEN',
    'FORBIDDEN',
  ],
  [
    'recordKpiSamples',
    () =>
      `mutation { recordKpiSamples(input: { sliceId: "${sliceId}", samples: [{ observedAt: "${second(0)}", latencyMs: 1 }] }) { errors { code } } }`,
    'network:write',
    'FORBIDDEN',
    'answered',
  ],
  [
    'reportLinkStatus',
    () => `mutation { reportLinkStatus(input: { linkId: "${newId('lnk')}", status: UP }) { errors { code } } }`,
    'network:write',
    'FORBIDDEN',
    'answered',
  ],
]

describe.each(FIELDS)('%s', (_, query, scope, customers, services) => {
  const otherScopes = ['network:read', 'network:write', 'billing:read', 'billing:write']
    .filter((other) => other !== scope)
    .join(' ')

  it('is for nobody without a token', async () => {
    expect(await answerTo(null, query())).toBe('UNAUTHENTICATED')
  })

  it(`needs the scope ${scope}, whoever asks`, async () => {
    expect(await answerTo({ operator: true, scopes: otherScopes }, query())).toBe('FORBIDDEN')
    expect(await answerTo({ customer: ADA, scopes: otherScopes }, query())).toBe('FORBIDDEN')
    expect(await answerTo({ operator: true, scopes: scope }, query())).toBe('answered')
  })

  it(`is ${customers} for a customer, ${services} for a service`, async () => {
    expect(await answerTo({ customer: ADA }, query())).toBe(customers)
    expect(await answerTo({ service: 'billing' }, query())).toBe(services)
    expect(await answerTo(OPERATOR, query())).toBe('answered')
  })
})

it('keeps a slice from every customer but its owner', async () => {
  const query = `{ slice(id: "${sliceId}") { id } }`
  for (const customer of [BRUNO, STRANGER]) expect(await answerTo({ customer }, query)).toBe('FORBIDDEN')
})
