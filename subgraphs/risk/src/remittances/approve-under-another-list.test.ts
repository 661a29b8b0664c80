// Remittances that were held under one sanctions list, and are approved under another.

import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { decisionsOn, hear } from '../testing/reviews.ts'
import { dataOf, OPERATOR, type RiskStage, remittanceOf, setRiskStage } from '../testing/risk-stage.ts'
import { bringIntoForce } from '../testing/sanctions-lists.ts'

let stage: RiskStage
beforeAll(async () => {
  stage = await setRiskStage()
})
afterAll(() => stage[Symbol.asyncDispose]())

let lists = 0
/** A list that there was not, of these names and one that nobody has. */
const listed = (...names: string[]) => bringIntoForce(stage.db, ...names, `Umbriel Tascott the ${++lists}th`)
beforeEach(() => listed())

const SHOWN = `assessment { decision reasons { code } screeningHits { entryId isExact }
  screenings { decision reasons { code } sanctionsListDigest screeningHits { entryId } } }`
const decide = decisionsOn(() => stage, `remittanceReview { status ${SHOWN} } errors { code field }`)

/** One that waits for the country that it goes to. */
async function waiting(name: string): Promise<string> {
  const remittance = remittanceOf(await stage.verifiedUser(), { beneficiary: { name, country: 'MM' } })
  const { remittanceId, senderId } = remittance
  const { reasons } = (await stage.assessRemittance(remittance)).assessment
  expect(reasons).toMatchObject([{ code: 'COUNTRY_HIGH_RISK' }])
  await hear(stage, 'remittance.held_for_review', remittanceId, { remittanceId, senderId })
  return remittanceId
}

async function shown(remittanceId: string) {
  const query = `query ($remittances: [_Any!]!) { _entities(representations: $remittances) { ... on Remittance {
    review { status ${SHOWN} } } } }`
  const remittances = [{ __typename: 'Remittance', id: remittanceId }]
  return dataOf(await stage.ask(OPERATOR, query, { remittances }))._entities[0].review
}

const CHANGED = { remittanceReview: null, errors: [{ code: 'SCREENING_CHANGED', field: ['decision'] }] }
const approval = (remittanceId: string) => ({ remittanceId, decision: 'APPROVE' })

it('one that goes to a name like one on the new list is approved by who has seen it, beside what was found before', async () => {
  const remittanceId = await waiting('Corentin Abelard')
  await listed('Corentin Abbelard')
  expect(await decide(approval(remittanceId))).toEqual(CHANGED)
  expect(await shown(remittanceId)).toMatchObject({
    status: 'OPEN',
    assessment: {
      reasons: [{ code: 'SANCTIONS_POSSIBLE_MATCH' }, { code: 'COUNTRY_HIGH_RISK' }],
      screeningHits: [{ entryId: 'corentin abbelard', isExact: false }],
      screenings: [
        { reasons: [{ code: 'SANCTIONS_POSSIBLE_MATCH' }, { code: 'COUNTRY_HIGH_RISK' }] },
        { reasons: [{ code: 'COUNTRY_HIGH_RISK' }], screeningHits: [] },
      ],
    },
  })
  expect(await decide(approval(remittanceId))).toMatchObject({ remittanceReview: { status: 'APPROVED' }, errors: [] })
})

it('one that goes to the very name on the new list is approved by nobody, and may be declined', async () => {
  const remittanceId = await waiting('Corentin Abbelard')
  await listed('Corentin Abbelard')
  expect(await decide(approval(remittanceId))).toEqual(CHANGED)
  const declined = { remittanceReview: null, errors: [{ code: 'COMPLIANCE_DECLINES', field: ['decision'] }] }
  expect(await decide(approval(remittanceId))).toEqual(declined)
  expect(await decide({ remittanceId, decision: 'DECLINE' })).toMatchObject({
    remittanceReview: { status: 'DECLINED' },
    errors: [],
  })
})

it('one that nothing is found of is approved at once, and what was screened is kept', async () => {
  const remittanceId = await waiting('Wanjiru Kamau')
  await listed()
  const { assessment, status } = (await decide(approval(remittanceId))).remittanceReview
  expect({ status, reasons: assessment.reasons }).toEqual({
    status: 'APPROVED',
    reasons: [{ code: 'COUNTRY_HIGH_RISK' }],
  })
  const digests = assessment.screenings.map((one: { sanctionsListDigest: string }) => one.sanctionsListDigest)
  expect(new Set(digests).size).toBe(2)
})

it('one that is declined is not screened again', async () => {
  const remittanceId = await waiting('Corentin Abbelard')
  await listed('Corentin Abbelard')
  expect(await decide({ remittanceId, decision: 'DECLINE' })).toMatchObject({
    remittanceReview: { status: 'DECLINED', assessment: { screenings: [{ decision: 'REVIEW', screeningHits: [] }] } },
    errors: [],
  })
})
