import { expect, test } from 'vitest'
import {
  ACCOUNT,
  bal,
  camt,
  camtDocument,
  camtStatement,
  heldBy,
  ntry,
  outcomeOf,
  txDtls,
} from '../statements.fixture.ts'
import { DEPTH_MAX, PIECE_CHARACTERS_MAX } from './elements.ts'
import { TRANSACTIONS_MAX } from './read.ts'

const eur = (minor: bigint) => ({ minor, currency: 'EUR' })

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

test.each(['02', '03', '04', '05', '06', '07', '08', '09', '10', '11', '12', '13', '14'])(
  'version 001.%s is read',
  async (version) => {
    for (const kind of ['053', '054'] as const) {
      const status = Number(version) < 8 ? 'BOOK' : '<Cd>BOOK</Cd>'
      const file = camt({ kind, version, closing: '101.00', entries: [ntry('1.00', { status })] })
      expect(await heldBy(file)).toMatchObject({ format: `camt.${kind}`, lineCount: 1 })
    }
  },
)

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

test('pending entries are lines, and not in the booked balance', async () => {
  const entries = [ntry('5.00', { status: 'PDNG' }), ntry('1.00')]
  const { lines } = await heldBy(camt({ closing: '101.00', entries }))
  expect(lines.map(({ status }) => status)).toEqual(['PDNG', 'BOOK'])
  expect(await outcomeOf(camt({ closing: '106.00', entries }))).toMatchObject({ code: 'BALANCE_MISMATCH' })
})

test('a closing balance that leaves out a booked entry is refused with what the entries come to', async () => {
  const entries = [ntry('5.00').replaceAll('<ValDt><Dt>2026-03-02', '<ValDt><Dt>2026-03-05'), ntry('1.00')]
  expect(await outcomeOf(camt({ closing: '101.00', entries }))).toMatchObject({
    code: 'BALANCE_MISMATCH',
    message: '100.00 and the booked ones of 2 entries give 106.00 EUR; the closing balance says 101.00.',
    position: { line: expect.any(Number), path: 'Document/BkToCstmrStmt/Stmt' },
  })
})

test('a net total that takes a reversing credit for a debit is refused: the sign is CdtDbtInd’s alone', async () => {
  const net = (amount: string) =>
    summary(`<TtlNtries><TtlNetNtryAmt>${amount}</TtlNetNtryAmt><CdtDbtInd>CRDT</CdtDbtInd></TtlNtries>`)
  const entries = [ntry('5.00'), ntry('1.00', { status: 'INFO', more: '<RvslInd>true</RvslInd>' })]
  expect((await heldBy(camt({ kind: '054', summary: net('6.00'), entries }))).lines).toHaveLength(2)
  expect(await outcomeOf(camt({ kind: '054', summary: net('4.00'), entries }))).toMatchObject({
    code: 'TOTALS_MISMATCH',
  })
})

test.each<[string, string, bigint[]]>([
  ['two transactions', txDtls('4.00') + txDtls('6.00'), [400n, 600n]],
  ['transactions in two NtryDtls', `${txDtls('4.00')}</NtryDtls><NtryDtls>${txDtls('6.00')}`, [400n, 600n]],
  ['one that goes the other way', txDtls('12.00') + txDtls('2.00', '', 'DBIT'), [1200n, -200n]],
  [
    'amounts in AmtDtls',
    [4, 6]
      .map((n) =>
        txDtls(
          undefined,
          `<AmtDtls><InstdAmt><Amt Ccy="USD">9</Amt></InstdAmt><TxAmt><Amt Ccy="EUR">${n}</Amt></TxAmt></AmtDtls>`,
        ),
      )
      .join(''),
    [400n, 600n],
  ],
  ['transactions without amounts', txDtls(undefined) + txDtls(undefined), [1000n]],
  ['one transaction of another amount', txDtls('10.20'), [1000n]],
  ['no transaction', '<Btch><NbOfTxs>3</NbOfTxs></Btch>', [1000n]],
])('an entry of %s is split so that its lines add up to it', async (_, details, expected) => {
  const { lines, statements } = await heldBy(camt({ closing: '110.00', entries: [ntry('10.00', { details })] }))
  expect(lines.map(({ amount }) => amount.minor)).toEqual(expected)
  expect(new Set(lines.map(({ entry }) => entry))).toEqual(new Set([1]))
  expect(statements).toMatchObject([{ entries: 1, lines: expected.length }])
})

