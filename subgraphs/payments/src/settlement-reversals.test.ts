// Two people take back what a cycle has settled, through the graph.

import { type Id, newId } from '@carriergraph/shared/ids.ts'
import { trialBalance } from '@carriergraph/shared/ledger/trial-balance.ts'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { settleCycle } from './settlement/settle.ts'
import { ADA, BRUNO, FRIDAY, setSettlementStage } from './settlement/settlement.fixture.ts'
import { type PaymentsGraph, runPayments } from './testing/payments-graph.ts'
import { expectSoundLedger } from './testing/sound-ledger.ts'

let graph: PaymentsGraph
beforeAll(async () => {
  graph = await runPayments()
  graph.clock.set(FRIDAY)
})
afterAll(async () => {
  await expectSoundLedger(graph.database)
  await graph[Symbol.asyncDispose]()
})

const PAYLOAD = `{ cycle { id state refusal { code account { id } }
  reversal { requestedBy requestedAt reason approvedBy approvedAt } } errors { code message field } }`
const REQUEST = `mutation ($id: ID!, $reason: String!) { payload: requestSettlementReversal(input: { id: $id, reason: $reason }) ${PAYLOAD} }`
const APPROVE = `mutation ($id: ID!) { payload: approveSettlementReversal(input: { id: $id }) ${PAYLOAD} }`
const REJECT = `mutation ($id: ID!) { payload: rejectSettlementReversal(input: { id: $id, reason: "It has." }) ${PAYLOAD} }`
const AGAIN = `mutation ($id: ID!, $reason: String!) { payload: settleCycleAgain(input: { id: $id, reason: $reason }) ${PAYLOAD} }`
const REASON = 'The bank has not moved it.'

/** A cycle of a tenant of its own in which `ada` has paid 60 cents to `bob`, and what people ask about it. */
async function settled() {
  const set = await setSettlementStage(graph.database)
  const { ada, bob, cycle: id } = await set.closedCycle()
  await settleCycle(set.options, id)
  const ask = async (subject: Id<'usr'>, query: string, variables: object = {}) => {
    const caller = { operator: true, tenant: set.tenant, subject } as const
    const { data, errors } = await graph.ask(caller, query, { id, reason: REASON, ...variables })
    expect(errors).toBeUndefined()
    return data.payload
  }
  const balances = async () => [await set.balance(ada), await set.balance(bob)]
  return { set, id, ada, bob, ask, balances }
}

it('takes back what was settled when one person asks for it and another one approves', async () => {
  const { set, id, ask, balances } = await settled()
  const reversal = { requestedBy: ADA, requestedAt: FRIDAY.toISOString(), reason: REASON }
  const waiting = { ...reversal, approvedBy: null, approvedAt: null }
  for (const _ of [1, 2])
    expect(await ask(ADA, REQUEST)).toEqual({
      cycle: { id, state: 'REVERSAL_REQUESTED', refusal: null, reversal: waiting },
      errors: [],
    })
  expect(await ask(ADA, APPROVE)).toEqual({
    cycle: null,
    errors: [{ code: 'SAME_PERSON', message: expect.any(String), field: ['id'] }],
  })
  const approved = { ...reversal, approvedBy: BRUNO, approvedAt: FRIDAY.toISOString() }
  const answer = { cycle: { id, state: 'REVERSED', refusal: null, reversal: approved }, errors: [] }
  for (const _ of [1, 2]) expect(await ask(BRUNO, APPROVE)).toEqual(answer)
  expect(await balances()).toEqual([100n, 0n])
  const difference = (await trialBalance(set.db)).reduce((sum, line) => sum + line.debitMinor - line.creditMinor, 0n)
  expect(difference).toBe(0n)
})

it('takes it back once, however many approve at the same moment', async () => {
  const { ask, balances } = await settled()
  await ask(ADA, REQUEST)
  const payloads = await Promise.all([BRUNO, BRUNO, newId('usr'), BRUNO].map((person) => ask(person, APPROVE)))
  const codes = payloads.flatMap(({ errors }) => errors.map(({ code }: { code: string }) => code))
  // Whichever of the two people came first, the other one found nothing to approve.
  expect(new Set(codes)).toEqual(new Set(['REVERSAL_NOT_REQUESTED']))
  for (const { cycle } of payloads) if (cycle !== null) expect(cycle.state).toBe('REVERSED')
  expect(await balances()).toEqual([100n, 0n])
})

it('says from whom nothing could be taken back, is settled as before, and may be asked for again', async () => {
  const { set, bob, ask, balances } = await settled()
  await set.move(bob, set.bank, 30n)
  await ask(ADA, REQUEST)
  expect(await ask(BRUNO, APPROVE)).toMatchObject({
    cycle: { state: 'SETTLED', refusal: { code: 'INSUFFICIENT_FUNDS', account: { id: bob } }, reversal: null },
    errors: [],
  })
  expect(await balances()).toEqual([40n, 30n])
  await set.move(set.bank, bob, 30n)
  await ask(ADA, REQUEST)
  expect(await ask(BRUNO, APPROVE)).toMatchObject({ cycle: { state: 'REVERSED', refusal: null }, errors: [] })
  expect(await balances()).toEqual([100n, 0n])
})

it('turned down, it is settled as before', async () => {
  const { ask, balances } = await settled()
  await ask(ADA, REQUEST)
  expect(await ask(BRUNO, REJECT)).toMatchObject({ cycle: { state: 'SETTLED', reversal: null }, errors: [] })
  expect(await ask(BRUNO, APPROVE)).toMatchObject({ cycle: null, errors: [{ code: 'REVERSAL_NOT_REQUESTED' }] })
  expect(await balances()).toEqual([40n, 60n])
})

it('is refused with the place of what is wrong, and for what is not settled', async () => {
  const { set, ask } = await settled()
  const open = await set.entered(await set.participant(0n), await set.participant(0n), 1n)
  const refused: [object, object][] = [
    [{ id: 'pay_x' }, { code: 'INVALID_ID', field: ['id'] }],
    [{ reason: '' }, { code: 'INVALID_REASON', field: ['reason'] }],
    [{ id: newId('cyc') }, { code: 'CYCLE_NOT_FOUND', field: ['id'] }],
    [{ id: open }, { code: 'CYCLE_STATE_WRONG', field: ['id'] }],
  ]
  for (const [variables, error] of refused)
    expect(await ask(ADA, REQUEST, variables)).toMatchObject({ cycle: null, errors: [error] })
})

it('settles again what was taken back', async () => {
  const { set, id, ask, balances } = await settled()
  expect(await ask(ADA, AGAIN, { reason: '' })).toMatchObject({ cycle: null, errors: [{ code: 'INVALID_REASON' }] })
  await ask(ADA, REQUEST)
  expect(await ask(ADA, AGAIN)).toMatchObject({ cycle: null, errors: [{ code: 'CYCLE_STATE_WRONG', field: ['id'] }] })
  await ask(BRUNO, APPROVE)
  for (const _ of [1, 2])
    expect(await ask(ADA, AGAIN)).toMatchObject({ cycle: { state: 'CLOSED', reversal: null }, errors: [] })
  await settleCycle(set.options, id)
  expect(await ask(ADA, AGAIN)).toMatchObject({ cycle: { state: 'SETTLED' }, errors: [] })
  expect(await balances()).toEqual([40n, 60n])
})
