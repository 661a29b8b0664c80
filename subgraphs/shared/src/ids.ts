import { createHash, randomFillSync } from 'node:crypto'
import * as uuid from 'uuid'
import { holdsCardNumber } from './cards/holds-card-number.ts'
import { ID_SUFFIX, suffixOfUuid, uuidOfSuffix } from './id-suffix.ts'
import { type Outcome, ok, refuse } from './outcome.ts'
import { Refusal } from './refusal.ts'

/** A TypeID: a type prefix, `_`, and the 26 base32 characters of a uuid v7, such as `slc_01k9c7wqv8e1btd4bnc1yyfxvx`. */
export type Id<P extends string> = `${P}_${string}`

/** A new id. `now` puts an injected time in it; ids made without `now` also ascend within one millisecond. */
export function newId<P extends string>(prefix: P, now?: Date): Id<P> {
  const random = randomBytes()
  return fromUuid(prefix, uuid.v7(now === undefined ? ascending(random) : { msecs: now.getTime(), random }))
}

const RANDOM_BYTES = 16
/** Drawn for many ids at once: a call to the system for each took more than all the rest of an id. */
const pool = new Uint8Array(256 * RANDOM_BYTES)
let drawn = pool.length

function randomBytes(): Uint8Array {
  if (drawn === pool.length) {
    randomFillSync(pool)
    drawn = 0
  }
  drawn += RANDOM_BYTES
  return pool.subarray(drawn - RANDOM_BYTES, drawn)
}

const latest = { msecs: 0, seq: 0 }

/** Time and sequence of the next id: within one millisecond, or where the clock went back, the sequence counts on. */
function ascending(random: Uint8Array) {
  const now = Date.now()
  if (now > latest.msecs) {
    latest.msecs = now
    // Half of its range is left to count on in.
    latest.seq = new DataView(random.buffer, random.byteOffset).getUint32(0) >>> 1
  } else {
    latest.seq = (latest.seq + 1) >>> 0
    if (latest.seq === 0) latest.msecs++
  }
  return { ...latest, random }
}

/**
 * Strict: the right prefix, 26 characters of lower-case Crockford base32, at most 128 bits. So two texts are never the
 * same id, and a cache or a lock keyed by the text is keyed by the row.
 * @throws Refusal INVALID_ID that names the expected prefix
 */
export function parseId<P extends string>(prefix: P, text: string): Id<P> {
  if (isId(prefix, text)) return text
  throw new Refusal('INVALID_ID', `Expected an id of "${prefix}_" and 26 more characters${echo(text)}.`)
}

/** For the input of a mutation, whose payload carries the refusal; `field` is the path of the id in the input. */
export function readId<P extends string>(
  prefix: P,
  text: string,
  field: readonly string[],
): Outcome<Id<P>, 'INVALID_ID'> {
  if (isId(prefix, text)) return ok(text)
  return refuse('INVALID_ID', `Expected an id of "${prefix}_" and 26 more characters.`, field)
}

export const isId = <P extends string>(prefix: P, text: string): text is Id<P> =>
  text.startsWith(prefix) && text[prefix.length] === '_' && ID_SUFFIX.test(text.slice(prefix.length + 1))

/** The uuid inside, in lower-case hex with dashes. @throws TypeError when it is no id at all, which is a bug */
export const toUuid = (id: Id<string>): string => uuidOfSuffix(id)

/** @throws TypeError when `text` is not a uuid: it comes from a uuid column, so anything else is a bug. */
export function fromUuid<P extends string>(prefix: P, text: string): Id<P> {
  const suffix = suffixOfUuid(text)
  if (suffix === undefined) throw new TypeError(`Not a uuid: ${JSON.stringify(text)}`)
  return `${prefix}_${suffix}`
}

/**
 * The same id for the same name, always and on every machine: for demo data, and for an effect that a replayed input
 * must hit again instead of doubling. A valid uuid v7 whose random bits are a hash of prefix and name and whose time
 * is fixed, earlier than any real id, so that named rows sort before those made at run time.
 */
export const namedId = <P extends string>(prefix: P, name: string): Id<P> => hashedId(prefix, name, NAMED_AT_MS)

/** As `namedId`, for what a client asks for under a key of its own: so that ids that the service gives are told from these. */
export const keyedId = <P extends string>(prefix: P, key: string): Id<P> => hashedId(prefix, key, KEYED_AT_MS)

/** Whether it is an id that `namedId` gives, or one that somebody made to look like it. */
export const isNamedId = (id: Id<string>): boolean =>
  Number.parseInt(toUuid(id).replaceAll('-', '').slice(0, TIME_DIGITS), 16) === NAMED_AT_MS

function hashedId<P extends string>(prefix: P, name: string, msecs: number): Id<P> {
  const random = createHash('sha256').update(`${prefix}\0${name}`).digest().subarray(0, 16)
  return fromUuid(prefix, uuid.v7({ msecs, random }))
}

const NAMED_AT_MS = Date.UTC(2020, 0, 1)
const KEYED_AT_MS = Date.UTC(2020, 0, 2)
/** Hex digits of a uuid v7 that are its time. */
const TIME_DIGITS = 12

/** A refusal repeats an id of another kind, but not a megabyte of it, nor a number that nobody should see, or its beginning. */
const echo = (text: string): string =>
  text.length <= LONGEST_ECHO && /^[a-z]+_/.test(text) && !holdsCardNumber(text) ? `, got ${JSON.stringify(text)}` : ''

const LONGEST_ECHO = 60
