import { expect, test } from 'vitest'
import { bal, camt, camtDocument, camtStatement, ntry, outcomeOf, txDtls } from '../statements.fixture.ts'
import { charge, summary } from './camt.fixture.ts'
import { DEPTH_MAX, PIECE_CHARACTERS_MAX } from './elements.ts'
import { TRANSACTIONS_MAX } from './read.ts'

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
  ['XML_TOO_DEEP', 'deep nesting', { entries: [`<SplmtryData>${'<a>'.repeat(DEPTH_MAX)}`] }],
  ['XML_TOO_LARGE', 'a long text', { statement: 'x'.repeat(2 * PIECE_CHARACTERS_MAX) }],
  ['XML_TOO_LARGE', 'a long attribute', { entries: [`<a b="${'x'.repeat(2 * PIECE_CHARACTERS_MAX)}"/>`] }],
  [
    'XML_TOO_LARGE',
    'a text in many pieces',
    { entries: [`<SplmtryData>${'<![CDATA[12345678]]>'.repeat(10_000)}</SplmtryData>`] },
  ],
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
    'batches without end',
    { kind: '054', entries: [ntry('1.00', { details: '</NtryDtls><NtryDtls>'.repeat(TRANSACTIONS_MAX) })] },
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

test('a refusal names line, column and path', async () => {
  const file = camt({ closing: '102.00', entries: [ntry('1.00'), ntry('1.0x')] })
  expect(await outcomeOf(file)).toMatchObject({
    code: 'AMOUNT_INVALID',
    message: expect.stringMatching(/^"1.0x" "EUR": /),
    position: { line: 6, column: 31, path: 'Document/BkToCstmrStmt/Stmt/Ntry/Amt' },
  })
})
