// An entry of several transactions: how it is split, and what is charged for it.

import { expect, test } from 'vitest'
import { chargesApart } from '../charges-apart.ts'
import { camt, heldBy, ntry, outcomeOf, txDtls } from '../statements.fixture.ts'
import { charge, eur } from './camt.fixture.ts'

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

test('they come apart by the transactions that were charged, with the references of these', async () => {
  const charges = [
    charge('0.20') + charge('0.05', '<CdtDbtInd>CRDT</CdtDbtInd>'),
    charge('0.30') + charge('0.40', '<ChrgInclInd>false</ChrgInclInd>'),
    charge('9.00').replace('EUR', 'USD'),
  ]
  const own = '<AcctSvcrRef>T</AcctSvcrRef><InstrId>I</InstrId>'
  const details = charges
    .map((each, at) => txDtls(`${at + 1}.00`, `<Chrgs>${each}</Chrgs>`).replace('<Refs>', `<Refs>${own}`))
    .join('')
  const more = '<NtryRef>N</NtryRef><AcctSvcrRef>E</AcctSvcrRef>'
  const { lines } = await heldBy(camt({ closing: '93.55', entries: [ntry('6.45', { sign: 'DBIT', more, details })] }))
  const told = lines.at(-1)
  expect(told).toMatchObject({ amount: eur(-45n), references: { endToEndId: undefined } })
  const ofEntry = { accountServicerReference: 'E', entryServicerReference: 'E', entryReference: 'N' }
  expect(told && chargesApart(told)).toMatchObject([
    { entry: 1, amount: eur(-15n), references: { endToEndId: 'E-1.00', instructionId: 'I', ...ofEntry } },
    { entry: 1, amount: eur(-30n), references: { endToEndId: 'E-2.00', instructionId: 'I', ...ofEntry } },
  ])
  for (const line of lines.slice(0, -1)) expect(chargesApart(line)).toBeUndefined()
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
