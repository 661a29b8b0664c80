import fc from 'fast-check'
import { expect, test } from 'vitest'
import { IDENTIFICATION_CHARACTERS_MAX } from './identifications.ts'
import { readStatement, type StatementSource } from './read-statement.ts'
import {
  ACCOUNT,
  camt,
  camtDocument,
  camtStatement,
  heldBy,
  MT940_HEAD,
  mt940,
  ntry,
  outcomeOf,
  sourceOf,
  txDtls,
} from './statements.fixture.ts'
import { STATEMENTS_MAX } from './tally.ts'

const MAPPING = {
  account: 'A',
  currency: 'EUR',
  columns: { bookingDate: 'date', amount: 'amount', remittance: 'text' },
}
const FILES = [
  [
    'camt',
    camt({
      closing: '110.00',
      entries: [
        ntry('10.00', { details: txDtls('4.00', '<RmtInf><Ustrd>Müller €</Ustrd></RmtInf>') + txDtls('6.00') }),
      ],
    }),
    {},
  ],
  ['MT940', mt940(...MT940_HEAD, ':61:260302C1,00NTRFX', ':86:Müller €', ':62F:C260302EUR101,00'), {}],
  ['CSV', 'date,amount,text\r\n2026-03-02,1.00,"Müller, €"\r\n2026-03-03,-1.00,\r\n', { mapping: MAPPING }],
] as const

test.each(FILES)('%s is the same in whatever chunks it comes', async (_, content, options) => {
  const whole = await heldBy(content, options, 1_000_000)
  for (const chunkSize of [1, 2, 3, 7, 64])
    expect(await heldBy(content, options, chunkSize)).toEqual({ ...whole, read: expect.any(Function) })
})

test.each<[string, string | Uint8Array]>([
  ['EMPTY_FILE', ''],
  ['EMPTY_FILE', '\ufeff'],
  ['FORMAT_UNKNOWN', '\n'],
  ['FORMAT_UNKNOWN', 'date,amount\n'],
  ['FORMAT_UNKNOWN', Buffer.from([0x50, 0x4b, 3, 4])],
  ['ENCODING_INVALID', Buffer.from(camt(), 'utf16le')],
  ['ENCODING_INVALID', Buffer.from(`\ufeff${camt()}`, 'utf16le')],
  ['ENCODING_INVALID', Buffer.from(`\ufeff${camt()}`, 'utf16le').swap16()],
  ['ENCODING_INVALID', Buffer.from(mt940(...MT940_HEAD), 'utf16le')],
  ['XML_MALFORMED', '<'],
  ['STATEMENT_NOT_ENDED', ':20:X'],
])('%s refuses what is none of the formats', async (code, content) => {
  expect(await outcomeOf(content)).toMatchObject({ ok: false, code, position: { line: 1 } })
})

test('bytes that are no UTF-8 are refused with their line', async () => {
  const broken = Buffer.from(
    camt({ closing: '101.00', entries: [ntry('1.00', { more: '<NtryRef>ü</NtryRef>' })] }),
    'latin1',
  )
  for (const chunkSize of [1, 100, 10_000])
    expect(await outcomeOf(broken, {}, chunkSize)).toMatchObject({ code: 'ENCODING_INVALID', position: { line: 5 } })
})

test('a file is read whole before its first line is handed on', async () => {
  let opened = 0
  const good = sourceOf(camt({ closing: '101.00', entries: [ntry('1.00')] }))
  const read = await readStatement({
    open() {
      opened += 1
      return good.open()
    },
  })
  expect([read.ok, opened]).toEqual([true, 1])
  const late = camtDocument([
    camtStatement({ statement: 'A', closing: '101.00', entries: [ntry('1.00')] }),
    camtStatement({ statement: 'B', closing: '100.01' }),
  ])
  expect(await readStatement(sourceOf(late, 50))).toMatchObject({ ok: false, code: 'BALANCE_MISMATCH' })
})

