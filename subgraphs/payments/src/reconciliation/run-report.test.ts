// What a run reports: each line and each movement once, where it stands, and of what nobody can explain what is in suspense.

import fc from 'fast-check'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { camt, ntry } from '../statements/statements.fixture.ts'
import {
  ACCOUNT,
  type ReconciliationStage,
  setReconciliationStage,
  type TestLine,
} from '../testing/reconciliation-stage.ts'
import { autoResolve } from './auto-resolve.ts'
import { dismissed, end, lines, movements, writtenOff } from './days.fixture.ts'
import { findTotals, type Total } from './db/runs.ts'
import { matchByHand } from './match-by-hand.ts'

let stage: ReconciliationStage
beforeEach(async () => {
  stage = await setReconciliationStage()
})
afterEach(() => stage[Symbol.asyncDispose]())

/** `STATUS items: lines/expected fee difference` of the day, once more came for it and it was run again. */
async function reported(): Promise<string[]> {
  const { run } = await stage.run()
  const totals = await findTotals(stage.db, [run.id])
  return totals.map(
    ({ status, items, lines, expected, feeMinor, differenceMinor }) =>
      `${status} ${items}: ${lines}/${expected} ${feeMinor} ${differenceMinor}`,
  )
}

/** Something new, so that the day is reported again. */
const news = () => stage.statement([{ reference: 'NEWS', amount: '1.00' }])
const NEWS = 'MISSING_INTERNALLY 1: 1/0 0 100'

test('a line that is matched late is no case in the report any more', async () => {
  await stage.statement([{ reference: 'A' }])
  expect(await reported()).toEqual(['MISSING_INTERNALLY 1: 1/0 0 10000'])
  await stage.expect([{ reference: 'A' }])
  expect(await reported()).toEqual(['MATCHED 1: 1/1 0 0'])
})

test('a case that has become another one is reported as that alone', async () => {
  await stage.statement([{ reference: 'A', amount: '90.00' }])
  await reported()
  await stage.expect([{ reference: 'A' }])
  expect(await reported()).toEqual(['AMOUNT_MISMATCH 1: 1/1 0 -1000'])
})

test('cases that a person has matched are reported as the match', async () => {
  await stage.statement([{ reference: 'A' }])
  await stage.expect([{ reference: 'B', expectedOn: '2026-11-10' }])
  await stage.run()
  await matchByHand(stage.db, { caseIds: await stage.cases(), movementIds: [] }, stage.provenance())
  await news()
  expect(await reported()).toEqual(['MATCHED 1: 1/1 0 0', NEWS])
})

test('a difference that was booked as a fee is a fee in the report, and no difference', async () => {
  await stage.expect([{ reference: 'A', feeMinor: 50n }])
  await stage.statement([{ reference: 'A', amount: '99.80' }])
  await stage.run()
  await autoResolve(stage.db, ACCOUNT, stage.provenance())
  await news()
  expect(await reported()).toEqual(['AMOUNT_MISMATCH 1: 1/1 20 0', NEWS])
})

test('a movement that was told twice is a line of no difference, also when somebody has said so', async () => {
  const entry = ntry('7.00', { more: '<AcctSvcrRef>BANK-1</AcctSvcrRef>' })
  await stage.file(camt({ kind: '054', entries: [entry] }))
  await stage.file(camt({ closing: '107.00', entries: [entry] }))
  expect(await reported()).toEqual(['DUPLICATE 1: 1/0 0 0', 'MISSING_INTERNALLY 1: 1/0 0 700'])
  await autoResolve(stage.db, ACCOUNT, stage.provenance())
  await stage.expect([{ reference: 'B', expectedOn: '2026-11-10' }])
  expect(await reported()).toEqual([
    'DUPLICATE 1: 1/0 0 0',
    'MISSING_EXTERNALLY 1: 0/1 0 -10000',
    'MISSING_INTERNALLY 1: 1/0 0 700',
  ])
})

