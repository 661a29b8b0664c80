import { isId, newId } from '@carriergraph/shared/ids.ts'
import { money } from '@carriergraph/shared/money/money.ts'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { PURPOSES } from '../../remittance/purpose.ts'
import { endToEndId, type Instruction, instructionId } from '../instruction.ts'
import { instruction, NOON } from '../rails.fixture.ts'
import type { WrittenMessage } from './check-instruction.ts'
import { outcomeOf } from './messages.fixture.ts'
import { schemaFaults, schemaText } from './schemas.fixture.ts'
import { type PaymentFile, paymentInformationOf, uetrOf, writePaymentFile } from './write.ts'

const MESSAGES = ['pain.001.001.09', 'pacs.008.001.08'] as const

const file = (message: WrittenMessage, instructions: readonly Instruction[]): PaymentFile => ({
  id: 'rfl_01kbk2se4ce8rvvx8p8ab1zzzz',
  message,
  createdAt: NOON,
  initiatingParty: 'Carrier One',
  instructions,
})

test('a customer’s message is this, to the byte', () => {
  const first = instruction({ reference: 'pay_1', id: instructionId('pay_1', 'out') })
  const second = instruction({
    reference: 'pay_2',
    amount: money(5n, 'EUR'),
    remittance: undefined,
    creditor: { name: 'Groß & Söhne', account: first.creditor.account, agent: undefined },
  })
  const [one, two] = [first, second].map(({ id }) => endToEndId(id))
  expect(writePaymentFile(file('pain.001.001.09', [first, second])).split('\n')).toEqual([
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.001.001.09"><CstmrCdtTrfInitn><GrpHdr><MsgId>rfl-01kbk2se4ce8rvvx8p8ab1zzzz</MsgId><CreDtTm>2026-11-20T12:00:00Z</CreDtTm><NbOfTxs>2</NbOfTxs><CtrlSum>123.50</CtrlSum><InitgPty><Nm>Carrier One</Nm></InitgPty></GrpHdr>',
    '<PmtInf><PmtInfId>rfl-01kbk2se4ce8rvvx8p8ab1zzzz-1</PmtInfId><PmtMtd>TRF</PmtMtd><BtchBookg>false</BtchBookg><NbOfTxs>2</NbOfTxs><CtrlSum>123.50</CtrlSum><PmtTpInf><SvcLvl><Cd>SEPA</Cd></SvcLvl></PmtTpInf><ReqdExctnDt><Dt>2026-11-23</Dt></ReqdExctnDt><Dbtr><Nm>Carrier One GmbH</Nm></Dbtr><DbtrAcct><Id><IBAN>DE89370400440532013000</IBAN></Id></DbtrAcct><DbtrAgt><FinInstnId><BICFI>COBADEFFXXX</BICFI></FinInstnId></DbtrAgt><ChrgBr>SLEV</ChrgBr>',
    ...[
      `<CdtTrfTxInf><PmtId><InstrId>${one}</InstrId><EndToEndId>${one}</EndToEndId></PmtId><Amt><InstdAmt Ccy="EUR">123.45</InstdAmt></Amt><CdtrAgt><FinInstnId><BICFI>PSSTFRPPPAR</BICFI></FinInstnId></CdtrAgt><Cdtr><Nm>Ada Lovelace</Nm></Cdtr><CdtrAcct><Id><IBAN>FR1420041010050500013M02606</IBAN></Id></CdtrAcct><RmtInf><Ustrd>Invoice 7</Ustrd></RmtInf></CdtTrfTxInf>`,
      `<CdtTrfTxInf><PmtId><InstrId>${two}</InstrId><EndToEndId>${two}</EndToEndId></PmtId><Amt><InstdAmt Ccy="EUR">0.05</InstdAmt></Amt><Cdtr><Nm>Gross + Sohne</Nm></Cdtr><CdtrAcct><Id><IBAN>FR1420041010050500013M02606</IBAN></Id></CdtrAcct></CdtTrfTxInf>`,
    ]
      .toSorted()
      .map((line, index) => (index === 1 ? `${line}</PmtInf></CstmrCdtTrfInitn></Document>` : line)),
    '',
  ])
})

test.each([
  ['CHASUS33', '<BICFI>CHASUS33</BICFI>'],
  ['USABA/021000021', '<ClrSysMmbId><ClrSysId><Cd>USABA</Cd></ClrSysId><MmbId>021000021</MmbId></ClrSysMmbId>'],
])('an account number is written as such, with its bank, %s', (agent, bank) => {
  const creditor = { name: 'Ada Lovelace', account: '000123456789', agent }
  for (const message of MESSAGES) {
    const written = writePaymentFile(file(message, [instruction({ amount: money(5n, 'USD'), creditor })]))
    expect(written).toContain(
      `<CdtrAgt><FinInstnId>${bank}</FinInstnId></CdtrAgt><Cdtr><Nm>Ada Lovelace</Nm></Cdtr><CdtrAcct><Id><Othr><Id>000123456789</Id><SchmeNm><Cd>BBAN</Cd></SchmeNm></Othr></Id></CdtrAcct>`,
    )
    expect(written).not.toContain('SEPA')
  }
})

