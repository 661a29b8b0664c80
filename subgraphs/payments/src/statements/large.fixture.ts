// Run as a worker with little memory: reads a file of 100,000 lines twice and says what it held.

import { parentPort, workerData } from 'node:worker_threads'
import { readStatement } from './read-statement.ts'
import { bal, camtDocument, camtStatement, MT940_HEAD, mt940, ntry, txDtls } from './statements.fixture.ts'

const LINES = 100_000
const DETAILS = txDtls(undefined, `<RmtInf><Ustrd>${'Invoice '.repeat(10)}</Ustrd></RmtInf>`)

/** Beginning, one entry, end. The entries add up to 1,000.00. */
const FILES: Readonly<Record<string, readonly [string, string, string]>> = {
  camt: [
    ...(camtDocument([camtStatement({ balances: bal('OPBD', '0.00') + bal('CLBD', '1000.00'), entries: ['|'] })]).split(
      '|',
    ) as [string, string]),
  ].toSpliced(1, 0, ntry('0.01', { details: DETAILS })) as [string, string, string],
  MT940: [
    mt940(...MT940_HEAD.slice(0, 3), ':60F:C260301EUR0,'),
    mt940(':61:260302C0,01NTRFNONREF//BANK', `:86:166?20EREF+E?21SVWZ+${'Invoice '.repeat(10)}?32Ada`),
    mt940(':62F:C260302EUR1000,'),
  ],
  CSV: ['date,amount,text\n', `2026-03-02,0.01,"${'Invoice '.repeat(10)}"\n`, ''],
}
const MAPPING = { account: 'A', currency: 'EUR', openingBalance: '0.00', closingBalance: '1000.00' }
const COLUMNS = { bookingDate: 'date', amount: 'amount', remittance: 'text' }

const [begin, entry, end] = FILES[workerData] ?? ['', '', '']
const source = {
  async *open() {
    yield Buffer.from(begin)
    const hundred = Buffer.from(entry.repeat(100))
    for (let at = 0; at < LINES; at += 100) yield hundred
    yield Buffer.from(end)
  },
}
const read = await readStatement(source, workerData === 'CSV' ? { mapping: { ...MAPPING, columns: COLUMNS } } : {})
if (!read.ok) throw new Error(`${read.code}: ${read.message}`)
let sum = 0n
for await (const line of read.value.read()) sum += line.amount.minor
parentPort?.postMessage({ lines: read.value.lines, sum })
