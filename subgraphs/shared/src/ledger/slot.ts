import type { Id } from '../ids.ts'

/**
 * What accounts are spread by: the last two characters of an id, which are ten random bits of it. An account has the slot
 * of its owner and a transfer that of the account that it debits, so an id alone says on which shard to look
 * (docs/adr/0027).
 */
export const SLOTS = 1_024

/** Crockford's base32, as ids have it. */
const DIGITS = '0123456789abcdefghjkmnpqrstvwxyz'
const SLOT_LENGTH = 2

export const slotOf = (id: Id<string>): number => digit(id.at(-2)) * DIGITS.length + digit(id.at(-1))

/** @returns the id with its last ten bits replaced, so that it lies in `slot` */
export const inSlot = <P extends string>(id: Id<P>, slot: number): Id<P> =>
  `${id.slice(0, -SLOT_LENGTH)}${DIGITS[Math.floor(slot / DIGITS.length)]}${DIGITS[slot % DIGITS.length]}` as Id<P>

/** @returns the id with its last ten bits replaced by those of `neighbour`: both lie on the same shard, however many there are */
export const inSlotOf = <P extends string>(id: Id<P>, neighbour: Id<string>): Id<P> => inSlot(id, slotOf(neighbour))

/** Each shard has a range of slots, so that twice as many shards halve each range and move nothing between two halves. */
export const shardOf = (id: Id<string>, shards: number): number => Math.floor((slotOf(id) * shards) / SLOTS)

/** The lowest slot of a shard's range. */
export const firstSlotOf = (shard: number, shards: number): number => Math.ceil((shard * SLOTS) / shards)

function digit(character: string | undefined): number {
  const value = DIGITS.indexOf(character ?? '')
  if (value < 0) throw new RangeError('An id ends with two base32 digits.')
  return value
}
