import type { Db } from '@carriergraph/shared/db/pools.ts'
import { type Id, isId, isNamedId } from '@carriergraph/shared/ids.ts'
import {
  CHAIN_MAX,
  type Ledger,
  type Posted,
  type Posting,
  type RefusedPosting,
} from '@carriergraph/shared/ledger/ledger.ts'
import { POSTING_REFUSALS, type PostingCode } from '@carriergraph/shared/ledger/posting-code.ts'
import { subjectOf, type TransferOrder } from '@carriergraph/shared/ledger/transfer.ts'
import { type Accepted, type Outcome, type Refused, refuse } from '@carriergraph/shared/outcome.ts'
import { findAccountsOfCases } from '../db/accounts-of-cases.ts'
import { findTransfersOfPayments } from '../db/transfers-of-payments.ts'
import { findTransfersOfRemittances } from '../db/transfers-of-remittances.ts'

/** One transfer of a call, read or found to be malformed. */
export type WantedTransfer<Code extends string> = {
  /** Null where what was sent is none. */
  readonly id: Id<'tfr'> | null
  readonly order: Outcome<TransferOrder, Code>
  readonly isLinkedToNext: boolean
}

/** What belongs to others than clients' transfers. */
type MeddlingCode = 'TRANSFER_OF_PAYMENT' | 'ACCOUNT_OF_CASES'
export type PostTransferCode = PostingCode | 'INVALID_CHAIN' | 'LEDGER_BUSY' | MeddlingCode

type Result<Code extends string> =
  | Accepted<Posted>
  | (Refused<Code | PostTransferCode> & Pick<RefusedPosting, 'replayed'>)

/**
 * Posts each transfer, or each chain of linked ones, for itself, in the order given; the answers are in that order too.
 * A chain with one that is malformed is not posted, and none of it is stored. Where not all of them have room in the ledger's
 * line, none is posted: one that finds room may need what another before it was to bring, and its refusal would stay.
 */
export async function postTransfers<Code extends string>(
  { db, ledger }: { readonly db: Db; readonly ledger: Ledger },
  wanted: readonly WantedTransfer<Code>[],
): Promise<Result<Code>[]> {
  const chains = chainsOf(await withoutThoseOfPayments(db, await withoutThoseOfCases(db, wanted)))
  // All are asked for before anything else can happen, so there is still room for the last.
  const isBusy = !ledger.hasRoomFor(wanted.length)
  const results = await Promise.all(chains.map((chain) => postChain(ledger, chain, isBusy)))
  return results.flat()
}

/** Money whose owner is not known, and what was given up, is moved by two people's decision: one of them could do it here. */
async function withoutThoseOfCases<Code extends string>(
  db: Db,
  wanted: readonly WantedTransfer<Code>[],
): Promise<WantedTransfer<Code | MeddlingCode>[]> {
  const ofCases = await findAccountsOfCases(db)
  return wanted.map((transfer) => {
    if (!transfer.order.ok || !('debitAccountId' in transfer.order.value)) return transfer
    const { debitAccountId, creditAccountId } = transfer.order.value
    if (ofCases.has(debitAccountId)) return { ...transfer, order: ofCase('debitAccountId') }
    return ofCases.has(creditAccountId) ? { ...transfer, order: ofCase('creditAccountId') } : transfer
  })
}

const ofCase = (field: 'debitAccountId' | 'creditAccountId') =>
  refuse('ACCOUNT_OF_CASES', 'What stands there is moved by cases that two people decide.', [field])

/**
 * What a payment or a remittance holds or has moved is posted, voided and reversed by that payment alone: it would say that it is
 * cancelled while its money has moved, or give back once more what was reversed. So is what a settlement or reconciliation has
 * posted, under ids that the service gives itself.
 */
async function withoutThoseOfPayments<Code extends string>(
  db: Db,
  wanted: readonly WantedTransfer<Code>[],
): Promise<WantedTransfer<Code | MeddlingCode>[]> {
  const subjectIn = ({ order }: WantedTransfer<Code>) => (order.ok ? subjectOf(order.value) : undefined)
  const subjects = wanted.flatMap((transfer) => subjectIn(transfer) ?? [])
  const owned: ReadonlyMap<Id<'tfr'>, Id<'pay' | 'rem'>> = new Map<Id<'tfr'>, Id<'pay' | 'rem'>>([
    ...(await findTransfersOfPayments(db, subjects)),
    ...(await findTransfersOfRemittances(db, subjects)),
  ])
  return wanted.map((transfer) => {
    const subject = subjectIn(transfer)
    if (subject === undefined) return transfer
    const ownerId = owned.get(subject)
    if (ownerId !== undefined) return { ...transfer, order: ofPayment(ownerId) }
    return isNamedId(subject) ? { ...transfer, order: OF_SERVICE } : transfer
  })
}

const ofPayment = (id: Id<'pay' | 'rem'>) =>
  refuse(
    'TRANSFER_OF_PAYMENT',
    isId('rem', id) ? `It is of the remittance ${id}.` : `It is of the payment ${id}: capture, cancel or refund that.`,
    ['subjectId'],
  )

const OF_SERVICE = refuse(
  'TRANSFER_OF_PAYMENT',
  'The service posted it: a settlement is reversed, and a posting of reconciliation released, as that.',
  ['subjectId'],
)

type Chain<Code extends string> = readonly WantedTransfer<Code>[]

function chainsOf<Code extends string>(wanted: readonly WantedTransfer<Code>[]): Chain<Code>[] {
  const chains: WantedTransfer<Code>[][] = []
  let goesOn = false
  for (const transfer of wanted) {
    const open = goesOn ? chains.at(-1) : undefined
    if (open === undefined) chains.push([transfer])
    else open.push(transfer)
    goesOn = transfer.isLinkedToNext
  }
  return chains
}

async function postChain<Code extends string>(
  ledger: Ledger,
  chain: Chain<Code>,
  isBusy: boolean,
): Promise<Result<Code>[]> {
  const orders = chain.flatMap(({ order }) => (order.ok ? [order.value] : []))
  if (orders.length < chain.length)
    return chain.map(({ order }) => (order.ok ? refusal('LINKED_TRANSFER_FAILED') : order))
  const fault = chainFault(chain, orders) ?? (isBusy ? BUSY : undefined)
  return fault === undefined ? postAlone(ledger, orders) : chain.map(() => fault)
}

const BUSY = refuse('LEDGER_BUSY', 'Too many transfers wait. Nothing was done: ask again with the same id.')

async function postAlone(ledger: Ledger, orders: readonly TransferOrder[]): Promise<Posting[]> {
  const [first, second] = orders
  return first !== undefined && second === undefined ? [await ledger.post(first)] : ledger.postLinked(orders)
}

function chainFault<Code extends string>(
  chain: Chain<Code>,
  orders: readonly TransferOrder[],
): Refused<'INVALID_CHAIN'> | undefined {
  const field = ['linkedToNext']
  if (chain.at(-1)?.isLinkedToNext === true)
    return refuse('INVALID_CHAIN', 'The last transfer is linked to none.', field)
  if (chain.length > CHAIN_MAX) return refuse('INVALID_CHAIN', `More than ${CHAIN_MAX} transfers are linked.`, field)
  const named = orders.flatMap((order) => [order.id, subjectOf(order) ?? []].flat())
  if (new Set(named).size < named.length)
    return refuse('INVALID_CHAIN', 'Two linked transfers name one and the same transfer.', field)
  return undefined
}

const refusal = (code: PostingCode) => refuse(code, POSTING_REFUSALS[code])
