// Processes that are killed as kill -9 would, between any two steps of a remittance.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { DyingRemittance } from '../testing/dying-remittance.ts'
import { type RemittanceStage, requestOf, setRemittanceStage } from '../testing/remittance-stage.ts'
import { expectSoundLedger } from '../testing/sound-ledger.ts'

const PROGRAM = fileURLToPath(new URL('../testing/dying-remittance.ts', import.meta.url))

let stage: RemittanceStage
beforeAll(async () => {
  stage = await setRemittanceStage()
})
afterAll(() => stage[Symbol.asyncDispose]())

async function sendAndDie(remittance: DyingRemittance): Promise<void> {
  const stdio = ['ignore', 'ignore', 'inherit'] as const
  const child = spawn(process.execPath, [PROGRAM, JSON.stringify(remittance)], { stdio: [...stdio] })
  const [code, signal] = await once(child, 'exit')
  if (signal !== 'SIGKILL')
    throw new Error(`It should have been killed at ${remittance.dieAt}; its exit code is ${code}.`)
}

test.each([
  [1, 'before risk is asked', 200_000n],
  [2, 'after risk has answered', 200_000n],
  [3, 'before the debit', 200_000n],
  [4, 'after the debit, before it is recorded', 100_000n],
  [5, 'before the instruction', 100_000n],
  [6, 'after the instruction, before it is committed', 100_000n],
])('killed at place %i, %s, it is debited and sent once all the same', async (dieAt, _, left) => {
  const purse = await stage.purseWith(200_000n)
  const quote = await stage.quoteFor(purse, { source: 'EUR', target: 'USD', debited: 100_000n })
  const idempotencyKey = `killed at ${dieAt}`
  await sendAndDie({
    databaseUrl: stage.database.url,
    now: stage.clock().toISOString(),
    purse,
    quoteId: quote.id,
    idempotencyKey,
    dieAt,
  })
  expect(await stage.balanceOf(purse.walletId)).toBe(left)
  await stage.sweep()
  // The client, who has had no answer, asks again, long after the quote has expired.
  const answer = await stage.flow().create(stage.books, requestOf(purse, quote.id, {}, idempotencyKey))
  expect(answer).toMatchObject({ ok: true, value: { status: 'SENDING', version: 4 } })
  await stage.runRail()
  stage.clock.advance(1_000)
  await stage.runRail()
  await stage.sweep()
  const id = answer.ok ? answer.value.id : answer.code
  const [row] = await stage.database.sql.system`
    select (select status from remittance where quote_id = q.id) as status,
      (select count(*)::int from rail_instruction where reference = ${id}) as instructions,
      (select count(*)::int from ledger_transfer where reference = ${id} and refusal is null) as transfers
    from fx_quote q where q.used_for = ${id}`
  expect(row).toEqual({ status: 'COMPLETED', instructions: 1, transfers: 5 })
  expect(await stage.balanceOf(purse.walletId)).toBe(100_000n)
  await expectSoundLedger(stage.database)
})
