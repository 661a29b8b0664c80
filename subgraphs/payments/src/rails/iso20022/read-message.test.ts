import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { newId } from '@carriergraph/shared/ids.ts'
import { expect, test } from 'vitest'
import { sourceOf } from '../../statements/statements.fixture.ts'
import { endToEndId } from '../instruction.ts'
import { instruction, NOON } from '../rails.fixture.ts'
import { MESSAGE_FAULTS } from './fault.ts'
import { batch, outcomeOf, reason, report, transaction } from './messages.fixture.ts'
import { readMessage } from './read-message.ts'
import { writePaymentFile } from './write.ts'

const common = { id: newId('rfl', NOON), createdAt: NOON, initiatingParty: 'Carrier One' }

const [first, second] = [instruction(), instruction()]

const PAIN = writePaymentFile({ ...common, message: 'pain.001.001.09', instructions: [first, second] })

const PACS = writePaymentFile({ ...common, message: 'pacs.008.001.08', instructions: [first, second] })

const REPORT = report({
  group: '<GrpSts>PART</GrpSts>',
  batches: batch('B', 'ACCP', transaction('E', 'RJCT', reason('AC04'))),
})

test.each<[keyof typeof MESSAGE_FAULTS, string, string, string, string]>([
  // code, what is wrong, in place of what, what, and where
  ['XML_MALFORMED', 'a file that is cut off', '</Document>', '', ''],
  ['XML_MALFORMED', 'a tag that is not closed', '</MsgId>', '</MsgIx>', 'GrpHdr'],
  ['XML_DTD_REFUSED', 'a document type', '<Document', '<!DOCTYPE x [<!ENTITY a "b">]><Document', ''],
  ['ENCODING_INVALID', 'another encoding', 'UTF-8', 'UTF-16', ''],
  ['MESSAGE_UNKNOWN', 'a version that is not known', 'pain.001.001.09', 'pain.001.001.99', 'Document'],
  ['ELEMENT_UNKNOWN', 'an element of none', '<NbOfTxs>2</NbOfTxs>', '<NbOfTx>2</NbOfTx>', 'GrpHdr/NbOfTx'],
  ['ELEMENT_UNKNOWN', 'an element of another namespace', '<MsgId>', '<MsgId xmlns="x">', 'GrpHdr/{}MsgId'],
  ['ELEMENT_UNKNOWN', 'an element in a value', '<PmtMtd>TRF', '<PmtMtd><Cd>TRF</Cd>', 'PmtMtd/Cd'],
  [
    'ELEMENT_OUT_OF_ORDER',
    'two that are swapped',
    '<BtchBookg>false</BtchBookg><NbOfTxs>2</NbOfTxs>',
    '<NbOfTxs>2</NbOfTxs><BtchBookg>false</BtchBookg>',
    'PmtInf/BtchBookg',
  ],
  ['ELEMENT_MISSING', 'one that is missing', '<PmtMtd>TRF</PmtMtd>', '', 'PmtInf/BtchBookg'],
  ['ELEMENT_MISSING', 'the last that is missing', '<Dt>2026-11-23</Dt>', '', 'ReqdExctnDt'],
  [
    'ELEMENT_REPEATED',
    'one that is there twice',
    '<PmtMtd>TRF</PmtMtd>',
    '<PmtMtd>TRF</PmtMtd><PmtMtd>TRF</PmtMtd>',
    'PmtMtd',
  ],
  [
    'ELEMENT_REPEATED',
    'two of a choice',
    '<Dt>2026-11-23</Dt>',
    '<Dt>2026-11-23</Dt><DtTm>2026-11-23T00:00:00</DtTm>',
    'ReqdExctnDt/DtTm',
  ],
  ['VALUE_INVALID', 'a code of none', '<PmtMtd>TRF', '<PmtMtd>TRX', 'PmtInf/PmtMtd'],
  ['VALUE_INVALID', 'a text that is too long', '<Nm>Ada Lovelace', `<Nm>${'x'.repeat(141)}`, 'Cdtr/Nm'],
  ['VALUE_INVALID', 'a text that is empty', '<Nm>Ada Lovelace', '<Nm>', 'Cdtr/Nm'],
  ['VALUE_INVALID', 'a day that is none', '<Dt>2026-11-23', '<Dt>2026-11-31', 'ReqdExctnDt/Dt'],
  ['VALUE_INVALID', 'an amount without currency', ' Ccy="EUR"', '', 'Amt/InstdAmt'],
  ['VALUE_INVALID', 'a text where there are elements', '<Amt>', '<Amt>5</Amt><Amt>', 'CdtTrfTxInf/Amt'],
  ['VALUE_INVALID', 'a BIC that is none', 'PSSTFRPPPAR', 'PSSTFRPPPA', 'CdtrAgt/FinInstnId/BICFI'],
  ['CHARACTER_NOT_ALLOWED', 'a control character', 'Ada Lovelace', 'Ada\u0085', 'Cdtr/Nm'],
  ['AMOUNT_INVALID', 'more digits than euro has', '>123.45<', '>123.456<', 'Amt/InstdAmt'],
  ['AMOUNT_INVALID', 'nothing', '>123.45<', '>0.00<', 'Amt/InstdAmt'],
  ['CURRENCY_UNKNOWN', 'a currency of none', 'Ccy="EUR"', 'Ccy="EUX"', 'Amt/InstdAmt'],
  ['IBAN_INVALID', 'a digit that is turned', 'DE89370400440532013000', 'DE89370400440532013001', 'DbtrAcct/Id/IBAN'],
  ['COUNT_MISMATCH', 'another number in the header', '<NbOfTxs>2', '<NbOfTxs>3', 'GrpHdr/NbOfTxs'],
  [
    'COUNT_MISMATCH',
    'another number in a part',
    'false</BtchBookg><NbOfTxs>2',
    'false</BtchBookg><NbOfTxs>1',
    'PmtInf/NbOfTxs',
  ],
  ['CONTROL_SUM_MISMATCH', 'a cent too much', '<CtrlSum>246.90', '<CtrlSum>246.91', 'GrpHdr/CtrlSum'],
  [
    'CONTROL_SUM_MISMATCH',
    'a cent too little in a part',
    '</NbOfTxs><CtrlSum>246.90</CtrlSum><PmtTpInf>',
    '</NbOfTxs><CtrlSum>246.89</CtrlSum><PmtTpInf>',
    'PmtInf/CtrlSum',
  ],
  ['REFERENCE_REPEATED', 'a reference twice', endToEndId(first.id), endToEndId(second.id), 'PmtId/InstrId'],
])('%s refuses a message with %s', async (code, _, from, to, path) => {
  expect(PAIN).toContain(from)
  for (const chunk of [1_000, 7]) {
    const outcome = await outcomeOf(PAIN.replace(from, to), chunk)
    expect(outcome).toMatchObject({
      ok: false,
      code,
      message: expect.any(String),
      position: { line: expect.any(Number) },
    })
    expect(outcome.ok ? '' : (outcome.position?.path ?? '')).toMatch(new RegExp(`${path.replace(/[{}]/g, '\\$&')}$`))
  }
})

