import type { Tx } from '@carriergraph/shared/db/pools.ts'
import type { Id } from '@carriergraph/shared/ids.ts'
import type { Books } from '@carriergraph/shared/ledger/ledgers.ts'
import { type Money, money } from '@carriergraph/shared/money/money.ts'
import { type Outcome, ok, refuse } from '@carriergraph/shared/outcome.ts'
import { findInstruction, type TrackedInstruction } from '../db/rail-instructions.ts'
import { clear } from '../flow/clear.ts'
import type { Instruction } from '../rails/instruction.ts'
import type { CancelCode, InstructionCode, RailName } from '../rails/rail.ts'
import type { RailsConfig } from '../rails/settings.ts'
import { type Delivery, deliveryId, deliveryOf } from './instruction.ts'
import type { Remittance } from './remittance.ts'

/** Where remittances leave: what they need of the rails. */
export type Outlet = {
  /** The rail that carries money to accounts at banks; undefined where none does. */
  carrierOf(method: 'BANK'): RailName | undefined
  readonly config: RailsConfig
  check(books: Books, rail: RailName, instruction: Instruction): Promise<Outcome<void, InstructionCode>>
  /** Registers an instruction in the transaction that decides on it; it is sent behind the commit. */
  instruct(
    tx: Tx,
    tenant: string,
    instruction: Instruction,
    rail: RailName,
  ): Promise<Outcome<TrackedInstruction, 'INSTRUCTION_DIFFERS'>>
  /** Takes an instruction back where its rail lets it; the news of that is told before this resolves. */
  cancel(
    books: Books,
    instruction: { readonly rail: RailName; readonly id: Id<'ins'> },
  ): Promise<Outcome<TrackedInstruction, CancelCode>>
}

/** Whether there is a rail that carries it: asked before anything is reserved for it. */
export async function mayLeave(
  outlet: Outlet,
  books: Books,
  delivery: Delivery,
  now: Date,
): Promise<Outcome<void, InstructionCode>> {
  const rail = outlet.carrierOf('BANK')
  if (rail === undefined)
    return refuse('CURRENCY_NOT_SUPPORTED', 'Nothing is carried to accounts at banks here.', ['amount'])
  return outlet.check(books, rail, deliveryOf(delivery, outlet.config, now))
}

/**
 * Clears what the rail has moved of a remittance, in the transaction that records so: what has left, and what of it came back.
 * What was cleared before stays as it is.
 * @param clearedMinor of what came back, what was cleared in parts
 */
export async function clearMoved(
  { config }: Outlet,
  tx: Tx,
  remittance: Remittance,
  now: Date,
  clearedMinor = 0n,
): Promise<void> {
  const { id, deliveredMinor, returnedMinor, targetCurrency } = remittance
  const by = await carriageOf(tx, remittance)
  const left = {
    ...by,
    reference: id,
    direction: 'OUT',
    isCharged: true,
    amount: money(deliveredMinor, targetCurrency),
  } as const
  await clear(tx, config, left, now)
  if (returnedMinor === null) return
  const amount = money(returnedMinor - clearedMinor, targetCurrency)
  await clear(tx, config, { ...by, reference: by.instruction, direction: 'IN', isCharged: false, amount }, now)
}

/** Clears a part that came back, under a reference of its own. */
export async function clearPart(
  config: RailsConfig,
  tx: Tx,
  remittance: Remittance,
  part: { readonly reference: string; readonly amount: Money },
  now: Date,
): Promise<void> {
  await clear(tx, config, { ...(await carriageOf(tx, remittance)), ...part, direction: 'IN', isCharged: false }, now)
}

/** By what a remittance went. */
async function carriageOf(tx: Tx, { id, beneficiary }: Remittance) {
  const tracked = await findInstruction(tx, deliveryId(id))
  if (tracked === undefined) throw new Error(`${id} was sent by no instruction.`)
  return { rail: tracked.rail, instruction: tracked.instruction.id, counterparty: beneficiary.account }
}

/** Takes back what is being sent. */
export async function recall(
  outlet: Outlet,
  books: Books,
  remittanceId: Id<'rem'>,
): Promise<Outcome<void, CancelCode>> {
  const id = deliveryId(remittanceId)
  const instruction = await findInstruction(books.db, id)
  if (instruction === undefined) throw new Error(`${remittanceId} is being sent by no instruction.`)
  const cancelled = await outlet.cancel(books, { rail: instruction.rail, id })
  return cancelled.ok ? ok(undefined) : cancelled
}

/**
 * Registers the one instruction that sends a remittance.
 * @throws Error where no rail carries such any more: it waits for a process that has one
 */
export async function register(outlet: Outlet, tx: Tx, tenant: string, remittance: Remittance, now: Date) {
  const rail = outlet.carrierOf('BANK')
  if (rail === undefined)
    throw new Error(`Nothing is carried to accounts at banks here, and ${remittance.id} is debited.`)
  const delivered = money(remittance.deliveredMinor, remittance.targetCurrency)
  const instruction = deliveryOf({ ...remittance, delivered }, outlet.config, now)
  const registered = await outlet.instruct(tx, tenant, instruction, rail)
  if (!registered.ok) throw new Error(registered.message)
}
