// Statements as banks send them, where there are some: they are data of others and no part of this repository.

import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { fileSource } from './check/files.ts'
import { STATEMENT_FAULTS } from './fault.ts'
import { readStatement } from './read-statement.ts'

const REPOSITORY = new URL('../../../../', import.meta.url)
const FOLDER = process.env.STATEMENTS_FOLDER ?? fileURLToPath(new URL('../shared/data/iso20022', REPOSITORY))
const files = existsSync(FOLDER) ? readdirSync(FOLDER).filter((name) => name.endsWith('.xml')) : []

/**
 * Format and number of lines, or the refusal, of the files that are known. Two samples of banks contradict ISO's own
 * definitions and stay refused: guessing which of their two figures is meant would book the wrong one somewhere else.
 */
const EXPECTED: Readonly<Record<string, readonly [string, number] | string>> = {
  '200924_camt.054_P_CH2909000000250094239_1110092703_0_2019042423412214.xml': ['camt.054', 6],
  'FI_camt_053_sample.xml.xml': ['camt.053', 13],
  // Its net total takes a credit that reverses (CRDT, RvslInd, INFO) for a debit: by ISO the sign is that of CdtDbtInd.
  'FI_camt_054_sample.xml.xml': 'TOTALS_MISMATCH',
  // Of PostFinance: its CLBD leaves out a booked entry with a later value date, as only CLAV may; FWAV has it.
  'camt.053_P_CH2909000000250094239_1110092698_0_2020112503071366.xml': 'BALANCE_MISMATCH',
  'musterfile_pain.001_Nov2020.xml': 'MESSAGE_UNKNOWN',
  'statement_1.xml': ['camt.053', 4],
}

test('every file of a bank is read with its lines, or refused by a name', async ({ skip }) => {
  if (files.length === 0) skip(`There is no file in ${FOLDER}: set STATEMENTS_FOLDER.`)
  for (const name of files) {
    const read = await readStatement(await fileSource(join(FOLDER, name)))
    const expected = EXPECTED[name.replace(/^moov_/, '')]
    if (expected !== undefined)
      expect([name, read.ok ? [read.value.format, read.value.lines] : read.code]).toEqual([name, expected])
    else if (read.ok) expect(read.value.lines, name).toBeGreaterThan(0)
    else expect(Object.keys(STATEMENT_FAULTS), name).toContain(read.code)
  }
})
