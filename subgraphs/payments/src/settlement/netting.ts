import type { Id } from '@carriergraph/shared/ids.ts'

/** What participants owe each other in one cycle, added up; minor units of its currency. */
export type Obligation = {
  readonly debtorId: Id<'led'>
  readonly creditorId: Id<'led'>
  /** Above zero. */
  readonly amountMinor: bigint
  /** What the debtor owes the operator for it. */
  readonly feeMinor: bigint
}

/** What comes of a cycle for one participant. */
export type Position = {
  readonly accountId: Id<'led'>
  readonly paysMinor: bigint
  readonly receivesMinor: bigint
  readonly feesMinor: bigint
}

/** What the participant receives, or pays where it is below zero, without fees. All nets of a cycle sum to zero. */
export const netOf = ({ receivesMinor, paysMinor }: Position): bigint => receivesMinor - paysMinor

/** Each participant against all others together, by account id. */
export function positionsOf(obligations: readonly Obligation[]): Position[] {
  const positions = new Map<Id<'led'>, Position>()
  const add = (accountId: Id<'led'>, pays: bigint, receives: bigint, fees: bigint) => {
    const { paysMinor = 0n, receivesMinor = 0n, feesMinor = 0n } = positions.get(accountId) ?? {}
    positions.set(accountId, {
      accountId,
      paysMinor: paysMinor + pays,
      receivesMinor: receivesMinor + receives,
      feesMinor: feesMinor + fees,
    })
  }
  for (const { debtorId, creditorId, amountMinor, feeMinor } of obligations) {
    add(debtorId, amountMinor, 0n, feeMinor)
    add(creditorId, 0n, amountMinor, 0n)
  }
  return [...positions.values()].toSorted((a, b) => compare(a.accountId, b.accountId))
}

/** What one participant pays another. */
export type NetPayment = {
  readonly payerId: Id<'led'>
  readonly payeeId: Id<'led'>
  readonly amountMinor: bigint
}

/** Each pair against each other: at most one payment between two participants, none where they are even. */
export function bilateralPayments(obligations: readonly Obligation[]): NetPayment[] {
  const pairs = new Map<string, NetPayment>()
  for (const { debtorId, creditorId, amountMinor } of obligations) {
    const isAscending = debtorId < creditorId
    const [payerId, payeeId] = isAscending ? [debtorId, creditorId] : [creditorId, debtorId]
    const key = `${payerId} ${payeeId}`
    const before = pairs.get(key)?.amountMinor ?? 0n
    pairs.set(key, { payerId, payeeId, amountMinor: isAscending ? before + amountMinor : before - amountMinor })
  }
  return [...pairs.values()]
    .filter(({ amountMinor }) => amountMinor !== 0n)
    .map((pair) => (pair.amountMinor > 0n ? pair : turned(pair)))
    .toSorted((a, b) => compare(a.payerId, b.payerId) || compare(a.payeeId, b.payeeId))
}

const turned = ({ payerId, payeeId, amountMinor }: NetPayment): NetPayment => ({
  payerId: payeeId,
  payeeId: payerId,
  amountMinor: -amountMinor,
})

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)