test.each([
  ['another file that holds', camt({ closing: '102.00', entries: [ntry('2.00')] })],
  ['a file that does not', camt({ closing: '102.00', entries: [ntry('1.00')] })],
  ['no statement', '<x/>'],
])('a file that has become %s is told as such', async (_, after) => {
  const contents = [camt({ closing: '101.00', entries: [ntry('1.00')] }), after]
  const read = await readStatement({ open: () => sourceOf(contents.shift() ?? '').open() })
  if (!read.ok) throw new Error(read.message)
  const drain = async () => {
    for await (const line of read.value.read()) expect(line.entry).toBe(1)
  }
  await expect(drain()).rejects.toMatchObject({ code: 'FILE_CHANGED' })
})

test('the digest is that of the content', async () => {
  const [first, again, other] = await Promise.all(
    [camt(), camt(), camt({ statement: 'other' })].map((file) => heldBy(file)),
  )
  expect(first?.digest).toBe(again?.digest)
  expect(first?.digest).not.toBe(other?.digest)
})

// As where a mapping takes account numbers for amounts: no run of that account could be stored any more.
test.each<[string, string, object]>([
  ['camt.054', camt({ kind: '054', entries: [ntry('9999999999999999.99'), ntry('0.02')] }), {}],
  ['CSV', 'date,amount,text\n2026-03-02,-9999999999999999.99,a\n2026-03-02,-0.02,b\n', { mapping: MAPPING }],
])('credits or debits of %s that sum to more than books hold are refused', async (_, content, options) => {
  expect(await outcomeOf(content.replace('0.02', '0.01'), options)).toMatchObject({ ok: true })
  expect(await outcomeOf(content, options)).toMatchObject({
    code: 'AMOUNT_INVALID',
    position: { line: expect.any(Number) },
  })
})

const LONG = 'x'.repeat(IDENTIFICATION_CHARACTERS_MAX + 1)
test.each<[string, string, object]>([
  ['the id of a statement', camt({ statement: LONG }), {}],
  ['an account', camt().replaceAll(ACCOUNT, LONG), {}],
  [
    'a reference of the bank',
    camt({ kind: '054', entries: [ntry('1', { more: `<AcctSvcrRef>${LONG}</AcctSvcrRef>` })] }),
    {},
  ],
  ['the number of a statement', mt940(...MT940_HEAD, ':62F:C260301EUR100,').replace('00049/001', LONG), {}],
  [
    'the account of a CSV file',
    `a,d,m\n${LONG},2026-03-02,1\n`,
    { mapping: { currency: 'EUR', columns: { account: 'a', bookingDate: 'd', amount: 'm' } } },
  ],
])('%s that no bank writes so long, and no index takes, is refused', async (_, content, options) => {
  expect(await outcomeOf(content, options)).toMatchObject({
    ok: false,
    code: 'VALUE_TOO_LONG',
    position: { line: expect.any(Number) },
  })
})

test('the source is closed, whether a file holds, is refused, or is left half-way', async () => {
  let open = 0
  const counted = (content: string): StatementSource => ({
    async *open() {
      open += 1
      try {
        yield* sourceOf(content, 100).open()
      } finally {
        open -= 1
      }
    },
  })
  for (const [, content, options] of FILES) {
    const read = await readStatement(counted(content), options)
    if (!read.ok) throw new Error(read.message)
    for await (const line of read.value.read()) if (line.entry === 1) break
    expect((await readStatement(counted(content.slice(0, -12).replace('1.00', '1,x')), options)).ok).toBe(false)
  }
  await readStatement(counted('neither of them'.repeat(100)))
  expect(open).toBe(0)
})

test.each([
  ['camt', camt().slice(0, 300), {}],
  ['MT940', mt940(...MT940_HEAD), {}],
  ['CSV', 'date,amount,text\n', { mapping: MAPPING }],
] as const)('what the source of %s throws is thrown, and is no refusal', async (_, content, options) => {
  const source: StatementSource = {
    async *open() {
      yield Buffer.from(content)
      throw new Error('disk on fire')
    },
  }
  await expect(readStatement(source, options)).rejects.toThrow('disk on fire')
})

test('a file that is too large is refused', async () => {
  const file = camt()
  expect(await outcomeOf(file, { bytesMax: file.length })).toMatchObject({ ok: true })
  expect(await outcomeOf(file, { bytesMax: file.length - 1 })).toMatchObject({ ok: false, code: 'FILE_TOO_LARGE' })
})

