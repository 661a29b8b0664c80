// What field 86 becomes, which each bank writes otherwise.

import { expect, test } from 'vitest'
import { heldBy, MT940_HEAD, mt940, outcomeOf } from '../statements.fixture.ts'
import { BLOCKS, END, NEXT_HEAD, statementWith } from './mt940.fixture.ts'

test.each<[string, readonly string[], object]>([
  [
    'sub-fields',
    [
      '166?00SEPA-GUTSCHRIFT?109310?20EREF+E-1?21KREF+K-1?22SVWZ+Invoice 7 of',
      ' March?30COBADEFFXXX?31DE89370400440532013000?32Ada Lovela?33ce?34992',
    ],
    {
      references: { endToEndId: 'E-1', paymentInformationId: 'K-1' },
      remittance: ['Invoice 7 of March'],
      counterparty: { name: 'Ada Lovelace', account: 'DE89370400440532013000', agent: 'COBADEFFXXX' },
    },
  ],
  [
    'sub-fields without words',
    ['005?20Rent ?21March?60 2026?32Ada'],
    { references: { endToEndId: undefined }, remittance: ['Rent March 2026'], counterparty: { name: 'Ada' } },
  ],
  [
    'code words',
    ['/TRTP/SEPA OVERBOEKING/IBAN/NL91ABNA0417164300/BIC/ABNANL2A', '/NAME/Ada/REMI/Invoice 7/EREF/E-1'],
    {
      references: { endToEndId: 'E-1' },
      remittance: ['Invoice 7'],
      counterparty: { name: 'Ada', account: 'NL91ABNA0417164300', agent: 'ABNANL2A' },
    },
  ],
  [
    'the counterparty in one word',
    ['/EREF/NOTPROVIDED//CNTP/NL91ABNA0417164300/ABNANL2A/Ada///REMI/USTD//Invoice 7/'],
    {
      references: { endToEndId: undefined },
      remittance: ['Invoice 7'],
      counterparty: { name: 'Ada', account: 'NL91ABNA0417164300', agent: 'ABNANL2A' },
    },
  ],
  [
    'code words of Rabobank',
    [
      '/EREF/14-02-2026 18:38 718/PREF/OO9B/TRCD/102/ACCW/NL91ABNA0417164300,ABNANL2A/BENM//NAME/Ada',
      '/REMI/Invoice 7/PURP//CD/EPAY/ISDT/2026-02-14',
    ],
    {
      references: { endToEndId: '14-02-2026 18:38 718', paymentInformationId: 'OO9B', creditorReferences: [] },
      remittance: ['Invoice 7'],
      counterparty: { name: 'Ada', account: 'NL91ABNA0417164300', agent: 'ABNANL2A' },
    },
  ],
  [
    'a structured reference',
    ['/EREF/E-1/BENM//NAME/Ada/REMI//CDTRREFTP//CD/SCOR/ISSR/CUR/CDTRREF/1234567899874563/ISDT/2026-02-14'],
    { references: { endToEndId: 'E-1', creditorReferences: ['1234567899874563'] }, remittance: [] },
  ],
  [
    'a structured reference of ING',
    ['/EREF/E-1//REMI/STRD/CUR/1234567899874563/'],
    { references: { creditorReferences: ['1234567899874563'] }, remittance: ['1234567899874563'] },
  ],
  [
    'a return',
    ['/RTYP/SEPA Incasso Terugboeking/MARF/M-1/RTRN/AC01/BBAN/80000208/NAME/Ada/REMI/May/EREF/E-1'],
    {
      returnReason: 'AC01',
      references: { endToEndId: 'E-1', mandateId: 'M-1' },
      counterparty: { name: 'Ada', account: '80000208' },
    },
  ],
  ['a batch', ['/TRTP/SEPA BATCH/PREF/109180/NRTX/162/PIND/BRUTO'], { references: { paymentInformationId: '109180' } }],
  [
    'words of a bank that the payer repeats',
    ['166?20EREF+E-1?21SVWZ+see EREF+E-2 PURP+RENT'],
    { references: { endToEndId: 'E-1' }, remittance: ['see'] },
  ],
  [
    'words with a colon',
    ['166?20Invoice 7 EREF: E-1 ?21MREF: M-1 IBAN: DE8937040?220440532013000 BIC: COBADEFFXXX'],
    {
      references: { endToEndId: 'E-1', mandateId: 'M-1' },
      remittance: ['Invoice 7'],
      counterparty: { account: 'DE89370400440532013000', agent: 'COBADEFFXXX' },
    },
  ],
  ['words of a person', ['166?20My IBAN: DE89?21 and my name'], { remittance: ['My IBAN: DE89 and my name'] }],
  ['sub-fields that say only its kind', ['805?00ENTGELT'], { remittance: ['ENTGELT'] }],
  [
    'sub-fields behind a blank',
    [' 020?00Transfer?20Rent?30', '10600076?32Ada'],
    { remittance: ['Rent'], counterparty: { name: 'Ada', agent: '10600076' } },
  ],
  [
    'sub-fields with an IBAN beside the account',
    ['020?20Rent?3010901014?310000071219812874?32Ada?38PL6110901014 ', '0000071219812874'],
    { counterparty: { name: 'Ada', account: 'PL61109010140000071219812874', agent: '10901014' } },
  ],
  [
    'sub-fields with an IBAN that is none',
    ['020?20Rent?310000071219812874?38PL99'],
    { counterparty: { account: '0000071219812874' } },
  ],
  [
    'sub-fields with another mark',
    ['000>10987>20Rent >21March>32Ada'],
    { remittance: ['Rent March'], counterparty: { name: 'Ada' } },
  ],
  [
    'sub-fields without a code before them',
    ['>20Rent >21March>31>32Ada'],
    { remittance: ['Rent March'], counterparty: { name: 'Ada', account: undefined } },
  ],
  ['sub-fields without a code, of which one is empty', ['?20Rent?30?32Ada'], { counterparty: { name: 'Ada' } }],
  [
    'sub-fields with a mark that the payer wrote',
    ['166?20SVWZ+Is it paid? See?21 INV-7?32Ada?33? or Grace?'],
    { remittance: ['Is it paid? See INV-7'], counterparty: { name: 'Ada? or Grace?' } },
  ],
  [
    'sub-fields that are empty beside words',
    ['166?20IBAN+DE89370400440532013000BIC+COBADEFFXXX?30?31?32Ada'],
    { counterparty: { account: 'DE89370400440532013000', agent: 'COBADEFFXXX' } },
  ],
  [
    'labels of ABN AMRO',
    [
      'SEPA OVERBOEKING                 IBAN: NL91ABNA0417164300',
      'BIC: ABNANL2A                    NAAM: ADA BYRON KING',
      'OMSCHRIJVING: INVOICE 7 OF MAR CH',
      'KENMERK: E-1/2026-03-02 10:20:47/',
      '0000000007',
    ],
    {
      references: { endToEndId: 'E-1/2026-03-02 10:20:47/0000000007', creditorReferences: [] },
      remittance: ['INVOICE 7 OF MAR CH'],
      counterparty: { name: 'ADA BYRON KING', account: 'NL91ABNA0417164300', agent: 'ABNANL2A' },
    },
  ],
  [
    'labels of ABN AMRO in a direct debit',
    [
      'SEPA INCASSO ALGEMEEN DOORLOPEND INCASSANT: NL13ZZZ123456780000',
      'NAAM: ADA B.V.                  MACHTIGING: M-1',
      'IBAN: NL91ABNA0417164300         BETALINGSKENM.: 1234567899874563',
    ],
    {
      references: { endToEndId: undefined, mandateId: 'M-1', creditorReferences: ['1234567899874563'] },
      remittance: ['1234567899874563'],
      counterparty: { name: 'ADA B.V.', account: 'NL91ABNA0417164300' },
    },
  ],
  [
    'labels of ABN AMRO that the payer writes as well',
    [
      'SEPA OVERBOEKING                 IBAN: NL91ABNA0417164300',
      'OMSCHRIJVING: NOT IBAN: DE02 NOR KENMERK: E-0',
      'KENMERK: E-1',
    ],
    {
      references: { endToEndId: 'E-1' },
      remittance: ['NOT IBAN: DE02 NOR KENMERK: E-0'],
      counterparty: { account: 'NL91ABNA0417164300' },
    },
  ],
  [
    'labels of ABN AMRO that name nothing to be paid for',
    ['SEPA PERIODIEKE OVERB.           IBAN: NL91ABNA0417164300'],
    { remittance: ['SEPA PERIODIEKE OVERB.'], counterparty: { account: 'NL91ABNA0417164300' } },
  ],
  ['words of a person about SEPA', ['SEPA to IBAN NL91: Rent'], { remittance: ['SEPA to IBAN NL91: Rent'] }],
  ['plain text that begins with a mark', ['>20 EUR'], { remittance: ['>20 EUR'] }],
  ['plain text with a mark in it', ['100>20 EUR'], { remittance: ['100>20 EUR'] }],
  ['plain text', ['Invoice 7', '-5 % discount'], { remittance: ['Invoice 7', '-5 % discount'] }],
])('field 86 is read as %s', async (_, lines, expected) => {
  const held = await heldBy(statementWith(':61:260302C1,00NTRFX', `:86:${lines.join('\r\n')}`, ':62F:C260302EUR101,00'))
  expect(held.lines).toMatchObject([expected])
})

