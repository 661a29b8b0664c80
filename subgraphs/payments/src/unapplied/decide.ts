import type { TenantDb, Tx } from '@carriergraph/shared/db/pools.ts'
import { inTransaction } from '@carriergraph/shared/db/transaction.ts'
import { type Id, isId, newId } from '@carriergraph/shared/ids.ts'
import { money } from '@carriergraph/shared/money/money.ts'
import { type Outcome, ok, type Refused, refuse } from '@carriergraph/shared/outcome.ts'
import { findLedgerAccounts } from '../db/ledger-accounts.ts'
import { lockPayment } from '../db/payments.ts'
import { findCases, lockCase } from '../db/unapplied-money.ts'
import type { Payment } from '../domain/payment.ts'
import { leftMinor, mayBecome, type Proposal, type UnappliedCase } from '../domain/unapplied-case.ts'
import { eventOf } from '../events.ts'
import { insertRefund } from '../flow/refund.ts'
import { suspenseIn } from '../flow/suspense-account.ts'
import { type Decider, type DeciderCode, personWhoDecides, samePersonFault } from '../four-eyes/decider.ts'
import { changeCase, endCase, UNREQUESTED } from './change.ts'

/** Why nothing is decided on a case, in the order in which it is looked at. */
export type CaseCode =
  | DeciderCode
  | 'CASE_NOT_FOUND'
  | 'CASE_NOT_OPEN'
  | 'RESOLUTION_NOT_REQUESTED'
  | 'SAME_PERSON'
  | ProposalCode

type ProposalCode =
  | 'NOT_IN_SUSPENSE'
  | 'CANNOT_BE_SENT_BACK'
  | 'LEDGER_ACCOUNT_NOT_FOUND'
  | 'ACCOUNT_MISMATCH'
  | 'CURRENCY_MISMATCH'
  | 'ACCOUNT_CLOSED'
  | 'ACCOUNT_FROZEN'

type Decided = Outcome<UnappliedCase, CaseCode>

/** How a case is to end. */
export type Wanted = {
  readonly id: Id<'uam'>
  readonly resolution: Proposal
  /** Of WALLET: which one; undefined for the one that it was meant for. */
  readonly walletId: Id<'led'> | undefined
  readonly reason: string
}

/** Asks that a case ends so. Another person has to approve it. Asked again by the same person, it is what it was. */
export const requestResolution = (db: TenantDb, wanted: Wanted, decider: Decider): Promise<Decided> =>
  decided(db, wanted, decider, async (tx, current, person, original) => {
    const { resolution, reason: requestReason } = wanted
    const walletId = resolution === 'WALLET' ? (wanted.walletId ?? current.accountId) : null
    const request = { resolution, walletId, requestedBy: person, requestReason }
    if (current.state === 'RESOLUTION_REQUESTED' && isAsked(current, request)) return ok(current)
    if (!mayBecome(current.state, 'RESOLUTION_REQUESTED'))
      return refuse('CASE_NOT_OPEN', `It is not open: it is ${current.state}.`, ['id'])
    const fault = await faultOf(tx, { ...current, ...request }, original)
    if (fault !== undefined) return fault
    const { provenance } = decider
    const change = { ...request, state: 'RESOLUTION_REQUESTED', requestedAt: provenance.now, refusal: null } as const
    const told = { resolution, walletId, reason: requestReason }
    return ok(
      await changeCase(
        tx,
        current,
        change,
        (fields) => eventOf('unapplied_money.resolution_requested', { ...fields, ...told }),
        provenance,
      ),
    )
  })

type Request = Pick<UnappliedCase, 'resolution' | 'walletId' | 'requestedBy' | 'requestReason'>

const isAsked = (current: Request, request: Request): boolean =>
  (Object.keys(request) as (keyof Request)[]).every((key) => current[key] === request[key])

/**
 * Approves what somebody else asked for. What the ledger or a rail has to do for it follows (`carryOut`, the flow of the
 * refund), whoever does it. Approved again by the same person, it is what it was.
 */
export const approveResolution = (db: TenantDb, { id }: Pick<Wanted, 'id'>, decider: Decider): Promise<Decided> =>
  decided(db, { id }, decider, async (tx, current, person, original) => {
    const { state, approvedBy, requestedBy, resolution } = current
    if ((state === 'RESOLVING' || state === 'RESOLVED') && approvedBy === person) return ok(current)
    if (state !== 'RESOLUTION_REQUESTED' || requestedBy === null || !isProposal(resolution))
      return notRequested(current)
    const fault =
      samePersonFault({ requestedBy, approvedBy: person }, ['id']) ??
      (await faultOf(tx, { ...current, resolution }, original))
    if (fault !== undefined) return fault
    const { provenance } = decider
    const approval = { approvedBy: person, approvedAt: provenance.now, attempt: current.attempt + 1 }
    const refundId = resolution === 'SENT_BACK' && original ? await sendBack(tx, current, original, decider) : null
    const approved = await changeCase(
      tx,
      current,
      { ...approval, refundId, state: 'RESOLVING' },
      (fields) => eventOf('unapplied_money.resolution_approved', { ...fields, resolution, requestedBy }),
      provenance,
    )
    return ok(resolution === 'RECONCILED' ? await endCase(tx, approved, resolution, provenance) : approved)
  })

