import { type Id, isNamedId } from '@carriergraph/shared/ids.ts'

type Posted = { readonly id: Id<'tfr'>; readonly subjectId: Id<'tfr'> | null }

/**
 * Whether a transfer is of the payment or the remittance whose id is its reference, which anybody may write who posts: the service
 * gives ids by name to what it posts for them, but for a payment's `own` transfer and what is about that.
 */
export const isTransferOf = ({ id, subjectId }: Posted, own?: Id<'tfr'>): boolean =>
  isNamedId(id) || (own !== undefined && (id === own || subjectId === own))
