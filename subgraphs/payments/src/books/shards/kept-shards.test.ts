// What `pnpm ledger:shards` does for the books of shards beside their crossings: nobody else seals them, or releases what has expired.

import { type Id, newId } from '@carriergraph/shared/ids.ts'
import { findLedgerAccount } from '@carriergraph/shared/ledger/accounts.ts'
import { Ledgers } from '@carriergraph/shared/ledger/ledgers.ts'
import { inSlotOf } from '@carriergraph/shared/ledger/slot.ts'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { FIRST, LATER, NOON, SECOND, type ShardsStage, setShardsStage } from '../../testing/shards-stage.ts'

let stage: ShardsStage
let holders: readonly Id<'led'>[]
beforeEach(async () => {
  stage = await setShardsStage()
  await stage.command([])
  holders = [await heldIn(FIRST), await heldIn(SECOND)]
})
afterEach(() => stage[Symbol.asyncDispose]())

/** An account of that slot of which something is held until a minute after noon. */
async function heldIn(slot: number): Promise<Id<'led'>> {
  const [payer, payee] = [await stage.open(slot), await stage.open(slot, { purpose: 'SUSPENSE' })]
  const db = stage.shard(payer)
  const held = await new Ledgers(() => NOON).of({ tenant: 'demo', db }).post({
    kind: 'PENDING',
    id: inSlotOf(newId('tfr'), payer),
    debitAccountId: payer,
    creditAccountId: payee,
    amountMinor: 100n,
    currency: 'EUR',
    reference: 'test',
    expiresAt: LATER,
  })
  expect(held).toMatchObject({ ok: true })
  return payer
}

const heldMinor = async () =>
  Promise.all(holders.map(async (id) => (await findLedgerAccount(stage.shard(id), id))?.heldMinor))

const counts = () =>
  Promise.all(
    stage.databases.map(async ({ sql }) => {
      const [row] = await sql.system`
        select (select count(*)::int from ledger_transfer where kind = 'EXPIRE_PENDING' and refusal is null) as released,
          (select count(*)::int from ledger_seal) > 0 as "isSealed"`
      return row
    }),
  )

const KEPT = { released: 1, isSealed: true }

/** Resolves when all is released and something is sealed: seals wait for whatever transaction is open on the server. */
const kept = (meanwhile: () => Promise<unknown> = async () => undefined) =>
  expect.poll(() => meanwhile().then(counts), { timeout: 20_000, interval: 50 }).toEqual([KEPT, KEPT])

test('without --watch it releases and seals once, and any number of processes at once do', async () => {
  const told = await Promise.all([stage.command([]), stage.command([]), stage.command([])])
  expect(told.map(({ code }) => code)).toEqual([0, 0, 0])
  expect(await heldMinor()).toEqual([0n, 0n])
  await kept(() => stage.command([]))
  for (const url of stage.urls)
    expect(await stage.verify(url)).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/ [1-9]\d* seals\n/),
      stderr: '',
    })
})

test('it does so also where a transfer between shards cannot be ended, and fails', async () => {
  const [payer, payee] = [holders[0] as Id<'led'>, holders[1] as Id<'led'>]
  await stage.crossAndDie({ payer, payee }, 'it arrives')
  await stage.databases[1]?.sql.system.unsafe(`
    create function refuse() returns trigger language plpgsql as $$ begin raise 'Nothing arrives here.'; end $$;
    create trigger refuse before insert on ledger_transfer for each row when (new.kind = 'SINGLE') execute function refuse()`)
  expect(await stage.command([])).toMatchObject({ code: 1, stderr: expect.stringContaining('Nothing arrives here.') })
  expect(await heldMinor()).toEqual([40n, 0n])
})

test('with --watch it goes on doing both', async () => {
  const stop = new AbortController()
  const watching = stage.command(['--watch'], stage.urls, stop.signal)
  await kept()
  stop.abort()
  expect(await watching).toMatchObject({ code: 0, stderr: '' })
  expect(await heldMinor()).toEqual([0n, 0n])
})
