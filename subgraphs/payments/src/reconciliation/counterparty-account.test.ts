import { expect, test } from 'vitest'
import { setReconciliationStage } from '../testing/reconciliation-stage.ts'
import { accountKey } from './counterparty-account.ts'

const IBAN = 'FR1420041010050500013M02606'
const PRINTED = 'FR14 2004 1010 0505 0001 3M02 606'

test.each([
  [PRINTED, IBAN],
  [IBAN, PRINTED],
  [IBAN.toLowerCase(), IBAN],
  [IBAN, PRINTED.toLowerCase()],
  [PRINTED, PRINTED],
])('the bank writes the IBAN %s, and %s was expected: they are the same', async (told, expected) => {
  await using stage = await setReconciliationStage()
  // Amounts and days alone would not say which is which.
  await stage.expect([{ counterparty: 'DE89370400440532013000' }, { counterparty: expected }])
  await stage.statement([{ counterparty: told }])
  await stage.run()
  const rows = await stage.database.sql.system<{ told: string; awaited: string }[]>`
    select l.counterparty_account as told, e.counterparty as awaited from bank_statement_line l
    join expected_movement e on e.item_id = l.item_id`
  expect([...rows]).toEqual([{ told: IBAN, awaited: IBAN }])
  await stage.expectSoundBooks()
})

test('the same source is the same movement, however its IBAN is written', async () => {
  await using stage = await setReconciliationStage()
  const of = (counterparty: string) => stage.expect([{ source: 'S', counterparty }])
  const [first] = await of(IBAN)
  expect(await of(PRINTED)).toEqual([first])
})

test('a statement whose IBANs have blanks is known again by the digest that it always had', async () => {
  await using stage = await setReconciliationStage()
  await stage.statement([{ counterparty: PRINTED }])
  const [statement] = await stage.database.sql.system`select content_digest from bank_statement`
  expect(statement).toEqual({ content_digest: '87cbbb6189fb88b83b97fe89cae1167ac22f1094d613b6cc102d890dbe7457a7' })
})

test.each([
  [PRINTED, IBAN],
  [' de89 3704 0044 0532 0130 00 ', 'DE89370400440532013000'],
  ['12 345 678', '12 345 678'],
  ['acct 0001', 'acct 0001'],
  ['0532013000/37040044', '0532013000/37040044'],
  ['FR14-2004-1010', 'FR14-2004-1010'],
])('an account %j is kept as %j', (written, kept) => {
  expect(accountKey(written)).toBe(kept)
})
