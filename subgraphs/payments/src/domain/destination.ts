import type { Id } from '@carriergraph/shared/ids.ts'

/** Where the money of a payment goes, by its type; of a deposit where it comes from. */
export type Destination =
  | { readonly type: 'TOP_UP'; readonly billingAccountId: Id<'acc'> }
  | { readonly type: 'TRANSFER'; readonly destinationAccountId: Id<'led'> }
  | { readonly type: 'FEE' }
  | RailDestination

/** The side of a payment that lies outside. */
export type RailDestination = {
  readonly type: 'DEPOSIT' | 'WITHDRAWAL'
  readonly counterparty: Counterparty
  /** What the other side reads of it. */
  readonly remittance: string | undefined
}

export type Counterparty =
  /** A card of the payer's in the vault. */
  | { readonly method: 'CARD'; readonly cardId: Id<'card'> }
  | {
      readonly method: 'BANK'
      readonly holder: string
      /** In its electronic form. */
      readonly iban: string
      readonly bic: string | undefined
    }

export const goesOverRail = (destination: Destination): destination is RailDestination =>
  destination.type === 'DEPOSIT' || destination.type === 'WITHDRAWAL'
