import { expect, test } from 'vitest'
import { MT940_HEAD, mt940, outcomeOf } from '../statements.fixture.ts'
import { LINE_BYTES_MAX } from '../text.ts'
import { BLOCKS, END, statementWith, withEntry } from './mt940.fixture.ts'

test.each<[string, string, string, number]>([
  ['BALANCE_MISMATCH', 'a cent too much', withEntry(':61:260302C1,01NTRFX'), 6],
  ['CURRENCY_MISMATCH', 'balances in two currencies', statementWith(':62F:C260302USD100,00'), 5],
  ['CURRENCY_MISMATCH', 'another funds code', withEntry(':61:260302CD1,00NTRFX'), 5],
  ['CURRENCY_UNKNOWN', 'a currency that is none', mt940(...MT940_HEAD.slice(0, 3), ':60F:C260301EUX1,'), 4],
  ['AMOUNT_INVALID', 'a third decimal', withEntry(':61:260302C1,000NTRFX'), 5],
  ['BALANCE_MISMATCH', 'an amount without its comma that is another one', withEntry(':61:260302C100NTRFX'), 6],
  ['AMOUNT_INVALID', 'a comma alone', withEntry(':61:260302C,NTRFX'), 5],
  ['AMOUNT_INVALID', 'two commas', withEntry(':61:260302C1,0,0NTRFX'), 5],
  ['DATE_INVALID', 'the 31st of February', withEntry(':61:260231C1,00NTRFX'), 5],
  ['DATE_INVALID', 'an entry on the 30th of February', withEntry(':61:2603010230C1,00NTRFX'), 5],
  ['DATE_INVALID', 'an entry date that is none', withEntry(':61:2603021301C1,00NTRFX'), 5],
  ['FIELD_MALFORMED', 'a mark that is none', withEntry(':61:260302X1,00NTRFX'), 5],
  ['FIELD_MALFORMED', 'a type that is none', withEntry(':61:260302C1,00XTRFX'), 5],
  ['FIELD_MALFORMED', 'a third line of an entry', withEntry(':61:260302C1,00NTRFX\r\na\r\nb'), 5],
  ['FIELD_MALFORMED', 'a balance with more behind it', statementWith(`${END}x`), 5],
  ['FIELD_MALFORMED', 'no account', mt940(':20:X', ':25:', ':28C:1', ':60F:C260301EUR1,', ':62F:C260301EUR1,'), 2],
  ['FIELD_MALFORMED', 'a second line of an account', mt940(':20:X', ':25:1', '2', ':28C:1', ':60F:C260301EUR1,'), 2],
  ['FIELD_MALFORMED', 'the end of a block that did not begin', statementWith(END, '-}'), 6],
  ['FIELD_MALFORMED', 'an end without its block', mt940(BLOCKS, ...MT940_HEAD, END, '-'), 7],
  [
    'FIELD_MALFORMED',
    'a text without end',
    statementWith(':61:260302C1,00NTRFX', ':86:', ...Array(1_000).fill('x'), END),
    1_006,
  ],
  ['TAG_UNKNOWN', 'a tag of MT942', statementWith(':34F:EUR0,'), 5],
  ['TAG_UNKNOWN', 'a damaged tag', statementWith(':61:260302C1,00NTRFX', ':8x:text', END), 6],
  ['TAG_UNKNOWN', 'text before the first field', mt940('hello', ...MT940_HEAD, END), 1],
  ['TAG_OUT_OF_ORDER', 'no account', mt940(':20:X', ':28C:1'), 2],
  ['TAG_OUT_OF_ORDER', 'no opening balance', mt940(':20:X', ':25:1', ':28C:1', ':62F:C260301EUR1,'), 4],
  ['TAG_OUT_OF_ORDER', 'an entry behind the closing balance', statementWith(END, ':61:260302C1,00NTRFX'), 6],
  ['STATEMENT_NOT_ENDED', 'an end within', statementWith(':61:260302C1,00NTRFX', '-'), 5],
  ['TAG_OUT_OF_ORDER', 'another statement within', statementWith(':61:260302C1,00NTRFX', '-', ...MT940_HEAD), 7],
  ['TAG_OUT_OF_ORDER', 'two totals', statementWith(':90C:0EUR0,', ':90C:0EUR0,', END), 6],
  ['STATEMENT_NOT_ENDED', 'a file that is cut off', statementWith(':61:260302C1,00NTRFX'), 5],
  ['STATEMENT_NOT_ENDED', 'a block that is cut off', mt940(BLOCKS, ...MT940_HEAD, END), 6],
  ['STATEMENT_REPEATED', 'a statement twice', mt940(...MT940_HEAD, END, ...MT940_HEAD, END), 6],
  ['CHARACTER_NOT_ALLOWED', 'a control character', statementWith(':61:260302C1,00NTRFX', ':86:a\u001b[2J', END), 6],
  [
    'LINE_TOO_LONG',
    'a line without end',
    statementWith(':61:260302C1,00NTRFX', `:86:${'x'.repeat(LINE_BYTES_MAX)}`, END),
    6,
  ],
])('%s refuses %s', async (code, _, file, line) => {
  const outcome = await outcomeOf(file.startsWith(':20') || file.startsWith('{') ? file : `{4:\r\n${file}`)
  const shift = file.startsWith(':20') || file.startsWith('{') ? 0 : 1
  expect(outcome).toMatchObject({ ok: false, code, position: { line: line + shift } })
})