test('fields 86 that follow one another are the text of one entry, and before an entry one of the statement', async () => {
  const { lines } = await heldBy(
    statementWith(
      ':86:of the statement',
      ':61:260302C1,00NTRFX',
      ':86:Invoice 7',
      ':86:second',
      'third',
      ':62F:C260302EUR101,00',
    ),
  )
  expect(lines.map(({ remittance }) => remittance)).toEqual([['Invoice 7', 'second', 'third']])
})

test('a line of a text may begin with a colon, where no tag begins so', async () => {
  const { lines } = await heldBy(
    statementWith(':61:260302C1,00NTRFX', ':86:166?20Ku', ':KO:NR:401?32Ada', ':62F:C260302EUR101,00'),
  )
  expect(lines).toMatchObject([{ remittance: ['Ku:KO:NR:401'], counterparty: { name: 'Ada' } }])
})

test.each([
  ['a time that was cut behind its hour', ['Paid 14-02-2026T16', ':26:37 at till 7']],
  ['a time of digits that are those of a tag', ['Paid at 17', ':20:15']],
  ['a dash alone', ['Invoice 7 of last year -', '-']],
])('a line of a text may be %s', async (_, lines) => {
  const fields = statementWith(':61:260302C1,00NTRFX', `:86:${lines.join('\r\n')}`, ':62F:C260302EUR101,00')
  expect((await heldBy(mt940(BLOCKS, fields.trimEnd(), '-}'))).lines[0]?.remittance).toEqual(lines)
  expect((await heldBy(mt940(fields.trimEnd(), ' -', ...NEXT_HEAD, END))).lines[0]?.remittance).toEqual(lines)
})

