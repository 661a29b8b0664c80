import type { Id } from '@carriergraph/shared/ids.ts'
import type { Money } from '@carriergraph/shared/money/money.ts'
import {
  FINAL_STATES,
  type InstructionState,
  STATUS_STATES,
  type StatusReason,
  TRANSITIONS,
  type TransactionStatus,
} from './status.ts'

/**
 * What is heard of an instruction: the rail's answer, or what it tells later, in any order and more than once. `key` is
 * the same for the same piece of news of one instruction; that of a return within the statement that tells it.
 */
export type Notice = { readonly instructionId: Id<'ins'>; readonly key: string } & News

export type News =
  | { readonly kind: 'STATUS'; readonly status: TransactionStatus; readonly reason: StatusReason | undefined }
  /** The rail was asked, and no answer came. */
  | { readonly kind: 'NO_ANSWER' }
  /** The rail was asked about it after that, and never had it. */
  | { readonly kind: 'NEVER_ARRIVED' }
  /** Settled money that came back, all of it or part. */
  | ({ readonly kind: 'RETURN'; readonly reason: StatusReason | undefined } & ReturnTold)

/** A return as the rail tells it: one movement of money, however often and under whatever keys it is told. */
export type ReturnTold = {
  readonly amount: Money
  /** The rail's own reference of this return, or that of its entry (`numbered`); undefined where it gives none. */
  readonly reference?: string | undefined
  /** The bank's reference of the entry that it is booked in, as far as the rail tells it. */
  readonly entryReference?: string | undefined
  /** The day on which the bank booked it, YYYY-MM-DD. */
  readonly bookedOn?: string | undefined
  /** The statement that tells it, in the file that it came in; undefined where the rail tells news one by one. */
  readonly toldIn?: string | undefined
}

/**
 * What tells a notice from all others. Banks use the ids of statements again, and put statements right under their id: what
 * has the key of another one there may be another return.
 */
export const noticeName = ({ instructionId, key, toldIn }: NoticeName): readonly string[] =>
  toldIn === undefined ? [instructionId, key] : [instructionId, key, toldIn]

type NoticeName = Pick<Notice, 'instructionId' | 'key'> & Pick<ReturnTold, 'toldIn'>

/** A return that was heard; counted unless it was one that had been told before. */
export type ReturnHeard = ReturnTold & { readonly isCounted: boolean }

/** The reference of those alike in one entry, where they have none of their own: from the second on with their number. */
export const numbered = (entryReference: string, number: number): string =>
  number === 1 ? entryReference : `${entryReference} ${number}`

const isNumbered = (reference: string, entryReference: string): boolean =>
  reference.startsWith(entryReference) && /^( \d+)?$/.test(reference.slice(entryReference.length))

/**
 * What the references of two notices say: that they tell the same return, that they tell two, or that they may tell the
 * same. Undefined where one has none. A bank may name a return by its entry in one message and by its transaction in another.
 */
function byReference(one: ReturnTold, other: ReturnTold): 'SAME' | 'MAYBE' | 'DIFFERENT' | undefined {
  if (one.reference === undefined || other.reference === undefined) return undefined
  if (one.reference === other.reference) return 'SAME'
  const [own, others] = [hasItsOwn(one), hasItsOwn(other)]
  if (own === others) return 'DIFFERENT'
  const [named, unnamed] = own ? [one, other] : [other, one]
  return isNumbered(unnamed.reference ?? '', named.entryReference ?? '') ? 'MAYBE' : 'DIFFERENT'
}

/** Whether its transaction has a reference beside that of its entry. */
const hasItsOwn = ({ reference = '', entryReference }: ReturnTold): boolean =>
  entryReference !== undefined && !isNumbered(reference, entryReference)

/**
 * Whether two notices may tell the same return. By its reference where both have one; else by what else they say of it, as
 * a bank may give the reference in the statement alone.
 */
export function isSameReturn(one: ReturnTold, other: ReturnTold): boolean {
  if (one.amount.minor !== other.amount.minor) return false
  const said = byReference(one, other)
  if (said !== undefined) return said !== 'DIFFERENT'
  return one.bookedOn === undefined || other.bookedOn === undefined || one.bookedOn === other.bookedOn
}