test.each<[string, string]>([
  ['a sum that is not the entry', txDtls('4.00') + txDtls('5.99')],
  ['an amount missing among others', txDtls('4.00') + txDtls(undefined)],
  ['an amount in another currency among others', txDtls('4.00') + txDtls('6.00').replace('EUR', 'USD')],
])('a batch with %s is refused', async (_, details) => {
  const file = camt({ closing: '110.00', entries: [ntry('10.00', { details })] })
  expect(await outcomeOf(file)).toMatchObject({ ok: false, code: 'ENTRY_SPLIT_MISMATCH', position: { line: 5 } })
})

const charge = (amount: string, more = '') => `<Rcrd><Amt Ccy="EUR">${amount}</Amt>${more}</Rcrd>`

test('what the transactions of a batch were charged beside their amounts is a line of its own', async () => {
  const charge = '<Chrgs><Rcrd><Amt Ccy="EUR">0.25</Amt><CdtDbtInd>DBIT</CdtDbtInd></Rcrd></Chrgs>'
  const file = (amount: string, closing: string) =>
    camt({
      closing,
      entries: [ntry(amount, { sign: 'DBIT', details: txDtls('4.00', charge) + txDtls('6.00', charge) })],
    })
  const beside = await heldBy(file('10.50', '89.50'))
  expect(
    beside.lines.map(({ amount, charges, references }) => [amount.minor, charges.length, references.endToEndId]),
  ).toEqual([
    [-400n, 0, 'E-4.00'],
    [-600n, 0, 'E-6.00'],
    [-50n, 2, undefined],
  ])
  const within = await heldBy(file('10.00', '90.00'))
  expect(within.lines.map(({ amount, charges }) => [amount.minor, charges.length])).toEqual([
    [-400n, 1],
    [-600n, 1],
  ])
  expect(await outcomeOf(file('10.25', '89.75'))).toMatchObject({ code: 'ENTRY_SPLIT_MISMATCH' })
})

test('charges are kept with their sign, in the layout of version 2 and of later ones', async () => {
  const details = txDtls(
    undefined,
    `<Chrgs>${charge('1.50', '<CdtDbtInd>DBIT</CdtDbtInd><ChrgInclInd>true</ChrgInclInd>')}${charge('0.10', '<CdtDbtInd>CRDT</CdtDbtInd>')}</Chrgs>`,
  )
  const old = txDtls(
    undefined,
    '<Chrgs><Amt Ccy="EUR">2.00</Amt><Tp><Cd>COMM</Cd></Tp></Chrgs><Chrgs><Amt Ccy="USD">3.00</Amt></Chrgs>',
  )
  const { lines } = await heldBy(
    camt({ kind: '054', entries: [ntry('10.00', { details }), ntry('1.00', { details: old })] }),
  )
  expect(lines.map(({ charges }) => charges)).toEqual([
    [
      { amount: eur(-150n), isIncluded: true, type: undefined },
      { amount: eur(10n), isIncluded: undefined, type: undefined },
    ],
    [
      { amount: eur(-200n), isIncluded: undefined, type: 'COMM' },
      { amount: { minor: -300n, currency: 'USD' }, isIncluded: undefined, type: undefined },
    ],
  ])
})

test('a batch without amounts is found by the references of its transactions, unless there are too many of them', async () => {
  const details = (count: number) =>
    Array.from({ length: count }, (_, at) =>
      txDtls(undefined, `<RmtInf><Strd><CdtrRefInf><Ref>RF${at}</Ref></CdtrRefInf></Strd></RmtInf>`).replace(
        'E-none',
        `E-${at}`,
      ),
    ).join('')
  const linesOf = async (count: number) =>
    (await heldBy(camt({ kind: '054', entries: [ntry('10.00', { details: details(count) })] }))).lines
  expect(await linesOf(2)).toMatchObject([
    {
      amount: eur(1000n),
      references: {
        endToEndId: undefined,
        batchedEndToEndIds: ['E-0', 'E-1'],
        creditorReferences: ['RF0', 'RF1'],
      },
    },
  ])
  expect(await linesOf(501)).toMatchObject([{ references: { batchedEndToEndIds: [], creditorReferences: [] } }])
})

