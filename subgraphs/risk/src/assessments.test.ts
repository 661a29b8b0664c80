// Reading assessments: by id, of payments, and as other subgraphs refer to them.

import { newId } from '@carriergraph/shared/ids.ts'
import { Decimal } from '@carriergraph/shared/money/decimal.ts'
import { readSdl } from '@carriergraph/shared/service/sdl.ts'
import { countStatements } from '@carriergraph/shared/testing/statements.ts'
import { sql } from 'drizzle-orm'
import { print } from 'graphql'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { assess } from './domain/assess.ts'
import { risk } from './service.ts'
import { dataOf, demoUser, OPERATOR, paymentOf, type RiskStage, setRiskStage } from './testing/risk-stage.ts'

let stage: RiskStage
beforeAll(async () => {
  stage = await setRiskStage()
})
afterAll(() => stage[Symbol.asyncDispose]())

const data = async (query: string, variables: Record<string, unknown>) =>
  dataOf(await stage.ask(OPERATOR, query, variables))

const PAYERS = ['ada', 'bruno', 'dana', 'olga'].map(demoUser)

/** A payment of one of the four in turn, so that none of them pays conspicuously often; and its assessment. */
async function assessed(n: number) {
  const payment = paymentOf(PAYERS[n % PAYERS.length] ?? '')
  const { id } = (await stage.assess(payment)).assessment
  return { id, decision: 'APPROVE', payment: { id: payment.paymentId }, user: { id: payment.payerId } }
}

const FIELDS = 'id decision payment { id } user { id }'

describe('an assessment', () => {
  it('is found by its id, with its payment and its payer', async () => {
    const one = await assessed(0)
    const query = `query ($id: ID!) { riskAssessment(id: $id) { ${FIELDS} } }`
    expect(await data(query, { id: one.id })).toEqual({ riskAssessment: one })
    expect(await data(query, { id: newId('asm') })).toEqual({ riskAssessment: null })
  })

  it('is found by the references of other subgraphs', async () => {
    const both = await Promise.all([0, 1].map(assessed))
    const query = `query ($refs: [_Any!]!) { _entities(representations: $refs) { ... on RiskAssessment { ${FIELDS} } } }`
    const refs = both.map(({ id }) => ({ __typename: 'RiskAssessment', id }))
    expect(await data(query, { refs })).toEqual({ _entities: both })
  })

  it('of fifty payments costs as many statements as of one', async () => {
    const all = await Promise.all(Array.from({ length: 50 }, (_, n) => assessed(n)))
    const query = `query ($refs: [_Any!]!) { _entities(representations: $refs) {
      ... on Payment { id assessment { ${FIELDS} } }
    } }`
    const refs = all.map(({ payment }) => ({ __typename: 'Payment', ...payment }))
    const cost = (count: number) =>
      countStatements([stage.database.url], () => data(query, { refs: refs.slice(0, count) }))
    expect(await cost(1)).toBe(2)
    expect(await cost(50)).toBe(2)
    const { _entities: found } = await data(query, { refs })
    expect(found).toEqual(all.map((one) => ({ id: one.payment.id, assessment: one })))
  })

  it('has hits of the rule that the SDL gives as an example', () => {
    const example = /Stable name of the rule: `(.+)`/.exec(print(readSdl(risk.sdlFolder)))?.[1]
    const busy = { paymentsNearby: 20, earlierPayments: 0, averageEuro: null }
    const { ruleHits } = assess({ amountEuro: new Decimal(1), kycStatus: 'VERIFIED', ...busy })
    expect(ruleHits.map(({ rule }) => rule)).toEqual([example])
  })

  it('cannot be rewritten', async () => {
    await assessed(0)
    const rewriting = stage.db.execute(sql`update risk_assessment set score = 0`)
    await expect(rewriting).rejects.toMatchObject({ cause: { message: expect.stringContaining('append-only') } })
  })
})
