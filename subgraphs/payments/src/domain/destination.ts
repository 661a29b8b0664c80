import type { Id } from '@carriergraph/shared/ids.ts'

/** Where the money of a payment goes, by its type. */
export type Destination =
  | { readonly type: 'TOP_UP'; readonly billingAccountId: Id<'acc'> }
  | { readonly type: 'TRANSFER'; readonly destinationAccountId: Id<'led'> }
  | { readonly type: 'FEE' }