test('what a batch was charged is a line of its own, and told once', async () => {
  const more = `<Chrgs>${charge('2.00', '<ChrgInclInd>true</ChrgInclInd>')}</Chrgs>`
  const details = txDtls('4.00') + txDtls('6.00')
  const { lines } = await heldBy(camt({ closing: '108.00', entries: [ntry('8.00', { more, details })] }))
  expect(lines.map(({ amount, charges }) => [amount.minor, charges.length])).toEqual([
    [400n, 0],
    [600n, 0],
    [-200n, 1],
  ])
  const beside = more.replace('true', 'false')
  const apart = await heldBy(camt({ closing: '110.00', entries: [ntry('10.00', { more: beside, details })] }))
  expect(apart.lines.map(({ amount, charges }) => [amount.minor, charges.length])).toEqual([
    [400n, 1],
    [600n, 0],
  ])
  const unexplained = camt({ closing: '108.00', entries: [ntry('8.00', { more: beside, details })] })
  expect(await outcomeOf(unexplained)).toMatchObject({ code: 'ENTRY_SPLIT_MISMATCH' })
})

test('several statements in one file are told one by one, each with its lines', async () => {
  const file = camtDocument([
    camtStatement({ statement: 'A', closing: '101.00', entries: [ntry('1.00')] }),
    camtStatement({ statement: 'B', opening: '-5.00', closing: '-7.00', entries: [ntry('2.00', { sign: 'DBIT' })] }),
    camtStatement({ statement: 'C' }),
  ])
  const { statements, lines } = await heldBy(file)
  expect(lines.map(({ statementId, entry }) => [statementId, entry])).toEqual([
    ['A', 1],
    ['B', 1],
  ])
  expect(
    statements.map(({ statementId, balances }) => [
      statementId,
      balances?.opening.amount.minor,
      balances?.closing.amount.minor,
    ]),
  ).toEqual([
    ['A', 10000n, 10100n],
    ['B', -500n, -700n],
    ['C', 10000n, 10000n],
  ])
})

const summary = (content: string) => `<TxsSummry>${content}</TxsSummry>`
const twoEntries = [ntry('3.00'), ntry('1.00', { sign: 'DBIT' })]

test.each([
  '<TtlNtries><NbOfNtries>2</NbOfNtries><Sum>4.00</Sum><TtlNetNtry><Amt>2.00</Amt><CdtDbtInd>CRDT</CdtDbtInd></TtlNetNtry></TtlNtries>',
  '<TtlNtries><TtlNetNtryAmt>2.00</TtlNetNtryAmt><CdtDbtInd>CRDT</CdtDbtInd></TtlNtries>',
  '<TtlCdtNtries><NbOfNtries>1</NbOfNtries><Sum>3</Sum></TtlCdtNtries><TtlDbtNtries><NbOfNtries>1</NbOfNtries><Sum>1</Sum></TtlDbtNtries>',
])('totals that hold are taken: %s', async (content) => {
  await heldBy(camt({ closing: '102.00', summary: summary(content), entries: twoEntries }))
})

test.each([
  '<TtlNtries><NbOfNtries>3</NbOfNtries></TtlNtries>',
  '<TtlNtries><Sum>4.01</Sum></TtlNtries>',
  '<TtlNtries><TtlNetNtry><Amt>2.00</Amt><CdtDbtInd>DBIT</CdtDbtInd></TtlNetNtry></TtlNtries>',
  '<TtlCdtNtries><NbOfNtries>2</NbOfNtries></TtlCdtNtries>',
  '<TtlCdtNtries><Sum>3.01</Sum></TtlCdtNtries>',
  '<TtlDbtNtries><NbOfNtries>0</NbOfNtries></TtlDbtNtries>',
  '<TtlDbtNtries><Sum>0.99</Sum></TtlDbtNtries>',
])('totals that do not hold refuse the file: %s', async (content) => {
  const file = camt({ closing: '102.00', summary: summary(content), entries: twoEntries })
  expect(await outcomeOf(file)).toMatchObject({ ok: false, code: 'TOTALS_MISMATCH' })
})

