import { dayNumber } from '@carriergraph/shared/day.ts'
import { type BankLine, type KnownLine, messageOf } from './movement.ts'

/** Lines of one side that tell of one movement, as far as the bank's reference goes. */
interface Telling {
  readonly isNotification: boolean
  readonly lines: readonly BankLine[]
  /** Those that may still go. */
  readonly fresh: readonly BankLine[]
  /** Whether some of it was dealt with before, and so stays. */
  readonly isKnown: boolean
  readonly minor: bigint
  readonly firstDay: number
  readonly lastDay: number
}

interface Pair {
  readonly stays: Telling
  readonly goes: Telling
}

/** Under which reference a line is told, and by whom: lines with the same ones are one telling. */
type Scope = (line: BankLine) => { readonly reference: string | undefined; readonly teller: string }

const ofEntry = ({ bankReference, entryBankReference }: BankLine): string | undefined =>
  entryBankReference ?? bankReference

/** From all that has a reference, for several messages may tell an entry, down to a transaction of an entry. */
const SCOPES: readonly Scope[] = [
  (line) => ({ reference: ofEntry(line), teller: '' }),
  (line) => ({ reference: ofEntry(line), teller: messageOf(line) }),
  (line) => ({ reference: ofEntry(line), teller: line.entry }),
  (line) => ({ reference: line.bankReference, teller: line.entry }),
]

/** How many tellings of one reference and sum one is compared with: what a bank calls thousands by says nothing. */
const COMPARED_MAX = 32

/**
 * Finds what a notification and a statement both tell by the bank's own reference: it is one movement, if it is of one sum
 * and nothing else that they say speaks against it. What was dealt with before stays; otherwise the side that tells more of
 * it does, and of equals the statement. Where that stays, further notifications tell nothing new, either. A notification
 * that stays is one movement, however often the bank uses its reference: once a statement has told it, it is done with.
 * @param days_max how far apart the two may be booked
 * @returns ids of those of `lines` that tell no movement of their own
 */
export function linesToldTwice(
  lines: readonly BankLine[],
  known: readonly KnownLine[],
  days_max: number,
): ReadonlySet<string> {
  const fresh = new Set(lines)
  const goes = new Set<string>()
  const standing = [...lines, ...known.filter((line) => line.standing !== 'TOLD_AGAIN')]
  if (standing.every(({ isNotification }) => !isNotification)) return goes
  const stated = statedNotifications({ standing, known, fresh, days_max })
  const left = standing.filter((line) => !stated.has(line))
  eachByScope(left, fresh, (tellings) =>
    pairsOf(tellings, days_max).flatMap((pair) => {
      // Of what is known in part on both sides, a narrower scope may say more.
      if (pair.goes.isKnown && [...pair.goes.fresh, ...pair.stays.fresh].length > 0) return []
      if (!pair.goes.isKnown) for (const { id } of pair.goes.lines) goes.add(id)
      return linesOf(pair)
    }),
  )
  return goes
}

/** Notifications that stand for what statements told before: those lines have gone for them, and no others may. */
function statedNotifications({
  standing,
  known,
  fresh,
  days_max,
}: {
  standing: readonly BankLine[]
  known: readonly KnownLine[]
  fresh: ReadonlySet<BankLine>
  days_max: number
}): ReadonlySet<BankLine> {
  const gone = known.filter((line) => line.standing === 'TOLD_AGAIN' && !line.isNotification)
  const stated = new Set<BankLine>()
  if (gone.length === 0) return stated
  eachByScope([...gone, ...standing.filter(({ isNotification }) => isNotification)], fresh, (tellings) => {
    const settled = couplesOf(tellings, days_max).flatMap(linesOf)
    for (const line of settled) stated.add(line)
    return settled
  })
  return stated
}

/**
 * Looks at tellings that are alike, scope by scope.
 * @param settle tells the lines of which no narrower scope says more
 */
function eachByScope(
  lines: readonly BankLine[],
  fresh: ReadonlySet<BankLine>,
  settle: (tellings: readonly Telling[]) => readonly BankLine[],
): void {
  let left = lines
  for (const scope of SCOPES) {
    const settled = new Set<BankLine>()
    for (const tellings of tellingsOf(left, fresh, scope)) for (const line of settle(tellings)) settled.add(line)
    left = left.filter((line) => !settled.has(line))
  }
}

const linesOf = ({ stays, goes }: Pair): readonly BankLine[] => [...stays.lines, ...goes.lines]

/** What never moved is told by nobody: a statement that has it all the same tells a movement of its own. */
export const mayBeToldAgain = ({ standing }: KnownLine): boolean => standing !== 'DISMISSED'

/**
 * Whether `line` stands for one of `told`: lines that tell no movement of their own, one of which would without it.
 * @param others what else was dealt with before
 */
