// Remittances to accounts outside of the countries with IBANs, as a bank's file has them.

import { newId } from '@carriergraph/shared/ids.ts'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { findInstruction } from '../db/rail-instructions.ts'
import { checkInstruction, WRITTEN_MESSAGES } from '../rails/iso20022/check-instruction.ts'
import { outcomeOf } from '../rails/iso20022/messages.fixture.ts'
import { writePaymentFile } from '../rails/iso20022/write.ts'
import { type RemittanceStage, requestOf, setRemittanceStage } from '../testing/remittance-stage.ts'
import { deliveryId } from './instruction.ts'

let stage: RemittanceStage
beforeAll(async () => {
  stage = await setRemittanceStage()
})
afterAll(() => stage[Symbol.asyncDispose]())

/** Checks as the bank's rail does, in place of the sandbox that carries anything. */
const strict = () => ({
  ...stage.outlet,
  check: async (...[, , instruction]: Parameters<typeof stage.outlet.check>) => {
    const checked = checkInstruction(instruction, 'pain.001.001.09')
    return checked.ok ? { ok: true as const, value: undefined } : checked
  },
})

async function send(beneficiary: ReturnType<typeof requestOf>['order']['beneficiary']) {
  const purse = await stage.purseWith(200_000n)
  const quote = await stage.quoteFor(purse, { source: 'EUR', target: 'USD', debited: 100_000n })
  const request = requestOf(purse, quote.id, { beneficiary, message: null })
  return stage.flow({ outlet: strict() }).create(stage.books, request)
}

const NUMBER = { name: 'Ada Lovelace', country: 'US', account: '000123456789' }

test.each([
  ['a BIC', { bic: 'CHASUS33', clearingMember: null }, '<BICFI>CHASUS33</BICFI>'],
  [
    'a member of a clearing system',
    { bic: null, clearingMember: 'USABA/021000021' as const },
    '<ClrSysMmbId><ClrSysId><Cd>USABA</Cd></ClrSysId><MmbId>021000021</MmbId></ClrSysMmbId>',
  ],
])('one with %s is stored, sent and written as it was asked for', async (_, bank, written) => {
  const answer = await send({ ...NUMBER, ...bank })
  if (!answer.ok) throw new Error(answer.code)
  expect(answer.value).toMatchObject({ status: 'SENDING', beneficiary: { ...NUMBER, ...bank } })
  const tracked = await findInstruction(stage.books.db, deliveryId(answer.value.id))
  if (tracked === undefined) throw new Error('It was not sent.')
  const debtor = { ...tracked.instruction.debtor, agent: 'COBADEFFXXX' }
  for (const message of WRITTEN_MESSAGES) {
    const file = writePaymentFile({
      id: newId('rfl'),
      message,
      createdAt: stage.clock(),
      initiatingParty: 'Carrier One',
      instructions: [{ ...tracked.instruction, debtor }],
    })
    expect(file).toContain(written)
    for (const said of ['<ChrgBr>DEBT</ChrgBr>', '<UltmtDbtr><Nm>Ada Byron</Nm></UltmtDbtr>', '<Purp>'])
      expect(file).toContain(said)
    expect(file).toContain('<Othr><Id>000123456789</Id><SchmeNm><Cd>BBAN</Cd></SchmeNm></Othr>')
    expect(await outcomeOf(file)).toMatchObject({ ok: true, value: { content: { transactions: 1 } } })
  }
})
