// A file that was damaged on its way is refused by a name, or holds all the same: its balances, to the minor unit.

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { STATEMENT_FAULTS } from './fault.ts'
import {
  bal,
  camt,
  camtDocument,
  camtStatement,
  MT940_HEAD,
  mt940,
  ntry,
  outcomeOf,
  txDtls,
} from './statements.fixture.ts'

const CAMT = Buffer.from(
  camtDocument([
    camtStatement({
      statement: 'A',
      balances: bal('OPBD', '100.00') + bal('CLBD', '107.25'),
      summary: '<TxsSummry><TtlNtries><NbOfNtries>3</NbOfNtries><Sum>12.75</Sum></TtlNtries></TxsSummry>',
      entries: [
        ntry('10.00', { details: txDtls('4.00', '<RmtInf><Ustrd>Müller &amp; Co</Ustrd></RmtInf>') + txDtls('6.00') }),
        ntry('2.75', {
          sign: 'DBIT',
          more: '<RvslInd>true</RvslInd><Chrgs><Rcrd><Amt Ccy="EUR">0.75</Amt></Rcrd></Chrgs>',
        }),
        ntry('0.00'),
      ],
    }),
    camtStatement({ statement: 'B' }),
  ]),
)
const MT940 = Buffer.from(
  mt940(
    '{1:F01BANKDEFFAXXX0000000000}{2:O9400000}{4:',
    ...MT940_HEAD,
    ':61:2603020302C10,00NTRFOWNER//BANK',
    ':86:166?00TRANSFER?20EREF+E-1?21SVWZ+Müller?32Ada',
    ':61:260302RC2,75NCHGNONREF',
    ':86:/EREF/E-2/REMI/text',
    ':62F:C260302EUR107,25',
    '-}',
    ...MT940_HEAD.map((field) => field.replace('STARTUMSE', 'NEXT')),
    ':62F:C260302EUR100,00',
    '-',
  ),
)
const CSV = Buffer.from(
  'date,amount,balance,text\n2026-03-02,10.00,110.00,"Müller, ""Ada"""\n2026-03-03,-2.75,107.25,x\n',
)
const MAPPING = {
  account: 'A',
  currency: 'EUR',
  openingBalance: '100.00',
  closingBalance: '107.25',
  columns: { bookingDate: 'date', amount: 'amount', balance: 'balance', remittance: 'text' },
}
const FILES = [
  ['camt', CAMT, {}],
  ['MT940', MT940, {}],
  ['CSV', CSV, { mapping: MAPPING }],
] as const

/** Refused by a name with a reason; or what is handed on is what was counted, and balances. */
async function expectRefusedOrSound(content: Uint8Array, options: object): Promise<void> {
  const outcome = await outcomeOf(content, options)
  if (!outcome.ok) {
    expect(Object.keys(STATEMENT_FAULTS)).toContain(outcome.code)
    expect(outcome.code).not.toBe('FILE_CHANGED')
    expect(outcome.message).toMatch(/\S.*[.:"]/)
    return
  }
  expect(outcome.lines).toHaveLength(outcome.lineCount)
  expect(outcome.statements.reduce((sum, { lines }) => sum + lines, 0)).toBe(outcome.lineCount)
  for (const { statementId, account, balances } of outcome.statements) {
    const own = outcome.lines.filter((line) => line.statementId === statementId && line.account === account)
    const moved = own.filter(({ status }) => status === 'BOOK').reduce((sum, { amount }) => sum + amount.minor, 0n)
    expect((balances?.opening.amount.minor ?? 0n) + moved).toBe(balances?.closing.amount.minor)
  }
}

test('undamaged, they hold', async () => {
  for (const [, content, options] of FILES) expect((await outcomeOf(content, options)).ok).toBe(true)
})

test.each(FILES)('%s with a bit of each byte turned', async (_, content, options) => {
  for (let at = 0; at < content.length; at += 1)
    for (const bit of [at % 8, (at + 4) % 8]) {
      const damaged = Uint8Array.from(content)
      damaged[at] = (damaged[at] ?? 0) ^ (1 << bit)
      await expectRefusedOrSound(damaged, options)
    }
})

test.each(FILES)('%s cut off at each byte', async (_, content, options) => {
  for (let end = 0; end < content.length; end += 1) await expectRefusedOrSound(content.subarray(0, end), options)
})

test.each(FILES)(
  '%s with anything in place of anything',
  async (_, content, options) => {
    const piece = fc.oneof(
      fc.uint8Array({ maxLength: 12 }),
      fc
        .constantFrom('<', '>', '</Ntry>', '&#0;', '<!--', ':61:', '-}', '{4:', '\r', '"', ',', '9', '-', '\u0000')
        .map((text) => Buffer.from(text)),
    )
    await fc.assert(
      fc.asyncProperty(fc.nat(content.length), fc.nat(40), piece, async (at, length, middle) =>
        expectRefusedOrSound(Buffer.concat([content.subarray(0, at), middle, content.subarray(at + length)]), options),
      ),
      { numRuns: 500 },
    )
  },
  120_000,
)

test.each(FILES)('%s with an amount changed anywhere never balances', async (name, content, options) => {
  const text = content.toString()
  const changed = [...text.matchAll(/(?<=>|,|C|EUR)\d+[.,]\d\d(?=<|N|\r|,|\n)/g)].map(({ 0: amount, index }) => {
    const other = amount.replace(/\d$/, (digit) => String((Number(digit) + 1) % 10))
    return text.slice(0, index) + other + text.slice(index + amount.length)
  })
  expect(changed.length).toBeGreaterThan(2)
  for (const damaged of changed) {
    const outcome = await outcomeOf(damaged, options)
    // What a charge was says nothing of the balance.
    const isCharge = name === 'camt' && damaged.includes('0.76')
    expect([outcome.ok, damaged]).toEqual([isCharge, damaged])
  }
})

test('a notification has no balances, and is refused or whole as well', async () => {
  const content = Buffer.from(
    camt({ kind: '054', entries: [ntry('10.00', { details: txDtls('4.00') + txDtls('6.00') })] }),
  )
  for (let at = 0; at < content.length; at += 1) {
    const damaged = Uint8Array.from(content)
    damaged[at] = (damaged[at] ?? 0) ^ 1
    const outcome = await outcomeOf(damaged)
    if (outcome.ok) expect(outcome.lines.map(({ amount }) => amount.minor)).toEqual([400n, 600n])
    else expect(Object.keys(STATEMENT_FAULTS)).toContain(outcome.code)
  }
})