test('what two people have dismissed or given up is where it was, and no difference', async () => {
  await stage.statement([{ reference: 'A' }])
  await stage.run()
  await stage.statement([{ reference: 'A' }])
  expect(await reported()).toEqual(['DUPLICATE 1: 1/0 0 10000', 'MISSING_INTERNALLY 1: 1/0 0 10000'])
  await dismissed(stage, 'approve')
  await writtenOff(stage, 'approve')
  await stage.expect([{ reference: 'B', expectedOn: '2026-11-10' }])
  expect(await reported()).toEqual([
    'DUPLICATE 1: 1/0 0 0',
    'MISSING_EXTERNALLY 1: 0/1 0 -10000',
    'MISSING_INTERNALLY 1: 1/0 0 0',
  ])
})

test('what waits for two people is a difference still', async () => {
  await stage.statement([{ reference: 'A' }])
  await stage.run()
  await writtenOff(stage, 'ask')
  await stage.expect([{ reference: 'B' }])
  await stage.statement([{ reference: 'B' }])
  expect(await reported()).toEqual(['MATCHED 1: 1/1 0 0', 'MISSING_INTERNALLY 1: 1/0 0 10000'])
})

test('a report stays what it was until the day is run again and something new is found', async () => {
  await stage.statement([{ reference: 'A' }])
  const found = await reported()
  await stage.run('2026-11-21')
  await writtenOff(stage, 'approve')
  expect(await reported()).toEqual(found)
  await stage.expect([{ reference: 'A', expectedOn: '2026-11-10' }])
  expect(await reported()).toEqual(['MISSING_EXTERNALLY 1: 0/1 0 -10000', 'MISSING_INTERNALLY 1: 1/0 0 0'])
})

const step = fc.oneof(
  lines.map((given) => ({ kind: 'statement', lines: given }) as const),
  movements.map((given) => ({ kind: 'expect', movements: given }) as const),
  fc.constantFrom({ kind: 'auto' } as const, { kind: 'again' } as const),
  end.map((given) => ({ kind: 'write off', end: given }) as const),
  end.map((given) => ({ kind: 'dismiss', end: given }) as const),
)

/** All that there is of the account. */
async function known({ database }: ReconciliationStage) {
  const [row] = await database.sql.system<
    { lines: number; expected: number; linesMinor: bigint; expectedMinor: bigint }[]
  >`
    select l.*, e.* from
      (select count(*)::int as lines, coalesce(sum(amount_minor), 0)::bigint as "linesMinor" from bank_statement_line) l,
      (select count(*)::int as expected, coalesce(sum(amount_minor), 0)::bigint as "expectedMinor" from expected_movement) e`
  if (row === undefined) throw new Error('No row.')
  return row
}

test('whatever comes and however cases end, a report has each line once, and differs by what is in suspense', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 3, maxLength: 12 }), async (steps) => {
      await using stage = await setReconciliationStage()
      let last: TestLine[] = [{}]
      let revision = 0
      for (const todo of [{ kind: 'statement', lines: last } as const, ...steps]) {
        if (todo.kind === 'statement') last = todo.lines
        if (todo.kind === 'statement' || todo.kind === 'again') await stage.statement(last)
        if (todo.kind === 'expect') await stage.expect(todo.movements)
        if (todo.kind === 'auto') await autoResolve(stage.db, ACCOUNT, stage.provenance())
        if (todo.kind === 'write off') await writtenOff(stage, todo.end)
        if (todo.kind === 'dismiss') await dismissed(stage, todo.end)
        const { run } = await stage.run()
        await stage.post()
        if (run.revision === revision) continue
        revision = run.revision
        const totals = await findTotals(stage.db, [run.id])
        const sum = (read: (total: Total) => bigint) => totals.reduce((all, total) => all + read(total), 0n)
        expect({
          lines: Number(sum(({ lines }) => BigInt(lines))),
          expected: Number(sum(({ expected }) => BigInt(expected))),
          linesMinor: sum(({ linesMinor }) => linesMinor),
          expectedMinor: sum(({ expectedMinor }) => expectedMinor),
        }).toEqual(await known(stage))
        const { SUSPENSE = 0n, BANK_FEES = 0n } = await stage.balances()
        expect(sum(({ differenceMinor }) => differenceMinor)).toBe(SUSPENSE)
        expect(sum(({ feeMinor }) => feeMinor)).toBe(-BANK_FEES)
      }
    }),
    { numRuns: 25 },
  )
})