test('two parts of a message may number their transfers alike', async () => {
  const [part = ''] = /<PmtInf>.*<\/PmtInf>/s.exec(PAIN) ?? []
  const other = part.replace(/<PmtInfId>[^<]+/, '<PmtInfId>OTHER')
  const both = PAIN.replace(part, part + other)
    .replace('<NbOfTxs>2', '<NbOfTxs>4')
    .replace('<CtrlSum>246.90', '<CtrlSum>493.80')
  expect(await outcomeOf(both)).toMatchObject({ ok: true, value: { content: { transactions: 4 } } })
})

test('an interbank message has one currency, and a total that holds', async () => {
  expect(await outcomeOf(PACS)).toMatchObject({
    ok: true,
    value: { message: 'pacs.008.001.08', content: { controlSum: '246.90', currencies: ['EUR'] } },
  })
  const total = PACS.replace('>246.90<', '>246.91<')
  expect(await outcomeOf(total)).toMatchObject({ code: 'CONTROL_SUM_MISMATCH' })
  const mixed = PACS.replace('<IntrBkSttlmAmt Ccy="EUR">', '<IntrBkSttlmAmt Ccy="USD">')
  expect(await outcomeOf(mixed)).toMatchObject({ code: 'CURRENCY_MISMATCH' })
})

test.each([
  ['pain.001', PAIN],
  ['pacs.008', PACS],
  ['pain.002', REPORT],
])(
  '%s with a bit of each byte turned is refused by a name, or says the same numbers',
  async (_, content) => {
    const sound = await outcomeOf(content)
    const numbers = (outcome: typeof sound) =>
      outcome.ok && outcome.value.kind === 'CREDIT_TRANSFERS'
        ? [outcome.value.content.transactions, outcome.value.content.controlSum]
        : []
    const bytes = Buffer.from(content)
    let refused = 0
    for (let at = 0; at < bytes.length; at += 1) {
      const damaged = Uint8Array.from(bytes)
      damaged[at] = (damaged[at] ?? 0) ^ 1
      const outcome = await outcomeOf(damaged)
      if (outcome.ok) expect(numbers(outcome)).toEqual(numbers(sound))
      else {
        refused += 1
        expect(Object.keys(MESSAGE_FAULTS)).toContain(outcome.code)
        expect([outcome.code, outcome.position?.line ?? 0]).toEqual([
          outcome.code,
          expect.toSatisfy((line) => line >= 1),
        ])
      }
    }
    expect(refused).toBeGreaterThan(bytes.length / 2)
  },
  120_000,
)