test.each<[string, string]>([
  ['opening and closing booked', bal('OPBD', '100.00') + bal('CLBD', '101.00')],
  ['the closing balance of the day before', bal('PRCD', '100.00') + bal('CLBD', '101.00')],
  ['available balances, where there are no others', bal('OPAV', '100.00') + bal('CLAV', '101.00')],
  [
    'booked ones beside available ones that have a credit line in them',
    bal('OPBD', '100.00') + bal('CLBD', '101.00') + bal('CLAV', '999.00') + bal('FWAV', '1.00'),
  ],
  ['the same balance twice', bal('OPBD', '100.00') + bal('OPBD', '100.00') + bal('CLBD', '101.00')],
  ['those of a first page', bal('OPBD', '100.00') + bal('ITBD', '101.00')],
  ['those of a first page after the day before', bal('PRCD', '100.00') + bal('ITBD', '101.00')],
  ['those of a page between', bal('ITBD', '100.00') + bal('ITBD', '101.00')],
  ['those of a last page', bal('ITBD', '100.00') + bal('CLBD', '101.00')],
  [
    'booked ones beside one of the day',
    bal('OPBD', '100.00') + bal('ITBD', '55.00') + bal('CLBD', '101.00') + bal('ITBD', '66.00'),
  ],
])('balances may be %s', async (_, balances) => {
  const { statements } = await heldBy(camt({ balances, entries: [ntry('1.00')] }))
  expect(statements).toMatchObject([
    { balances: { opening: { amount: eur(10000n) }, closing: { amount: eur(10100n) } } },
  ])
})

