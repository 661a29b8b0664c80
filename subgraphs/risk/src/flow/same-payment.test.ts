// What several calls say of one payment: the first is kept, and another is only answered where it says the same.

import type { Database } from '@carriergraph/shared/db/pools.ts'
import { inTransaction } from '@carriergraph/shared/db/transaction.ts'
import { fromUuid } from '@carriergraph/shared/ids.ts'
import { waitersOf } from '@carriergraph/shared/testing/lined.ts'
import { openPatiently } from '@carriergraph/shared/testing/patient-database.ts'
import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { demoUser, ENDLESS, paymentOf, type RiskStage, START, setRiskStage } from '../testing/risk-stage.ts'
import { assessPayment } from './assess-payment.ts'
import { readPayment } from './read-payment.ts'

let stage: RiskStage
beforeAll(async () => {
  stage = await setRiskStage()
})
afterAll(() => stage[Symbol.asyncDispose]())

const ada = demoUser('ada')
const [bruno, chen] = [demoUser('bruno'), demoUser('chen')]
const holder = { party: 'BENEFICIARY', name: 'Wanjiru Kamau', accountCountry: 'DE', bankCountry: 'DE' }

it.each([
  ['payee', { payeeId: bruno }, { payeeId: chen }],
  ['payee, who is none', { payeeId: bruno }, { payeeId: null }],
  ['side at the bank', { counterparty: holder }, { counterparty: { ...holder, party: 'SENDER' } }],
  ['holder at the bank', { counterparty: holder }, { counterparty: { ...holder, name: 'Wanja Kamau' } }],
  ['country of the account', { counterparty: holder }, { counterparty: { ...holder, accountCountry: 'FR' } }],
  ['country of the bank', { counterparty: holder }, { counterparty: { ...holder, bankCountry: 'FR' } }],
  [
    'country of the bank, which is not known',
    { counterparty: holder },
    { counterparty: { ...holder, bankCountry: null } },
  ],
])('with another %s it is another payment', async (_, said, saidThen) => {
  const payment = paymentOf(ada, said)
  const { assessment } = await stage.assess(payment)
  expect(await stage.assess({ ...payment, ...saidThen })).toEqual({
    assessment: null,
    errors: [{ code: 'PAYMENT_MISMATCH', field: null }],
  })
  expect((await stage.assess(payment)).assessment.id).toBe(assessment.id)
})

it('a name is the same with blanks around it, and is kept without', async () => {
  const payment = paymentOf(ada, { counterparty: { ...holder, name: '  Ostin Karim Veldrox ' } })
  const { assessment } = await stage.assess(payment)
  expect(assessment.compliance.screeningHits).toMatchObject([{ screenedName: 'Ostin Karim Veldrox', isExact: true }])
  const again = await stage.assess({ ...payment, counterparty: { ...holder, name: 'Ostin Karim Veldrox' } })
  expect(again).toMatchObject({ assessment: { id: assessment.id }, errors: [] })
})

it('who pays to themselves is screened once, as the payer', async () => {
  const { id } = (await stage.register({ displayName: 'Ostin Karim Veldrox' })).user
  const { assessment } = await stage.assess(paymentOf(id, { payeeId: id }))
  expect(assessment.compliance.screeningHits).toMatchObject([{ party: 'SENDER', entryId: 'demo-1' }])
})

it('of two processes that assess it at once, what the second has found is not stored', async () => {
  const counterparty = { ...holder, name: 'Bank of Upper Zandria' }
  // Of a payer who is not registered there is no row to lock.
  const read = readPayment({ ...paymentOf(demoUser('nobody'), { counterparty }), createdAt: START })
  if (!read.ok) throw new Error(read.message)
  const processes = [openPatiently(stage.database.url), openPatiently(stage.database.url)]
  const by = { actor: 'svc:payments', correlationId: 'twice', now: START }
  const { started } = await inTransaction(stage.db, async (tx) => {
    // Both read that there is none yet, and wait to write.
    await tx.execute(sql`lock table risk_assessment in share row exclusive mode`)
    const assess = (database: Database) => assessPayment(database.forTenant('demo'), read.value, by, ENDLESS)
    const both = processes.map(assess)
    await waitersOf(stage.database, 2)
    return { started: both }
  })
  const [one, other] = (await Promise.all(started)).map((answer) => answer.ok && answer.value.id)
  expect(one).toBe(other)
  const hits = await stage.database.system.execute<{ assessment: string }>(
    sql`select assessment_id as assessment from payment_screening_hit where screened_name = ${counterparty.name}`,
  )
  expect(hits.map(({ assessment }) => fromUuid('asm', assessment))).toEqual([one])
  await Promise.all(processes.map((database) => database.close({ timeout_s: 1 })))
})