test.each([
  ['pain.001', PAIN],
  ['pain.002', REPORT],
])('%s that is cut off anywhere is refused', async (_, content) => {
  const end = content.trimEnd().length
  for (let at = 0; at < end; at += 3) expect(await outcomeOf(content.slice(0, at))).toMatchObject({ ok: false })
})

test('what is too large, too deep, empty or not text is refused by a name', async () => {
  expect(await readMessage(sourceOf(PAIN), { bytesMax: 100 })).toMatchObject({ code: 'FILE_TOO_LARGE' })
  expect(await outcomeOf('')).toMatchObject({ ok: false, code: 'XML_MALFORMED' })
  expect(await outcomeOf(Buffer.from(PAIN, 'utf16le'))).toMatchObject({ ok: false })
  expect(await outcomeOf(Buffer.concat([Buffer.from(PAIN), Buffer.from([0xff])]))).toMatchObject({
    code: 'ENCODING_INVALID',
  })
  const deep = PAIN.replace('<InitgPty>', `<InitgPty><CtctDtls>${'<x>'.repeat(40)}`)
  expect(await outcomeOf(deep)).toMatchObject({ code: 'XML_TOO_DEEP' })
  const large = PAIN.replace('Ada Lovelace', 'x'.repeat(100_000))
  expect(await outcomeOf(large)).toMatchObject({ code: 'XML_TOO_LARGE' })
})

test('what is not looked into may hold anything that is well-formed', async () => {
  const more = PAIN.replace('</Cdtr>', '<CtctDtls><Nm>x</Nm><Othr><Id>1</Id></Othr></CtctDtls></Cdtr>')
  expect(more).not.toBe(PAIN)
  expect(await outcomeOf(more)).toMatchObject({ ok: true })
})

const REPOSITORY = new URL('../../../../../', import.meta.url)

const FOLDER = process.env.STATEMENTS_FOLDER ?? fileURLToPath(new URL('../shared/data/iso20022', REPOSITORY))

const SAMPLE = join(FOLDER, 'moov_musterfile_pain.001_Nov2020.xml')

test.each([
  ['USABA', '021000021', true],
  ['USABA', '021000022', false],
  ['INFSC', 'SBIN0000300', true],
  ['INFSC', 'SBIN1000300', false],
  // Of a system that is not known, whatever it is.
  ['GBDSC', '1', true],
])('a bank that is member of %s as %s is taken: %s', async (system, id, isTaken) => {
  const member = `<ClrSysMmbId><ClrSysId><Cd>${system}</Cd></ClrSysId><MmbId>${id}</MmbId></ClrSysMmbId>`
  const read = await outcomeOf(PAIN.replace('<BICFI>PSSTFRPPPAR</BICFI>', member))
  if (isTaken) expect(read).toMatchObject({ ok: true })
  else
    expect(read).toMatchObject({
      ok: false,
      code: 'VALUE_INVALID',
      position: { path: expect.stringMatching(/MmbId$/) },
    })
})

test('a bank’s own sample is read: its two accounts that are none and its wrong count are named, the rest holds', async ({
  skip,
}) => {
  if (!existsSync(SAMPLE)) skip(`The sample is not in ${FOLDER}: set STATEMENTS_FOLDER.`)
  const mends = [
    ['IBAN_INVALID', 216, 'CH010023512312312365L', 'CH9300762011623852957'],
    ['IBAN_INVALID', 269, 'IT1122334455667788991122334', 'IT60X0542811101000000123456'],
    ['COUNT_MISMATCH', 7, '<NbOfTxs>7<', '<NbOfTxs>8<'],
  ] as const
  let content = readFileSync(SAMPLE, 'utf8')
  for (const [code, line, from, to] of mends) {
    expect(await outcomeOf(content)).toMatchObject({ ok: false, code, position: { line } })
    content = content.replace(from, to)
  }
  expect(await outcomeOf(content)).toMatchObject({
    ok: true,
    value: { message: 'pain.001.001.03', content: { transactions: 8, controlSum: '38.00', currencies: ['CHF'] } },
  })
})