test('a file of more statements than a file may have is refused', async () => {
  const names = Array.from({ length: STATEMENTS_MAX + 1 }, (_, at) => `S${at}`)
  const xml = camtDocument(names.map((statement) => camtStatement({ statement })))
  const csv = `date,amount,a\n${names.map((name) => `2026-03-02,1.00,${name}\n`).join('')}`
  const mapping = { currency: 'EUR', columns: { bookingDate: 'date', amount: 'amount', account: 'a' } }
  expect(await outcomeOf(xml, {}, 1_000_000)).toMatchObject({ ok: false, code: 'TOO_MANY_STATEMENTS' })
  expect(await outcomeOf(csv, { mapping }, 1_000_000)).toMatchObject({ ok: false, code: 'TOO_MANY_STATEMENTS' })
})

test('a currency that was withdrawn is read in statements of its time, and not in later ones', async () => {
  const details = txDtls('1.00', '<Chrgs><Amt Ccy="EUR">0.10</Amt></Chrgs>') + txDtls('2.00')
  const summary = '<TxsSummry><TtlNtries><Sum>3.00</Sum></TtlNtries></TxsSummry>'
  const xml = [
    camt({ closing: '103.00', summary, entries: [ntry('3.00', { details })] }),
    camt({ kind: '054', summary, entries: [ntry('3.00', { details })] }),
  ]
  const swift = mt940(...MT940_HEAD, ':61:260302C1,00NTRFX', ':90C:1EUR1,00', ':62F:C260302EUR101,00')
  const csv = 'date,amount,text,balance\n2026-03-02,1.00,,1.00\n'
  const mapping = {
    ...MAPPING,
    currency: 'HRK',
    openingBalance: '0.00',
    closingBalance: '1.00',
    columns: { ...MAPPING.columns, balance: 'balance' },
  }
  const inKuna = (file: string, year: number) =>
    file
      .replaceAll('EUR', 'HRK')
      .replaceAll('2026-', `${year}-`)
      .replaceAll(/(?<=[:CD])26(?=03)/g, String(year % 100))
  for (const file of [...xml, swift, csv]) {
    const options = file === csv ? { mapping } : {}
    expect((await heldBy(inKuna(file, 2022), options)).lines[0]?.amount.currency).toBe('HRK')
    expect(await outcomeOf(inKuna(file, 2024), options)).toMatchObject({ ok: false, code: 'CURRENCY_UNKNOWN' })
  }
})

const cents = fc.bigInt({ min: -1_000_000_00n, max: 1_000_000_00n })
const text = (minor: bigint, point: string) => {
  const digits = String(minor < 0n ? -minor : minor).padStart(3, '0')
  return `${digits.slice(0, -2)}${point}${digits.slice(-2)}`
}
const xmlText = (minor: bigint) => `${minor < 0n ? '-' : ''}${text(minor, '.')}`

test('any entries are read to the cent in each format, and opening plus lines is closing', async () => {
  await fc.assert(
    fc.asyncProperty(cents, fc.array(cents, { maxLength: 20 }), async (opening, amounts) => {
      const closing = amounts.reduce((sum, minor) => sum + minor, opening)
      const sign = (minor: bigint) => (minor < 0n ? 'D' : 'C')
      const xml = camt({
        opening: xmlText(opening),
        closing: xmlText(closing),
        entries: amounts.map((minor) => ntry(text(minor, '.'), { sign: minor < 0n ? 'DBIT' : 'CRDT' })),
      })
      const swift = mt940(
        ...MT940_HEAD.slice(0, 3),
        `:60F:${sign(opening)}260301EUR${text(opening, ',')}`,
        ...amounts.map((minor) => `:61:260302${sign(minor)}${text(minor, ',')}NTRFX`),
        `:62F:${sign(closing)}260302EUR${text(closing, ',')}`,
      )
      for (const file of [xml, swift]) {
        const { lines, statements } = await heldBy(file)
        expect(lines.map(({ amount }) => amount.minor)).toEqual(amounts)
        expect(statements).toMatchObject([
          { balances: { opening: { amount: { minor: opening } }, closing: { amount: { minor: closing } } } },
        ])
      }
    }),
    { numRuns: 50 },
  )
})
