// Remittances to IBANs over pacs.008, which has to name the banks of both sides.

import { newId } from '@carriergraph/shared/ids.ts'
import { ok } from '@carriergraph/shared/outcome.ts'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { findInstruction } from '../db/rail-instructions.ts'
import { checkInstruction } from '../rails/iso20022/check-instruction.ts'
import { outcomeOf } from '../rails/iso20022/messages.fixture.ts'
import { writePaymentFile } from '../rails/iso20022/write.ts'
import { railsConfig } from '../rails/settings.ts'
import { type RemittanceStage, requestOf, setRemittanceStage } from '../testing/remittance-stage.ts'
import { readBeneficiary } from './beneficiary.ts'
import { deliveryId } from './instruction.ts'

const MESSAGE = 'pacs.008.001.08'
const OPERATOR = { RAIL_OPERATOR_IBAN: 'DE89370400440532013000', RAIL_OPERATOR_BIC: 'COBADEFFXXX' }

let stage: RemittanceStage
beforeAll(async () => {
  stage = await setRemittanceStage()
})
afterAll(() => stage[Symbol.asyncDispose]())

/** Sends dollars to Ada's IBAN, over a rail that checks as the bank's does. */
async function send(bic: string | null) {
  const read = readBeneficiary({
    name: 'Ada Lovelace',
    country: 'FR',
    iban: 'FR1420041010050500013M02606',
    accountNumber: null,
    bic,
    clearingMember: null,
  })
  if (!read.ok) throw new Error(read.code)
  const purse = await stage.purseWith(200_000n)
  const quote = await stage.quoteFor(purse, { source: 'EUR', target: 'USD', debited: 100_000n })
  const outlet = {
    ...stage.outlet,
    config: railsConfig(OPERATOR),
    check: async (...[, , instruction]: Parameters<typeof stage.outlet.check>) => {
      const checked = checkInstruction(instruction, MESSAGE)
      return checked.ok ? ok(undefined) : checked
    },
  }
  return stage.flow({ outlet }).create(stage.books, requestOf(purse, quote.id, { beneficiary: read.value }))
}

test('an IBAN with its BIC is sent, and the message names the bank', async () => {
  const answer = await send('PSSTFRPPPAR')
  if (!answer.ok) throw new Error(answer.code)
  expect(answer.value).toMatchObject({ status: 'SENDING', beneficiary: { bic: 'PSSTFRPPPAR' } })
  const tracked = await findInstruction(stage.books.db, deliveryId(answer.value.id))
  const file = writePaymentFile({
    id: newId('rfl'),
    message: MESSAGE,
    createdAt: stage.clock(),
    initiatingParty: 'Carrier One',
    instructions: tracked === undefined ? [] : [tracked.instruction],
  })
  const [, creditor = ''] = file.split('<CdtrAgt>')
  expect(creditor).toContain('<BICFI>PSSTFRPPPAR</BICFI>')
  expect(creditor).toContain('<IBAN>FR1420041010050500013M02606</IBAN>')
  expect(await outcomeOf(file)).toMatchObject({ ok: true, value: { content: { transactions: 1 } } })
})

test('without a BIC it is refused where one is missing', async () => {
  expect(await send(null)).toMatchObject({ ok: false, code: 'NOT_CARRIED_BY_RAIL', field: ['beneficiary', 'bic'] })
})