test.each([
  ['EUR', 'RENT', 'SLEV', '<Purp><Cd>RENT</Cd></Purp>'],
  ['EUR', 'TRAVEL', 'SLEV', ''],
  ['USD', 'RENT', 'DEBT', '<Purp><Cd>RENT</Cd></Purp>'],
  ['USD', 'TRAVEL', 'DEBT', '<Purp><Prtry>TRAVEL</Prtry></Purp>'],
] as const)(
  'what is passed on in %s for %s costs its creditor nothing beyond the rules of SEPA, and says whose it is',
  (currency, purpose, bearer, said) => {
    const passedOn = instruction({ amount: money(5n, currency), onBehalfOf: { name: 'Nia Größe', purpose } })
    for (const message of MESSAGES) {
      const written = writePaymentFile(file(message, [passedOn]))
      expect(written).toContain(`<ChrgBr>${bearer}</ChrgBr>`)
      expect(written).toContain('<UltmtDbtr><Nm>Nia Grosse</Nm></UltmtDbtr>')
      expect(written).toContain(`</CdtrAcct>${said}<RmtInf>`)
    }
  },
)

test('a name that banks cannot carry is left out, and what is passed on goes apart from what the operator pays', () => {
  const amount = money(5n, 'USD')
  const passedOn = instruction({ amount, onBehalfOf: { name: '山田', purpose: 'GIFT' } })
  const written = writePaymentFile(file('pain.001.001.09', [passedOn, instruction({ amount })]))
  expect(written).not.toContain('UltmtDbtr')
  expect([...written.matchAll(/<ChrgBr>(.*?)</g)].map(([, bearer]) => bearer).sort()).toEqual(['DEBT', 'SHAR'])
})

test('an interbank message says its total, its day and the banks', () => {
  const order = instruction()
  const written = writePaymentFile(file('pacs.008.001.08', [order]))
  expect(written).toContain(
    '<NbOfTxs>1</NbOfTxs><TtlIntrBkSttlmAmt Ccy="EUR">123.45</TtlIntrBkSttlmAmt><IntrBkSttlmDt>2026-11-23</IntrBkSttlmDt><SttlmInf><SttlmMtd>CLRG</SttlmMtd></SttlmInf></GrpHdr>',
  )
  expect(written).toContain(`<UETR>${uetrOf(order.id)}</UETR>`)
  expect(written).toContain('<DbtrAgt><FinInstnId><BICFI>COBADEFFXXX</BICFI></FinInstnId></DbtrAgt><CdtrAgt>')
})

test.each([
  ['JPY', 1_500n, '1500'],
  ['USD', 5n, '0.05'],
  ['KWD', 1_005n, '1.005'],
] as const)('amounts have the digits of %s', (currency, minor, text) => {
  const written = writePaymentFile(file('pain.001.001.09', [instruction({ amount: money(minor, currency) })]))
  expect(written).toContain(`<InstdAmt Ccy="${currency}">${text}</InstdAmt>`)
  expect(written).toContain(`<CtrlSum>${text}</CtrlSum>`)
  expect(written).toContain('<ChrgBr>SHAR</ChrgBr>')
  expect(written).not.toContain('SEPA')
})

const IBANS = [
  'DE89370400440532013000',
  'FR1420041010050500013M02606',
  'NL91ABNA0417164300',
  'TR330006100519786457841326',
]
const party = fc.record({
  name: fc.string({ unit: fc.constantFrom(...'abcäß&é -'), minLength: 1, maxLength: 30 }).map((name) => `x${name}`),
  account: fc.constantFrom(...IBANS),
  agent: fc.constantFrom('COBADEFFXXX', 'PSSTFRPPPAR', 'ABNANL2A'),
})
const partyByNumber = fc.record({
  name: fc.constant('Ada Lovelace'),
  account: fc.string({ unit: fc.constantFrom(...'aZ09 /-'), maxLength: 32 }).map((middle) => `0${middle}9`),
  agent: fc.constantFrom('CHASUS33', 'USABA/021000021', 'CNAPS/102100099996', 'INFSC/SBIN0000300'),
})
const order: fc.Arbitrary<Instruction> = fc
  .record({
    reference: fc.uuid().map((uuid) => `pay_${uuid}`),
    minor: fc.bigInt(1n, 99_999_999_999n),
    debtor: party,
    creditor: fc.oneof(party, partyByNumber),
    remittance: fc.option(fc.string({ unit: fc.constantFrom(..."aZ0/-?:().,'+ &<é"), maxLength: 100 }), {
      nil: undefined,
    }),
    onBehalfOf: fc.option(
      fc.record({ name: fc.constantFrom(null, 'Nia Größe', '山田'), purpose: fc.constantFrom(...PURPOSES) }),
      { nil: undefined },
    ),
    executionDate: fc.constantFrom('2026-11-23', '2026-11-24'),
  })
  .filter(({ remittance }) => !remittance?.includes('<'))
  .map(({ minor, ...rest }) => instruction({ ...rest, amount: money(minor, 'EUR') }))