const one = [ntry('1.00')]
test.each<[string, string, Parameters<typeof camt>[0] | string]>([
  ['BALANCE_MISMATCH', 'a cent too much', { closing: '101.01', entries: one }],
  [
    'BALANCE_MISMATCH',
    'available balances that do not hold, alone',
    { balances: bal('OPAV', '1.00') + bal('CLAV', '9.00') },
  ],
  ['BALANCE_MISSING', 'no closing balance', { balances: bal('OPBD', '100.00') }],
  ['BALANCE_MISSING', 'one balance of a page', { balances: bal('ITBD', '100.00') }],
  [
    'BALANCE_MISMATCH',
    'a page between that does not hold',
    { balances: bal('ITBD', '1') + bal('ITBD', '3'), entries: one },
  ],
  ['BALANCE_MISSING', 'no balance', { balances: '' }],
  ['BALANCE_AMBIGUOUS', 'two closing balances', { balances: bal('OPBD', '1') + bal('CLBD', '1') + bal('CLBD', '2') }],
  ['CURRENCY_MISMATCH', 'balances in two currencies', { balances: bal('OPBD', '1') + bal('CLBD', '1', 'USD') }],
  [
    'CURRENCY_MISMATCH',
    'an entry in another currency',
    { balances: bal('OPBD', '1', 'USD') + bal('CLBD', '1', 'USD'), entries: [ntry('0')] },
  ],
  ['AMOUNT_INVALID', 'a third decimal', { closing: '101.00', entries: [ntry('1.001')] }],
  ['AMOUNT_INVALID', 'a minus', { entries: [ntry('-1.00')] }],
  ['AMOUNT_INVALID', 'a comma', { entries: [ntry('1,00')] }],
  ['AMOUNT_INVALID', 'an exponent', { entries: [ntry('1e2')] }],
  ['AMOUNT_INVALID', 'a point alone', { entries: [ntry('.')] }],
  ['AMOUNT_INVALID', 'two signs', { entries: [ntry('++1')] }],
  ['AMOUNT_INVALID', 'nineteen digits and more', { entries: [ntry('99999999999999999999')] }],
  ['CURRENCY_UNKNOWN', 'a currency that is none', { entries: [ntry('1.00').replace('EUR', 'EUX')] }],
  ['CURRENCY_UNKNOWN', 'no currency', { entries: [ntry('1.00').replace(' Ccy="EUR"', '')] }],
  ['DATE_INVALID', 'the 30th of February', { entries: [ntry('1.00').replace('2026-03-02', '2026-02-30')] }],
  ['DATE_INVALID', 'a date of another layout', { entries: [ntry('1.00').replace('2026-03-02', '02.03.2026')] }],
  ['VALUE_INVALID', 'a sign that is none', { entries: [ntry('1.00').replace('CRDT', 'CRED')] }],
  ['VALUE_INVALID', 'a status that is none', { entries: [ntry('1.00', { status: 'DONE' })] }],
  [
    'VALUE_INVALID',
    'a reversal indicator that is none',
    { entries: [ntry('1.00', { more: '<RvslInd>yes</RvslInd>' })] },
  ],
  ['VALUE_INVALID', 'a count that is none', { summary: summary('<TtlNtries><NbOfNtries>x</NbOfNtries></TtlNtries>') }],
  ['ELEMENT_MISSING', 'no amount', { entries: [ntry('')] }],
  ['ELEMENT_MISSING', 'no status', { entries: [ntry('1.00', { status: '' })] }],
  ['ELEMENT_MISSING', 'no statement id', { statement: '' }],
  ['ELEMENT_REPEATED', 'two amounts', { entries: [ntry('1.00', { more: '<Amt Ccy="EUR">2.00</Amt>' })] }],
  ['ELEMENT_REPEATED', 'two summaries', { summary: summary('') + summary('') }],
  [
    'CHARACTER_NOT_ALLOWED',
    'a control character',
    { entries: [ntry('1.00', { more: '<NtryRef>a\u009b2J</NtryRef>' })] },
  ],
  ['EMPTY_FILE', 'no statement', camtDocument([])],
  ['STATEMENT_REPEATED', 'a statement twice', camtDocument([camtStatement(), camtStatement()])],
  ['MESSAGE_UNKNOWN', 'version 1', { version: '01' }],
  ['MESSAGE_UNKNOWN', 'version 15', { version: '15' }],
  ['MESSAGE_UNKNOWN', 'camt.052', camt().replace('camt.053', 'camt.052')],
  ['MESSAGE_UNKNOWN', 'another root', '<html/>'],
  ['MESSAGE_UNKNOWN', 'no namespace', camt().replace(/ xmlns="[^"]*"/, '')],
  ['XML_MALFORMED', 'a file that is cut off', camt().slice(0, -20)],
  ['XML_MALFORMED', 'a second root', `${camt()}<Document/>`],
  ['XML_MALFORMED', 'an entity of nobody', camt({ statement: '&xxe;' })],
  ['XML_MALFORMED', 'text beside elements', camt({ entries: ['x'] })],
  ['XML_MALFORMED', 'a prefix of nobody', camt({ summary: '<x:y/>' })],
  ['XML_DTD_REFUSED', 'a document type', { before: '<!DOCTYPE Document>' }],
  [
    'XML_DTD_REFUSED',
    'entities that expand',
    { before: '<!DOCTYPE d [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>', statement: '&b;' },
  ],
  [
    'XML_DTD_REFUSED',
    'an entity of a file',
    { before: '<!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/passwd">]>', statement: '&x;' },
  ],
  ['XML_TOO_DEEP', 'deep nesting', { entries: ['<a>'.repeat(DEPTH_MAX)] }],
  ['XML_TOO_LARGE', 'a long text', { statement: 'x'.repeat(2 * PIECE_CHARACTERS_MAX) }],
  ['XML_TOO_LARGE', 'a long attribute', { entries: [`<a b="${'x'.repeat(2 * PIECE_CHARACTERS_MAX)}"/>`] }],
  ['XML_TOO_LARGE', 'a text in many pieces', { entries: [`<a>${'<![CDATA[12345678]]>'.repeat(10_000)}</a>`] }],
  ['XML_TOO_LARGE', 'a long comment', { before: `<!--${'x'.repeat(2 * PIECE_CHARACTERS_MAX)}-->` }],
  ['XML_TOO_LARGE', 'a document type without end', { before: `<!DOCTYPE ${'x'.repeat(2 * PIECE_CHARACTERS_MAX)}` }],
  [
    'XML_TOO_LARGE',
    'many texts of one element',
    {
      kind: '054',
      entries: [ntry('1.00', { details: txDtls(undefined, `<RmtInf>${'<Ustrd>x</Ustrd>'.repeat(10_000)}</RmtInf>`) })],
    },
  ],
  [
    'TOO_MANY_TRANSACTIONS',
    'charges without end',
    { kind: '054', entries: [ntry('1.00', { more: `<Chrgs>${charge('1').repeat(101)}</Chrgs>` })] },
  ],
  [
    'TOO_MANY_TRANSACTIONS',
    'a batch without end',
    { kind: '054', entries: [ntry('1.00', { details: '<TxDtls/>'.repeat(TRANSACTIONS_MAX + 1) })] },
  ],
  ['ENCODING_INVALID', 'an encoding that it names', camt().replace('UTF-8', 'ISO-8859-1')],
])('%s refuses %s', async (code, _, content) => {
  const outcome = await outcomeOf(typeof content === 'string' ? content : camt(content))
  expect(outcome).toMatchObject({ ok: false, code })
  expect(outcome).toMatchObject({ position: { line: expect.any(Number) } })
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

test('pages of a statement are told apart by the number that is in the head of their message', async () => {
  const page = (number: string, balances: string, version = '02') =>
    camt({ version, balances, entries: [ntry('1.00')] }).replace(
      '</GrpHdr>',
      `<MsgPgntn><PgNb>${number}</PgNb><LastPgInd>false</LastPgInd></MsgPgntn></GrpHdr>`,
    )
  const sequenceOf = async (file: string) => (await heldBy(file)).statements.map(({ sequence }) => sequence)
  expect(await sequenceOf(page('1', bal('OPBD', '100.00') + bal('ITBD', '101.00')))).toEqual(['7/1'])
  expect(await sequenceOf(page('2', bal('ITBD', '101.00') + bal('CLBD', '102.00')))).toEqual(['7/2'])
  // A whole statement is known by what it was known by before.
  expect(await sequenceOf(page('1', bal('OPBD', '100.00') + bal('CLBD', '101.00')))).toEqual(['7'])
})

test('amounts are read in every form that decimals of XML have', async () => {
  const entries = [ntry('.5'), ntry('+.5'), ntry('1.'), ntry('00.50'), ntry('+1')]
  const { lines } = await heldBy(camt({ opening: '+0', closing: '03.5', entries }))
  expect(lines.map(({ amount }) => amount)).toEqual([50n, 50n, 100n, 50n, 100n].map(eur))
})

test('a refusal names line, column and path', async () => {
  const file = camt({ closing: '102.00', entries: [ntry('1.00'), ntry('1.0x')] })
  expect(await outcomeOf(file)).toMatchObject({
    code: 'AMOUNT_INVALID',
    message: expect.stringMatching(/^"1.0x" "EUR": /),
    position: { line: 6, column: 31, path: 'Document/BkToCstmrStmt/Stmt/Ntry/Amt' },
  })
})

test('prefixes and supplements in other namespaces change nothing', async () => {
  const file = camt({ closing: '101.00', entries: one })
  const prefixed = file.replace('xmlns=', 'xmlns:c=').replaceAll(/<(\/?)(?=[A-Z])/g, '<$1c:')
  const supplement = '<SplmtryData xmlns="urn:other"><Ntry><Amt>1</Amt></Ntry></SplmtryData>'
  for (const variant of [prefixed, camt({ closing: '101.00', entries: [...one, supplement] })])
    expect(await heldBy(variant)).toMatchObject({ lineCount: 1 })
})
