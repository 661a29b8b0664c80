import { expect, test } from 'vitest'
import { camt, heldBy, ntry, outcomeOf, txDtls } from '../statements.fixture.ts'

const five = ntry('5.00')
const misspelt = (entry: string) => entry.replaceAll('Ntry>', 'Ntrx>')
const batch = (count: string, details: string) =>
  ntry('10.00', { details: `<Btch><NbOfTxs>${count}</NbOfTxs></Btch>${details}` })
const two = txDtls('4.00') + txDtls('6.00')

// A notification has no balances that would tell that a line is missing.
test.each([
  ['an entry of a wrong name', [ntry('1.00'), misspelt(five)], 'Ntfctn/Ntrx'],
  ['an entry of another namespace', [ntry('1.00'), five.replace('<Ntry>', '<Ntry xmlns="urn:x">')], 'Ntfctn/{}Ntry'],
  ['an element of an entry', [five.replace('<Sts>', '<Xtra/><Sts>')], 'Ntfctn/Ntry/Xtra'],
  ['a transaction beside the details', [five.replace('</Ntry>', `${txDtls('5.00')}</Ntry>`)], 'Ntfctn/Ntry/TxDtls'],
  [
    'details of a wrong name',
    [ntry('10.00', { details: two }).replaceAll('NtryDtls', 'NtryDtl')],
    'Ntfctn/Ntry/NtryDtl',
  ],
  [
    'a transaction of a wrong name',
    [ntry('10.00', { details: two.replace('<TxDtls>', '<TxDtl>').replace('</TxDtls>', '</TxDtl>') })],
    'Ntfctn/Ntry/NtryDtls/TxDtl',
  ],
  [
    'a transaction within what is said of a batch',
    [ntry('10.00', { details: `<Btch>${two}</Btch>` })],
    'Ntfctn/Ntry/NtryDtls/Btch/TxDtls',
  ],
])('refuses %s', async (_, entries, path) => {
  expect(await outcomeOf(camt({ kind: '054', entries }))).toMatchObject({
    code: 'ELEMENT_UNKNOWN',
    position: { line: expect.any(Number), path: `Document/BkToCstmrDbtCdtNtfctn/${path}` },
  })
})

test('refuses what is no statement where one may stand, and what is no message', async () => {
  const good = camt({ entries: [] })
  expect(await outcomeOf(good.replace('</BkTo', '<Stmnt/></BkTo'))).toMatchObject({
    code: 'ELEMENT_UNKNOWN',
    message: '"Stmnt" is nothing that BkToCstmrStmt has.',
    position: { path: 'Document/BkToCstmrStmt/Stmnt' },
  })
  expect(await outcomeOf(good.replaceAll('BkToCstmrStmt', 'BkToCstmrDbtCdtNtfctn'))).toMatchObject({
    code: 'ELEMENT_UNKNOWN',
    position: { path: 'Document/BkToCstmrDbtCdtNtfctn' },
  })
})

const leaves = (names: string) =>
  names
    .split(' ')
    .map((name) => `<${name}/>`)
    .join('')

test.each(['02', '08', '13', '14'])('takes all that ISO has in version 001.%s', async (version) => {
  const entry = ntry('10.00', { details: two }).replace(
    '</Ntry>',
    `${leaves('NtryRef AcctSvcrRef Avlbty BkTxCd ComssnWvrInd AddtlInfInd AmtDtls Chrgs TechInptChanl Intrst CardTx AddtlNtryInf')}</Ntry>`,
  )
  const supplement = '<SplmtryData><Envlp><Own xmlns="urn:x"><Ntry/></Own></Envlp></SplmtryData>'
  const ofStatement = 'RptgSeq LglSeqNb CreDtTm FrToDt CpyDplctInd RptgSrc RltdAcct Intrst'
  for (const [kind, own] of [
    ['053', 'StmtPgntn AddtlStmtInf'],
    ['054', 'NtfctnPgntn AddtlNtfctnInf'],
  ] as const) {
    const file = camt({ kind, version, closing: '110.00', summary: leaves(`${ofStatement} ${own}`), entries: [entry] })
    expect((await heldBy(file.replace('</BkTo', `${supplement}</BkTo`))).lines).toHaveLength(2)
  }
})

test('takes supplementary data of another namespace in a transaction', async () => {
  const supplement = '<SplmtryData><x:Envlp xmlns:x="urn:x"><x:TxDtls/></x:Envlp></SplmtryData>'
  const file = camt({ closing: '110.00', entries: [ntry('10.00', { details: txDtls('10.00', supplement) })] })
  expect((await heldBy(file)).lines).toHaveLength(1)
})

test.each([
  ['all that it says', batch('2', two), 2],
  ['all with zeros before', batch('00002', two), 2],
  ['none of them', batch('3', ''), 1],
  ['their sum', batch('3', txDtls('10.00')), 1],
  ['one without an amount', batch('3', txDtls(undefined)), 1],
  ['each in details of its own', batch('2', `${txDtls('4.00')}</NtryDtls><NtryDtls>${txDtls('6.00')}`), 2],
  [
    'those of two batches',
    batch(
      '2',
      `${txDtls('1.00')}${txDtls('2.00')}</NtryDtls><NtryDtls><Btch><NbOfTxs>1</NbOfTxs></Btch>${txDtls('7.00')}`,
    ),
    3,
  ],
])('takes a batch with %s', async (_, entry, lines) => {
  expect((await heldBy(camt({ kind: '054', entries: [entry] }))).lines).toHaveLength(lines)
})

test.each([
  ['TOTALS_MISMATCH', 'one too few', batch('3', two)],
  ['TOTALS_MISMATCH', 'one too many', batch('1', two)],
  ['TOTALS_MISMATCH', 'one too few without amounts', batch('3', txDtls(undefined).repeat(2))],
  ['TOTALS_MISMATCH', 'one alone of less than the entry', batch('2', txDtls('4.00'))],
  ['VALUE_INVALID', 'a number that is none', batch('two', two)],
  ['VALUE_INVALID', 'a number below zero', batch('-2', two)],
])('%s refuses a batch with %s', async (code, _, entry) => {
  expect(await outcomeOf(camt({ kind: '054', entries: [entry] }))).toMatchObject({
    code,
    position: { path: 'Document/BkToCstmrDbtCdtNtfctn/Ntfctn/Ntry/NtryDtls/Btch/NbOfTxs' },
  })
})