const orders = fc.uniqueArray(order, { selector: ({ id }) => id, minLength: 1, maxLength: 20 })

test.each(MESSAGES)(
  '%s is the same in whatever order instructions come, and is read back as it was',
  async (message) => {
    await fc.assert(
      fc.asyncProperty(orders, async (many) => {
        const same =
          message === 'pacs.008.001.08' ? many.map((each) => ({ ...each, executionDate: '2026-11-23' })) : many
        const written = writePaymentFile(file(message, same))
        expect(writePaymentFile(file(message, same.toReversed()))).toBe(written)
        const read = await outcomeOf(written)
        const total = same.reduce((sum, { amount }) => sum + amount.minor, 0n)
        const digits = total.toString().padStart(3, '0')
        expect(read).toMatchObject({
          ok: true,
          value: {
            message,
            content: {
              transactions: same.length,
              controlSum: `${digits.slice(0, -2)}.${digits.slice(-2)}`,
              messageId: 'rfl-01kbk2se4ce8rvvx8p8ab1zzzz',
            },
          },
        })
        for (const { id } of same) expect(written).toContain(`<EndToEndId>${endToEndId(id)}</EndToEndId>`)
      }),
      { numRuns: 60 },
    )
  },
)

test.for(MESSAGES)('%s is what ISO’s schema says', async (message, { skip }) => {
  const schema = schemaText(message)
  if (schema === undefined) return skip('The schemas of ISO are not in this repository: set ISO20022_SCHEMAS.')
  const many = fc.sample(orders, { numRuns: 12, seed: 7 }).flat()
  const same = many.map((each) => ({
    ...each,
    executionDate: message === 'pacs.008.001.08' ? '2026-11-23' : each.executionDate,
  }))
  const bare = instruction({ remittance: undefined, debtor: { ...instruction().debtor, agent: undefined } })
  for (const batch of [same, [instruction()], message === 'pain.001.001.09' ? [bare] : [instruction()]])
    expect(await schemaFaults(writePaymentFile(file(message, batch)), schema)).toEqual([])
  const broken = writePaymentFile(file(message, same)).replace('<ChrgBr>', '<ChrgBr>X')
  expect(await schemaFaults(broken, schema)).not.toEqual([])
})

test('transfers of one account on one day under one set of rules are together', () => {
  const base = instruction()
  const many = [
    base,
    instruction(),
    instruction({ executionDate: '2026-11-24' }),
    instruction({ debtor: { ...base.debtor, account: 'NL91ABNA0417164300' } }),
    instruction({ creditor: { ...base.creditor, account: 'TR330006100519786457841326' } }),
  ]
  const groups = paymentInformationOf({ id: newId('rfl'), instructions: many })
  expect(groups.map(({ instructions }) => instructions.length).toSorted()).toEqual([1, 1, 1, 2])
  expect(new Set(groups.map(({ id }) => id)).size).toBe(4)
  for (const { id } of groups) expect(id.length).toBeLessThanOrEqual(35)
})

test('what should have been refused before is not written', () => {
  const bad = instruction({ debtor: { name: 'x', account: 'DE1', agent: undefined } })
  expect(() => writePaymentFile(file('pain.001.001.09', [bad]))).toThrow('IBAN_INVALID debtor.account')
  const mixed = [instruction(), instruction({ amount: money(1n, 'USD') })]
  expect(() => writePaymentFile(file('pain.001.001.09', mixed))).toThrow('one currency')
})

test('the reference of the whole way is a uuid v4 that follows from the instruction', () => {
  fc.assert(
    fc.property(fc.uuid(), (uuid) => {
      const id = instructionId(`pay_${uuid}`, 'out')
      expect(isId('ins', id)).toBe(true)
      expect(uetrOf(id)).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
      expect(uetrOf(id)).toBe(uetrOf(id))
    }),
  )
})
