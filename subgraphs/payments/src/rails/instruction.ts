import { hash } from 'node:crypto'
import { type Id, isId, namedId } from '@carriergraph/shared/ids.ts'
import type { Money } from '@carriergraph/shared/money/money.ts'
import type { Purpose } from '../remittance/purpose.ts'

/** One side of a credit transfer. What a rail needs of it, the rail says: see its `submit`. */
export type Party = {
  readonly name: string
  /** IBAN in its electronic form, or the bank's own number; of a card its id, `card_…`. */
  readonly account: string | undefined
  /** The bank that keeps the account: its BIC, or which member of which clearing system it is, `USABA/021000021`. */
  readonly agent: string | undefined
}

/**
 * OUT: the operator pays, and is the debtor. IN: the operator is to be paid, and is the creditor; a card is charged, and of
 * an account a transfer is awaited that its holder makes.
 */
export const DIRECTIONS = ['OUT', 'IN'] as const
export type Direction = (typeof DIRECTIONS)[number]

/**
 * Whose money the operator passes on, and what for. Who is paid so is to have all of it: what banks on the way charge is the
 * operator's.
 */
export type OnBehalfOf = {
  /** Null where it is not known, or banks cannot carry it. */
  readonly name: string | null
  readonly purpose: Purpose
}

/** Money to be moved over a rail, once. */
export type Instruction = {
  /** Follows from what it is for (`instructionId`): however often it is made, it is this one instruction. */
  readonly id: Id<'ins'>
  readonly direction: Direction
  /** The typed id of what it is for: `pay_…`. */
  readonly reference: string
  /** Above zero. */
  readonly amount: Money
  readonly debtor: Party
  readonly creditor: Party
  /** What the creditor reads. */
  readonly remittance: string | undefined
  /** Of what the operator pays for others; undefined of what it pays itself. */
  readonly onBehalfOf?: OnBehalfOf | undefined
  /** The day on which the debtor's bank is to execute it, YYYY-MM-DD. */
  readonly executionDate: string
  /**
   * What a client repeats when it runs the same again (`fateKeyOf`): the sandbox's dice fall by it. No bank is told, and it is
   * no part of the content. Undefined where no client asked for it under a key.
   */
  readonly fateKey?: string | undefined
}

/** Of an idempotency key, which is not kept in another place. */
export const fateKeyOf = (idempotencyKey: string): string => hash('sha256', idempotencyKey, 'hex').slice(0, 16)

/**
 * The id of the instruction for one purpose: the payment's id and, where a payment needs several transfers, which of them
 * it is. Whoever asks again, in another process or after a crash, gets the same id.
 */
export const instructionId = (reference: string, leg: string): Id<'ins'> =>
  namedId('ins', JSON.stringify([reference, leg]))

/** 64 hex digits over all that an instruction says: under one id there is one content. */
export function instructionHash({ amount, debtor, creditor, direction, ...rest }: Instruction): string {
  const sides = [debtor, creditor].map(({ name, account, agent }) => [name, account ?? null, agent ?? null])
  const { reference, remittance, executionDate, onBehalfOf } = rest
  const content = [String(amount.minor), amount.currency, ...sides, reference, remittance ?? null, executionDate]
  // Stored hashes are of a time when all went out.
  if (direction === 'IN') content.push(direction)
  if (onBehalfOf !== undefined) content.push(onBehalfOf.name, onBehalfOf.purpose)
  return hash('sha256', JSON.stringify(content), 'hex')
}

/**
 * How banks carry an instruction's id from end to end: 30 characters, all of them of SEPA's Latin set, which has no
 * underscore.
 */
export const endToEndId = (id: Id<'ins'>): string => id.replace('_', '-')

/** The instruction that a reference is of; some banks write references in capitals. Undefined for others' references. */
export function instructionOf(reference: string): Id<'ins'> | undefined {
  const id = reference.trim().toLowerCase().replace('-', '_')
  return isId('ins', id) ? id : undefined
}
