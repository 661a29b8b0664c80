import { type Id, newId } from '@carriergraph/shared/ids.ts'
import type { TestAnswer } from '@carriergraph/shared/testing/running-subgraph.ts'
import { operator, type PaymentsGraph, runPayments, START } from './payments-graph.ts'

export const POST = `mutation ($transfers: [TransferInput!]!) { postTransfers(input: { transfers: $transfers }) {
  results { transferId isReplayed error { code field } } errors { code field } } }`

const STATE = `query ($id: ID!) { ledgerAccount(id: $id) {
  balance { amount } held { amount } available { amount } } }`

export type Result = { transferId: string; isReplayed: boolean; error: { code: string; field: string[] | null } | null }
type Order = Record<string, unknown> & { readonly id: Id<'tfr'> }

/** Payments in the graph, with two wallets for transfers between them. */
export type TransfersGraph = PaymentsGraph & {
  /** A wallet with 100.00 EUR, as it was when `newWallets` made it. */
  readonly ada: Id<'led'>
  /** A wallet with nothing in it. */
  readonly bruno: Id<'led'>
  /** Other wallets for the next test, and the clock at START. */
  newWallets(): Promise<void>
  /** The payload of postTransfers. */
  post(...transfers: Record<string, unknown>[]): Promise<NonNullable<TestAnswer['data']>>
  /** What each was refused with, or null. */
  codesOf(...transfers: Record<string, unknown>[]): Promise<(string | null)[]>
  /** Balance, what is held and what is available. */
  stateOf(accountId: string): Promise<(string | undefined)[]>
  /** A transfer of ada's to bruno. */
  single(amount: string, change?: Record<string, unknown>): Order
  /** One that is held for a minute. */
  pending(amount: string, change?: Record<string, unknown>): Order
}

export async function runTransfers(): Promise<TransfersGraph> {
  const graph = await runPayments()
  let wallets: readonly [Id<'led'>, Id<'led'>] | undefined
  const walletAt = (index: 0 | 1): Id<'led'> => {
    if (wallets === undefined) throw new Error('There are no wallets yet.')
    return wallets[index]
  }
  const post: TransfersGraph['post'] = async (...transfers) => {
    const { data, errors } = await graph.ask(operator, POST, { transfers })
    if (errors !== undefined) throw new Error(JSON.stringify(errors))
    return data.postTransfers
  }
  const single: TransfersGraph['single'] = (amount, change = {}) => ({
    id: newId('tfr'),
    kind: 'SINGLE',
    debitAccountId: walletAt(0),
    creditAccountId: walletAt(1),
    amount: eur(amount),
    reference: 'test',
    ...change,
  })
  return {
    ...graph,
    get ada() {
      return walletAt(0)
    },
    get bruno() {
      return walletAt(1)
    },
    async newWallets() {
      graph.clock.set(START)
      wallets = [(await graph.purseWith(10_000n)).walletId, (await graph.purseWith(0n)).walletId]
    },
    post,
    codesOf: async (...transfers) => (await post(...transfers)).results.map(({ error }: Result) => error?.code ?? null),
    async stateOf(id) {
      const { balance, held, available } = (await graph.ask(operator, STATE, { id })).data.ledgerAccount
      return [balance.amount, held.amount, available?.amount]
    },
    single,
    pending: (amount, change = {}) =>
      single(amount, { kind: 'PENDING', expiresAt: new Date(START.getTime() + 60_000).toISOString(), ...change }),
  }
}

export const eur = (amount: string) => ({ amount, currency: 'EUR' })

/** A transfer about another one. */
export const about = (kind: string, subjectId: string, change: Record<string, unknown> = {}) => ({
  id: newId('tfr'),
  kind,
  subjectId,
  reference: 'test',
  ...change,
})