const isProposal = (resolution: UnappliedCase['resolution']): resolution is Proposal =>
  resolution !== null && resolution !== 'RETURNED' && resolution !== 'REFUNDED'

/** Turns a request down, or takes one's own back: the case is open again. */
export const rejectResolution = (
  db: TenantDb,
  { id, reason }: Pick<Wanted, 'id' | 'reason'>,
  decider: Decider,
): Promise<Decided> =>
  decided(db, { id, reason }, decider, async (tx, current) => {
    if (current.state !== 'RESOLUTION_REQUESTED') return notRequested(current)
    return ok(
      await changeCase(
        tx,
        current,
        { ...UNREQUESTED, state: 'OPEN' },
        (fields) => eventOf('unapplied_money.resolution_rejected', { ...fields, reason }),
        decider.provenance,
      ),
    )
  })

const notRequested = ({ state }: UnappliedCase) =>
  refuse('RESOLUTION_NOT_REQUESTED', `Nobody has asked that it ends: it is ${state}.`, ['id'])

type Step = (tx: Tx, current: UnappliedCase, person: Id<'usr'>, original: Payment | undefined) => Promise<Decided>

async function decided(
  db: TenantDb,
  { id, reason }: { readonly id: Id<'uam'>; readonly reason?: string },
  decider: Decider,
  step: Step,
): Promise<Decided> {
  const person = personWhoDecides(decider, reason)
  if (!person.ok) return person
  return inTransaction(db, async (tx) => {
    const [found] = await findCases(tx, [id])
    if (found === undefined) return refuse('CASE_NOT_FOUND', 'There is no such unapplied money.', ['id'])
    // As everywhere, the payment before what is of it.
    const original = isId('pay', found.reference) ? await lockPayment(tx, found.reference) : undefined
    return step(tx, await lockCase(tx, id), person.value, original)
  })
}

/** Why a case cannot end as is asked for. */
async function faultOf(
  tx: Tx,
  wanted: UnappliedCase,
  original: Payment | undefined,
): Promise<Refused<ProposalCode> | undefined> {
  const { resolution, place } = wanted
  if ((resolution === 'RECONCILED') !== (place === 'RECONCILIATION'))
    return refuse(
      'NOT_IN_SUSPENSE',
      place === 'SUSPENSE'
        ? 'It stands in suspense: reconciliation knows nothing of it.'
        : 'It does not stand in suspense: reconciliation has its movement at the bank.',
      ['resolution'],
    )
  if (resolution === 'SENT_BACK' && !mayBeSentBack(wanted, original))
    return refuse('CANNOT_BE_SENT_BACK', 'Only a deposit that never got into its wallet is sent back over its rail.', [
      'resolution',
    ])
  return resolution === 'WALLET' ? walletFault(tx, wanted) : undefined
}

const mayBeSentBack = ({ direction }: UnappliedCase, original: Payment | undefined): boolean =>
  direction === 'IN' && original?.type === 'DEPOSIT' && original.status === 'FAILED'

async function walletFault(tx: Tx, wanted: UnappliedCase): Promise<Refused<ProposalCode> | undefined> {
  const [wallet] = wanted.walletId === null ? [] : await findLedgerAccounts(tx, [wanted.walletId])
  const field = ['walletId']
  if (wallet === undefined) return refuse('LEDGER_ACCOUNT_NOT_FOUND', 'There is no such ledger account.', field)
  if (wallet.purpose !== 'WALLET' || wallet.ownerId !== wanted.ownerId)
    return refuse('ACCOUNT_MISMATCH', 'It is not a wallet of whom the money is.', field)
  const { currency } = wanted.amount
  if (wallet.balance.currency !== currency)
    return refuse('CURRENCY_MISMATCH', `The money is in ${currency}, and the wallet is not.`, field)
  if (wallet.status === 'CLOSED') return refuse('ACCOUNT_CLOSED', 'The wallet is closed.', field)
  return wallet.status === 'FROZEN' ? refuse('ACCOUNT_FROZEN', 'The wallet is frozen.', field) : undefined
}

/** The refund that sends it back out of suspense, to be driven as any other. */
async function sendBack(
  tx: Tx,
  current: UnappliedCase,
  original: Payment,
  { provenance }: Decider,
): Promise<Id<'pay'>> {
  const { currency } = current.amount
  const { actor, correlationId, now } = provenance
  if (original.failure === null) throw new Error(`${original.id} has not failed.`)
  const instead = { accountId: await suspenseIn(tx, currency, now), failure: original.failure }
  const by = { id: newId('pay', now), actor, correlationId, now, instead }
  return (await insertRefund(tx, original, money(leftMinor(current), currency), by)).id
}