export function standsFor(
  line: BankLine,
  { told, others, days_max }: { told: readonly BankLine[]; others: readonly KnownLine[]; days_max: number },
): boolean {
  const standing = others.filter(mayBeToldAgain)
  const without = linesToldTwice(told, standing, days_max)
  return [...linesToldTwice(told, [...standing, line], days_max)].some((id) => !without.has(id))
}

/** By reference, currency and sum: what may be the same. */
function tellingsOf(
  lines: readonly BankLine[],
  fresh: ReadonlySet<BankLine>,
  scope: Scope,
): Iterable<readonly Telling[]> {
  const told = Map.groupBy(lines, (line) => {
    const { reference, teller } = scope(line)
    return reference && JSON.stringify([reference, line.currency, line.isNotification, teller])
  })
  told.delete(undefined)
  const alike = new Map<string, Telling[]>()
  for (const [key = '', all] of told) {
    const telling = tellingOf(all, fresh)
    const [reference, currency] = JSON.parse(key)
    const same = JSON.stringify([reference, currency, String(telling.minor)])
    const others = alike.get(same)
    if (others === undefined) alike.set(same, [telling])
    else others.push(telling)
  }
  return alike.values()
}

function tellingOf(lines: readonly BankLine[], fresh: ReadonlySet<BankLine>): Telling {
  const days = lines.map(({ bookedOn }) => dayNumber(bookedOn)).sort((a, b) => a - b)
  const own = lines.filter((line) => fresh.has(line))
  return {
    isNotification: lines[0]?.isNotification ?? false,
    lines,
    fresh: own,
    isKnown: own.length < lines.length,
    minor: lines.reduce((sum, { amountMinor }) => sum + amountMinor, 0n),
    firstDay: days[0] ?? 0,
    lastDay: days.at(-1) ?? 0,
  }
}

function pairsOf(tellings: readonly Telling[], days_max: number): Pair[] {
  const couples = couplesOf(tellings, days_max)
  const isUsed = new Set(couples.flatMap(({ stays, goes }) => [stays, goes]))
  const statements = couples.map(({ stays }) => stays).filter(({ isNotification }) => !isNotification)
  const further = tellings
    .filter((one) => one.isNotification && !isUsed.has(one))
    .flatMap((goes): Pair[] => {
      const stays = statements.slice(0, COMPARED_MAX).find((one) => mayBeOne(one, goes, days_max))
      return stays === undefined ? [] : [{ stays, goes }]
    })
  return [...couples, ...further]
}

/** Of a statement and a notification each, what was dealt with before first. */
function couplesOf(tellings: readonly Telling[], days_max: number): Pair[] {
  const isUsed = new Set<Telling | undefined>()
  const inOrder = tellings.toSorted((a, b) => Number(b.isKnown) - Number(a.isKnown) || a.firstDay - b.firstDay)
  const notifications = inOrder.filter(({ isNotification }) => isNotification)
  const couples: Pair[] = []
  let from = 0
  for (const statement of inOrder.filter(({ isNotification }) => !isNotification)) {
    const notification = notifications
      .slice(from, from + COMPARED_MAX)
      .find((one) => !isUsed.has(one) && mayBeOne(statement, one, days_max))
    if (notification === undefined) continue
    isUsed.add(notification)
    while (isUsed.has(notifications[from])) from += 1
    const keepsNotification =
      !statement.isKnown && (notification.isKnown || notification.lines.length > statement.lines.length)
    couples.push(
      keepsNotification ? { stays: notification, goes: statement } : { stays: statement, goes: notification },
    )
  }
  return couples
}

/** Whether nothing speaks against it: neither days, nor references and accounts where both know some. */
function mayBeOne(one: Telling, other: Telling, days_max: number): boolean {
  const areClose =
    Math.abs(one.firstDay - other.firstDay) <= days_max && Math.abs(one.lastDay - other.lastDay) <= days_max
  if (!areClose) return false
  const [references, others] = [one, other].map(({ lines }) => new Set(lines.flatMap((line) => line.references)))
  const [names, otherNames] = [one, other].map(({ lines }) => new Set(lines.flatMap(namesOf)))
  if (references?.size && others?.size && !share(references, otherNames) && !share(others, names)) return false
  const [accounts, otherAccounts] = [one, other].map(
    ({ lines }) => new Set(lines.flatMap(({ counterparty }) => counterparty ?? [])),
  )
  return !accounts?.size || !otherAccounts?.size || share(accounts, otherAccounts)
}

const namesOf = ({ references, mentions }: BankLine): readonly string[] => [...references, ...mentions]

const share = (one: ReadonlySet<string>, other: ReadonlySet<string> | undefined): boolean =>
  other !== undefined && [...one].some((each) => other.has(each))
