import { newId } from '@carriergraph/shared/ids.ts'
import type { Books } from '@carriergraph/shared/ledger/ledgers.ts'
import { type Outcome, ok, refuse } from '@carriergraph/shared/outcome.ts'
import type { Route } from '../db/payment-routes.ts'
import { type CarriageCode, isCarriageCode } from '../domain/carriage.ts'
import { type Counterparty, goesOverRail, type RailDestination } from '../domain/destination.ts'
import { isIban } from '../domain/iban.ts'
import type { Party } from '../rails/instruction.ts'
import { INSTRUCTION_REFUSALS } from '../rails/rail.ts'
import type { Rails } from '../rails/rails.ts'
import { instructionOf } from './instruction-of.ts'
import type { PaymentOrder } from './request-hash.ts'

/**
 * Over which rail an order goes, once that rail has said that it carries it; nothing is stored. Undefined for what needs
 * none.
 */
export async function routeOf(
  books: Books,
  { amount, destination }: PaymentOrder,
  rails: Rails | undefined,
  now: Date,
): Promise<Outcome<Route, CarriageCode> | undefined> {
  if (!goesOverRail(destination)) return undefined
  const { type, counterparty, remittance } = destination
  const { method } = counterparty
  const rail = rails?.carrierOf(method)
  if (rails === undefined || rail === undefined)
    return refuse('METHOD_NOT_AVAILABLE', 'Nothing is carried to such accounts here, and nothing from them.', [
      method === 'CARD' ? 'cardId' : 'bankAccount',
    ])
  const route: Route = { rail, counterparty: partyOf(counterparty), remittance }
  const carried = await rails.check(
    books,
    rail,
    instructionOf({ id: newId('pay', now), type, amount }, route, rails.config, now),
  )
  // A bank's own number is carried as well, in countries without IBANs; what was given here is meant to be an IBAN.
  if (carried.ok && counterparty.method === 'BANK' && !isIban(counterparty.iban))
    return refuse('IBAN_INVALID', INSTRUCTION_REFUSALS.IBAN_INVALID, ['bankAccount', 'iban'])
  if (carried.ok) return ok(route)
  const { code, message, field = [] } = carried
  const place = fieldOf(field, type)
  if (place === undefined || !isCarriageCode(code)) throw new Error(`Our side of a transfer is at fault: ${message}`)
  return refuse(code, message, place)
}

/** A card has no name on it here; the rail knows it by its id. */
const partyOf = (counterparty: Counterparty): Party =>
  counterparty.method === 'CARD'
    ? { name: 'Card', account: counterparty.cardId, agent: undefined }
    : { name: counterparty.holder, account: counterparty.iban, agent: counterparty.bic }

const FIELDS: Readonly<Record<string, string>> = { name: 'holder', account: 'iban', agent: 'bic' }

/** Where a client finds what the rail names; undefined where it is of the operator's side. */
function fieldOf([first = '', second = '']: readonly string[], type: RailDestination['type']) {
  if (first !== 'debtor' && first !== 'creditor') return second === '' ? [first] : [first, second]
  const isTheirs = (first === 'creditor') === (type === 'WITHDRAWAL')
  return isTheirs ? ['bankAccount', FIELDS[second] ?? second] : undefined
}