test.each([
  ['the next statement, where the closing balance is lost', [...MT940_HEAD.map((f) => f.replace('STARTUMSE', '12'))]],
  ['an entry', [':61:260302C1,00NTRFX']],
])('what begins %s is none of a text that ends in a digit', async (_, fields) => {
  const file = statementWith(':61:260302C1,00NTRFX', ':86:Paid at 17', ...fields, ':62F:C260302EUR101,00')
  expect((await outcomeOf(file)).ok).toBe(false)
})

test('a text may be written in Windows-1252, of which a control character is refused all the same', async () => {
  const file = (byte: number) =>
    Buffer.from(
      statementWith(':61:260302C1,00NTRFX', ':86:\u00a7', ':62F:C260302EUR101,00').replace(
        '\u00a7',
        String.fromCharCode(byte),
      ),
      'latin1',
    )
  expect((await heldBy(file(0x80))).lines[0]?.remittance).toEqual(['\u20ac'])
  expect(await outcomeOf(file(0x81))).toMatchObject({ code: 'CHARACTER_NOT_ALLOWED', position: { line: 6 } })
})

test('a name may be written in UTF-8 or in Latin-1', async () => {
  const file = statementWith(':61:260302C1,00NTRFX', ':86:Müller', ':62F:C260302EUR101,00')
  for (const encoding of ['utf8', 'latin1'] as const)
    expect((await heldBy(Buffer.from(file, encoding))).lines[0]?.remittance).toEqual(['Müller'])
})
