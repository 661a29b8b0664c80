// What one entry of a camt file becomes: its days, sign, amount, references and parties.

import { expect, test } from 'vitest'
import { ACCOUNT, camt, heldBy, ntry, outcomeOf, txDtls } from '../statements.fixture.ts'
import { eur } from './camt.fixture.ts'

test('an entry is a line with its days, sign, references, parties, remittance and place', async () => {
  const details = txDtls(
    undefined,
    `<RltdPties><Dbtr><Pty><Nm>Ada &amp; Co</Nm></Pty></Dbtr><DbtrAcct><Id><IBAN>FR14</IBAN></Id></DbtrAcct>
<Cdtr><Nm>Us</Nm></Cdtr></RltdPties><RltdAgts><DbtrAgt><FinInstnId><BICFI>BANKFRPP</BICFI></FinInstnId></DbtrAgt></RltdAgts>
<RmtInf><Ustrd>Invoice 7</Ustrd><Ustrd><![CDATA[and <8>]]></Ustrd><Strd><RfrdDocInf><Nb>I-7</Nb></RfrdDocInf><CdtrRefInf><Ref>RF18</Ref></CdtrRefInf><AddtlRmtInf>QR</AddtlRmtInf></Strd></RmtInf>`,
  )
  const entry = ntry('20.5', { more: '<NtryRef>N-1</NtryRef>', details })
  const { lines, format } = await heldBy(camt({ closing: '120.50', entries: [entry] }))
  expect(format).toBe('camt.053')
  expect(lines).toEqual([
    {
      account: ACCOUNT,
      statementId: 'S-1',
      entry: 1,
      bookingDate: '2026-03-02',
      valueDate: '2026-03-03',
      amount: eur(2050n),
      status: 'BOOK',
      isReversal: false,
      references: expect.objectContaining({
        endToEndId: 'E-none',
        entryReference: 'N-1',
        creditorReferences: ['RF18'],
        documentNumbers: ['I-7'],
      }),
      remittance: ['Invoice 7', 'and <8>', 'QR'],
      counterparty: { name: 'Ada & Co', account: 'FR14', agent: 'BANKFRPP' },
      charges: [],
      position: expect.objectContaining({ line: 5, path: 'Document/BkToCstmrStmt/Stmt/Ntry/NtryDtls/TxDtls' }),
    },
  ])
})

test.each([
  ['a credit', 'CRDT', '', 100n],
  ['a debit', 'DBIT', '', -100n],
  ['a credit that takes back a debit', 'CRDT', '<RvslInd>true</RvslInd>', 100n],
  ['a debit that takes back a credit', 'DBIT', '<RvslInd>1</RvslInd>', -100n],
] as const)('%s has the sign of CdtDbtInd', async (_, sign, more, minor) => {
  const closing = minor > 0n ? '101.00' : '99.00'
  const { lines } = await heldBy(camt({ closing, entries: [ntry('1.00', { sign, more })] }))
  expect(lines).toMatchObject([{ amount: eur(minor), isReversal: more !== '' }])
})

test.each([
  ['2026-03-02T23:59:59.999+01:00', '2026-03-02'],
  ['2026-03-02T00:00:00-05:00', '2026-03-02'],
  ['2026-03-02T24:00:00', '2026-03-03'],
  ['2026-12-31T24:00:00.000Z', '2027-01-01'],
  ['2026-03-02T24:00:01', 'DATE_INVALID'],
  ['2026-02-30T24:00:00', 'DATE_INVALID'],
  ['9999-12-31T24:00:00', 'DATE_INVALID'],
])('the day of %s is %s: a day ends where the next one begins', async (written, day) => {
  const entry = ntry('1.00').replace('<BookgDt><Dt>2026-03-02</Dt>', `<BookgDt><DtTm>${written}</DtTm>`)
  const read = await outcomeOf(camt({ closing: '101.00', entries: [entry] }))
  expect(read.ok ? read.lines[0]?.bookingDate : read.code).toBe(day)
})

test.each([
  ['CRDT', '', 'Payer'],
  ['DBIT', '', 'Payee'],
  ['DBIT', '<RvslInd>true</RvslInd>', 'Payer'],
  ['CRDT', '<RvslInd>true</RvslInd>', 'Payee'],
] as const)('the counterparty of a %s%s is the %s', async (sign, more, name) => {
  const details = txDtls(undefined, '<RltdPties><Dbtr><Nm>Payer</Nm></Dbtr><Cdtr><Nm>Payee</Nm></Cdtr></RltdPties>')
  const { lines } = await heldBy(camt({ kind: '054', entries: [ntry('1.00', { sign, more, details })] }))
  expect(lines).toMatchObject([{ counterparty: { name } }])
})

test('NOTPROVIDED is no reference', async () => {
  const details = '<TxDtls><Refs><EndToEndId>NOTPROVIDED</EndToEndId></Refs></TxDtls>'
  const { lines } = await heldBy(camt({ kind: '054', entries: [ntry('1.00', { details })] }))
  expect(lines[0]?.references.endToEndId).toBeUndefined()
})

test('amounts are read in every form that decimals of XML have', async () => {
  const entries = [ntry('.5'), ntry('+.5'), ntry('1.'), ntry('00.50'), ntry('+1')]
  const { lines } = await heldBy(camt({ opening: '+0', closing: '03.5', entries }))
  expect(lines.map(({ amount }) => amount)).toEqual([50n, 50n, 100n, 50n, 100n].map(eur))
})

test('zeros beyond the digits of a currency, with which some banks fill amounts up, change nothing', async () => {
  const totals = '<TxsSummry><TtlNtries><NbOfNtries>1</NbOfNtries><Sum>1.50000</Sum></TtlNtries></TxsSummry>'
  const file = camt({
    opening: '100.00000',
    closing: '101.50000',
    summary: totals,
    entries: [ntry('1.50000', { details: txDtls('1.000') + txDtls('0.5000') })],
  })
  expect((await heldBy(file)).lines).toMatchObject([{ amount: eur(100n) }, { amount: eur(50n) }])
})
