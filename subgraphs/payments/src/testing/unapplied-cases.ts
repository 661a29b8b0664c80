// Deposits that their wallets cannot take, and what two people make of them.

import { newId } from '@carriergraph/shared/ids.ts'
import { expect } from 'vitest'
import { findUnapplied } from '../db/unapplied-money.ts'
import type { UnappliedCase } from '../domain/unapplied-case.ts'
import { type CarryOutParts, carryOut } from '../unapplied/carry-out.ts'
import { approveResolution, rejectResolution, requestResolution, type Wanted } from '../unapplied/decide.ts'
import type { Purse } from './payments-database.ts'
import { type Process, type RailsStage, setRailsStage } from './rails-stage.ts'
import { type Returns, returnsOn } from './returns.ts'

export const [ADA, BRUNO, CLEO] = [newId('usr'), newId('usr'), newId('usr')] as const
type Person = typeof ADA

/** A stage of rails with one process, and what tests of cases ask of it. */
export async function setCasesStage() {
  const stage = await setRailsStage()
  const on = returnsOn(stage)
  return { stage, on, cases: casesOn(stage, on), process: stage.process() }
}

function casesOn(stage: RailsStage, on: Returns) {
  const { db } = stage.books
  const by = (personId: Person) => ({
    provenance: { actor: personId, correlationId: 'c', now: stage.clock() },
    personId,
  })
  const request = (
    { id }: Pick<UnappliedCase, 'id'>,
    wanted: Partial<Wanted> & Pick<Wanted, 'resolution'>,
    person: Person = ADA,
  ) => requestResolution(db, { id, walletId: undefined, reason: 'The owner has asked for it.', ...wanted }, by(person))
  const approve = ({ id }: Pick<UnappliedCase, 'id'>, person: Person = BRUNO) =>
    approveResolution(db, { id }, by(person))
  const reject = ({ id }: Pick<UnappliedCase, 'id'>, person: Person = BRUNO, reason = 'No.') =>
    rejectResolution(db, { id, reason }, by(person))
  const parts = (ledger: CarryOutParts['ledger'] = stage.ledgers.of(stage.books)): CarryOutParts => ({
    db,
    ledger,
    clock: stage.clock,
  })

  async function caseOf(
    { id }: Pick<UnappliedCase, 'id'>,
    reference: UnappliedCase['reference'],
  ): Promise<UnappliedCase> {
    const found = (await findUnapplied(db, [reference])).find((one) => one.id === id)
    if (found === undefined) throw new Error('The case is gone.')
    return found
  }

  /** A deposit of 10.00 that stands in suspense, because its wallet is frozen or closed. */
  async function kept(process: Process, purse: Purse, status: 'FROZEN' | 'CLOSED' = 'FROZEN'): Promise<UnappliedCase> {
    const payment = await on.deposited(process, purse)
    await on.setStatus(purse, status)
    stage.clock.advance(2_000)
    await on.quiet(process)
    const [found] = await findUnapplied(db, [payment.id])
    if (found === undefined) throw new Error('Nothing is in suspense.')
    return found
  }

  /** Asked for by one person, approved by another, and carried out. */
  async function resolve(
    found: UnappliedCase,
    wanted: Partial<Wanted> & Pick<Wanted, 'resolution'>,
  ): Promise<UnappliedCase> {
    expect(await request(found, wanted)).toMatchObject({ ok: true, value: { state: 'RESOLUTION_REQUESTED' } })
    expect(await approve(found)).toMatchObject({ ok: true })
    await carryOut(parts(), found.id)
    return caseOf(found, found.reference)
  }

  async function eventsOf({ id }: Pick<UnappliedCase, 'id'>): Promise<string[]> {
    const rows = await stage.database.sql.system<{ told: string }[]>`
      select substr(type, 17) || ' ' || coalesce(data ->> 'state', '') as told from journal
      where aggregate_id = ${id} order by version`
    return rows.map(({ told }) => told.trim())
  }

  /** What a service is answered, whatever it asks for. */
  async function asService(): Promise<string[]> {
    const robot = { provenance: { actor: 'svc:robot', correlationId: 'c', now: stage.clock() }, personId: undefined }
    const wanted = { id: newId('uam'), resolution: 'WALLET', walletId: undefined, reason: '' } as const
    const answers = [
      await requestResolution(db, wanted, robot),
      await approveResolution(db, wanted, robot),
      await rejectResolution(db, wanted, robot),
    ]
    return answers.map((answer) => (answer.ok ? 'ok' : answer.code))
  }

  return { request, approve, reject, resolve, kept, caseOf, parts, eventsOf, asService }
}

export type Cases = ReturnType<typeof casesOn>
