// What is asked of many new names, which take long to compare: who waits for that, and who does not.

import { type Database, TENANT_POOL_MAX, type TenantDb } from '@carriergraph/shared/db/pools.ts'
import { type Id, newId } from '@carriergraph/shared/ids.ts'
import { money } from '@carriergraph/shared/money/money.ts'
import { OverloadError } from '@carriergraph/shared/overload-error.ts'
import { waitersOf } from '@carriergraph/shared/testing/lined.ts'
import { openPatiently } from '@carriergraph/shared/testing/patient-database.ts'
import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { assessRemittance } from '../remittances/assess-remittance.ts'
import { readRemittance } from '../remittances/request.ts'
import {
  demoUser,
  ENDLESS,
  PAYMENTS,
  paymentOf,
  type RiskStage,
  remittanceOf,
  START,
  setRiskStage,
} from '../testing/risk-stage.ts'
import { assessPayment } from './assess-payment.ts'

let stage: RiskStage
let patient: Database
let holder: Database
let db: TenantDb
beforeAll(async () => {
  stage = await setRiskStage()
  patient = openPatiently(stage.database.url)
  holder = openPatiently(stage.database.url)
  db = patient.forTenant('demo')
})
afterAll(async () => {
  await Promise.all([patient, holder].map((database) => database.close({ timeout_s: 0 })))
  await stage[Symbol.asyncDispose]()
})

const by = { actor: 'svc:payments', correlationId: 'names', now: START }
const [ada, bruno] = [demoUser('ada'), demoUser('bruno')]

function payTo(name: string | null, payerId: Id<'usr'>, patience = ENDLESS) {
  const counterparty =
    name === null ? null : { party: 'BENEFICIARY' as const, name, accountCountry: 'DE', bankCountry: null }
  const payment = { paymentId: newId('pay'), payerId, payeeId: null, counterparty, createdAt: START }
  return assessPayment(db, { ...payment, amount: money(2_000n, 'EUR') }, by, patience)
}

function sendTo(name: string, senderId: Id<'usr'>, patience = ENDLESS) {
  const remittance = readRemittance({
    ...remittanceOf(senderId, { beneficiary: { name, country: 'KE' } }),
    createdAt: START,
  })
  if (!remittance.ok) throw new Error(remittance.message)
  return assessRemittance(db, remittance.value, by, patience)
}

const of = ({ signal }: AbortController) => ({ names: signal, turn: ENDLESS.turn })

/** Nothing is compared while `meanwhile` runs. */
const heldUp = <T>(meanwhile: () => Promise<T>): Promise<T> =>
  holder.system.transaction(async (tx) => {
    await tx.execute(sql`lock table sanctions_key in access exclusive mode`)
    return meanwhile()
  })

const PATIENCE = { timeout: 120_000, interval: 20 }
const oneCompares = () => waitersOf(stage.database, 1, PATIENCE)

let names = 0
const newName = () => `Wanjiru Kamau ${'abcdefghij'[Math.floor(++names / 10) % 10]}x${'abcdefghij'[names % 10]}o`

it('waits for nobody whose names are new, where names were compared before, and takes one connection of the tenant', async () => {
  await Promise.all([payTo('Hans Huber', ada), payTo(null, bruno)])
  const { asked } = await heldUp(async () => {
    const asked = Array.from({ length: 2 * TENANT_POOL_MAX }, () => [payTo(newName(), bruno), sendTo(newName(), bruno)])
    await oneCompares()
    expect(await payTo('Hans Huber', ada)).toMatchObject({ ok: true })
    // Of the payer who asks for so much as well.
    expect(await payTo(null, bruno)).toMatchObject({ ok: true })
    await oneCompares()
    return { asked: asked.flat() }
  })
  for (const one of await Promise.all(asked)) expect(one).toMatchObject({ ok: true })
})

it('tells whoever has waited for long enough that it is too much, and keeps what is compared when they have left', async () => {
  const [first, second, third] = [newName(), newName(), newName()]
  await payTo(null, ada)
  await heldUp(async () => {
    const patience = new AbortController()
    const asked = [payTo(first, ada, of(patience)), sendTo(second, ada, of(patience))]
    await oneCompares()
    asked.push(payTo(third, ada, of(patience)))
    patience.abort()
    for (const one of asked) await expect(one).rejects.toThrow(OverloadError)
  })
  await payTo(newName(), ada)
  await heldUp(async () => {
    expect(await payTo(first, ada)).toMatchObject({ ok: true })
    const patience = new AbortController()
    const neverCompared = payTo(third, ada, of(patience))
    await oneCompares()
    patience.abort()
    await expect(neverCompared).rejects.toThrow(OverloadError)
  })
})

it('tells payments within the time that they have, as a refusal and not as silence', async () => {
  await heldUp(async () => {
    const counterparty = { party: 'BENEFICIARY', name: newName(), accountCountry: 'DE' }
    const payment = paymentOf(ada, { counterparty, answerWithinMs: 0 })
    const assess = 'mutation ($input: AssessPaymentInput!) { assessPayment(input: $input) { errors { code } } }'
    expect(await stage.ask(PAYMENTS, assess, { input: payment })).toMatchObject({
      data: { assessPayment: null },
      errors: [{ extensions: { code: 'OVERLOADED' } }],
    })
  })
})