/**
 * Whether a return tells one of those that are counted once more. One statement tells each return once, and two references are
 * of two returns: so it is another one only where not all of them can be among those that are counted. Of two alike that
 * nothing tells apart one is left to reconciliation: to book one twice would give away what never came.
 */
export function wasTold(told: ReturnTold, heard: readonly ReturnHeard[]): boolean {
  const { amount, toldIn } = told
  if (heard.some((one) => byReference(told, one) === 'SAME' && one.amount.minor === amount.minor)) return true
  const counted = heard.filter(({ isCounted }) => isCounted)
  const ofStatement = heard.filter((one) => toldIn !== undefined && one.toldIn === toldIn)
  const ofOthers = heard.filter((one) => byReference(told, one) === 'DIFFERENT')
  return [ofStatement, ofOthers].every((others) => canBeAmong(told, eachOnce(others), counted))
}

/** Without those that may tell again what another one of them does, by its reference. */
function eachOnce(all: readonly ReturnTold[]): ReturnTold[] {
  const isAgain = (one: ReturnTold, before: ReturnTold) =>
    byReference(one, before) !== undefined && isSameReturn(one, before)
  return all.filter((one, at) => !all.slice(0, at).some((before) => isAgain(one, before)))
}

/**
 * Whether a return can be one of the counted ones that none of the others has to be: by an augmenting path of the matching
 * between them, as there are few.
 */
function canBeAmong(told: ReturnTold, others: readonly ReturnTold[], counted: readonly ReturnTold[]): boolean {
  const takenBy = new Map<ReturnTold, ReturnTold>()
  function place(one: ReturnTold, seen: Set<ReturnTold>): boolean {
    for (const that of counted) {
      if (seen.has(that) || !isSameReturn(one, that)) continue
      seen.add(that)
      const holder = takenBy.get(that)
      if (holder !== undefined && !place(holder, seen)) continue
      takenBy.set(that, one)
      return true
    }
    return false
  }
  for (const other of others) place(other, new Set())
  return place(told, new Set())
}

/**
 * What a notice does. CHANGED: the instruction goes through these states, in this order. NOTHING_NEW: it was in that state,
 * or beyond it. CONTRADICTION: it says another end than the one that was told before; nothing is changed, and a person
 * has to ask the bank.
 */
export type Interpretation =
  | { readonly effect: 'CHANGED'; readonly states: readonly [InstructionState, ...InstructionState[]] }
  | { readonly effect: 'NOTHING_NEW' }
  | { readonly effect: 'CONTRADICTION' }

export const NOTICE_EFFECTS = [
  'CHANGED',
  'NOTHING_NEW',
  'CONTRADICTION',
] as const satisfies readonly Interpretation['effect'][]

/**
 * What news means to an instruction in a state, and the only place where that is decided. Whatever comes, however often and
 * in whatever order: one final state is entered, and it is the first one that was told. A return is one that was not told
 * before.
 */
export function interpret(state: InstructionState, news: News): Interpretation {
  const target = stateOf(news)
  if (target === state && target !== 'RETURNED') return { effect: 'NOTHING_NEW' }
  if (isLegal(state, target)) return { effect: 'CHANGED', states: [target] }
  // A return that overtook the news of the settlement says both.
  if (target === 'RETURNED' && !isEnded(state)) return { effect: 'CHANGED', states: ['SETTLED', 'RETURNED'] }
  const isSameEnd = state === 'RETURNED' && target === 'SETTLED'
  return isEnded(state) && isEnded(target) && !isSameEnd ? { effect: 'CONTRADICTION' } : { effect: 'NOTHING_NEW' }
}

function stateOf(news: News): InstructionState {
  switch (news.kind) {
    case 'STATUS':
      return STATUS_STATES[news.status]
    case 'NO_ANSWER':
      return 'UNKNOWN'
    case 'NEVER_ARRIVED':
      return 'REGISTERED'
    case 'RETURN':
      return 'RETURNED'
  }
}

const isLegal = (from: InstructionState, to: InstructionState): boolean =>
  (TRANSITIONS[from] as readonly InstructionState[]).includes(to)

const ENDED: ReadonlySet<InstructionState> = new Set([...FINAL_STATES, 'RETURNED'])
const isEnded = (state: InstructionState): boolean => ENDED.has(state)
