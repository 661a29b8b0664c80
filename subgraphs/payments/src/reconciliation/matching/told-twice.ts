import { type BankLine, type KnownLine, messageOf } from './movement.ts'
import {
  BY_ENTRY,
  COMPARED_MAX,
  couplesOf,
  eachByScope,
  MOVED,
  mayBeOne,
  share,
  type Telling,
  tellingsOf,
} from './tellings.ts'

interface Pair {
  readonly stays: Telling
  readonly goes: Telling
}

/** What is compared: what is looked at now, and what was dealt with before. */
type Told = {
  readonly lines: readonly BankLine[]
  readonly known: readonly KnownLine[]
  readonly fresh: ReadonlySet<BankLine>
  readonly days_max: number
}

/**
 * Finds what a notification and a statement both tell by the bank's own reference: it is one movement, if it is of one sum
 * and nothing else that they say speaks against it. What was dealt with before stays; otherwise the side that tells more of
 * it does, and of equals the statement. Where that stays, further notifications tell nothing new, either. A notification
 * that stays is one movement, however often the bank uses its reference: once a statement has told it, it is done with.
 * @param days_max how far apart the two may be booked
 * @returns by id, those of `lines` that tell no movement of their own, with what each says beyond the one that stays, in minor
 * units: charges that are inside, and nothing as a rule
 */
export function linesToldTwice(
  lines: readonly BankLine[],
  known: readonly KnownLine[],
  days_max: number,
): ReadonlyMap<string, bigint> {
  const goes = new Map<string, bigint>()
  if ([...lines, ...known].every(({ isNotification }) => !isNotification)) return goes
  const told = { lines, known, fresh: new Set(lines), days_max }
  for (const { id } of notifiedTwice(told, statedNotifications(told))) goes.set(id, 0n)
  const notified = { ...told, lines: lines.filter(({ id }) => !goes.has(id)) }
  const stated = statedNotifications(notified)
  const left = standingOf(notified).filter((line) => !stated.has(line))
  const alone = eachByScope(left, told.fresh, (tellings) =>
    pairsOf(tellings, days_max).flatMap((pair) => {
      // Of what is known in part on both sides, a narrower scope may say more.
      if (pair.goes.isKnown && [...pair.goes.fresh, ...pair.stays.fresh].length > 0) return []
      if (!pair.goes.isKnown) for (const { id } of pair.goes.lines) goes.set(id, 0n)
      return linesOf(pair)
    }),
  )
  for (const [{ id }, beyond] of toldWithCharges(alone, told)) goes.set(id, beyond)
  for (const { id } of leftOfDismissed({ ...told, lines: lines.filter(({ id }) => !goes.has(id)) })) goes.set(id, 0n)
  return goes
}

/** Without what never moved, which is told by nobody: a statement that has it all the same tells a movement of its own. */
const standingOf = ({ lines, known }: Pick<Told, 'lines' | 'known'>): readonly BankLine[] => [
  ...lines,
  ...known.filter(({ standing }) => standing !== 'TOLD_AGAIN' && standing !== 'DISMISSED'),
]

/**
 * Lines of notifications of an entry of which another message tells more on the same day, or has told less before: as an advice,
 * and its details. What a statement was put away for is a movement, whatever else tells one like it.
 */
function notifiedTwice({ lines, known, fresh }: Told, stated: ReadonlySet<BankLine>): readonly BankLine[] {
  const gone = new Set<BankLine>(known.filter(({ standing }) => standing === 'TOLD_AGAIN'))
  const notifications = [...standingOf({ lines, known }), ...gone].filter(({ isNotification }) => isNotification)
  const mayGo = ({ isKnown, lines }: Telling) => !isKnown && !lines.some((line) => stated.has(line))
  return [...tellingsOf(notifications, fresh, BY_ENTRY)].flatMap((tellings) =>
    couplesOf(tellings, tellings, tellsAgain).flatMap(([more, less]) => {
      if ([...more.lines, ...less.lines].some((line) => gone.has(line))) return []
      return [less, more].find(mayGo)?.lines ?? []
    }),
  )
}

const tellsAgain = (more: Telling, less: Telling): boolean =>
  !share(messagesOf(more), messagesOf(less)) && tellsMore(more, less) && mayBeOne(more, less, 0)

const messagesOf = ({ lines }: Telling): ReadonlySet<string> => new Set(lines.map(messageOf))

/** Of one sum: in parts, or in the same ones with what the parties, or the bank, call them. */
function tellsMore(one: Telling, other: Telling): boolean {
  if (one.lines.length > 1 && other.lines.length === 1) return true
  const [said, saidOfOther] = [saidOf(one), saidOf(other)]
  return (
    amountsOf(one) === amountsOf(other) &&
    said.every((count, at) => count >= (saidOfOther[at] ?? 0)) &&
    said.join() !== saidOfOther.join()
  )
}

const amountsOf = ({ lines }: Telling): string =>
  lines
    .map(({ amountMinor }) => String(amountMinor))
    .sort()
    .join()

const saidOf = ({ lines }: Telling): readonly number[] => [
  lines.filter(({ references }) => references.length > 0).length,
  lines.filter(({ entryBankReference }) => entryBankReference !== undefined).length,
]

/** Notifications that stand for what statements told before: those lines have gone for them, and no others may. */
function statedNotifications(told: Told): ReadonlySet<BankLine> {
  const gone = told.known.filter(({ standing, isNotification }) => standing === 'TOLD_AGAIN' && !isNotification)
  const stated = new Set<BankLine>()
  if (gone.length === 0) return stated
  const notifications = standingOf(told).filter(({ isNotification }) => isNotification)
  eachByScope([...gone, ...notifications], told.fresh, (tellings) => {
    const settled = statedCouples(tellings, told.days_max)
      .flat()
      .flatMap(({ lines }) => lines)
    for (const line of settled) stated.add(line)
    return settled
  })
  return stated
}

/**
 * Lines of what only one side tells the bank's charges with. What a statement counts is what the account has lost: it stays, and
 * where the notification has to, the charges stay that have lines of their own, or that are inside of the only line.
 * @returns with what each says beyond the one that stays
 */
function toldWithCharges(
  lines: readonly BankLine[],
  { fresh, days_max }: Told,
): readonly (readonly [BankLine, bigint])[] {
  if (lines.every(({ chargesMinor }) => chargesMinor === 0n)) return []
  const goes: (readonly [BankLine, bigint])[] = []
  const settle = (tellings: readonly Telling[]) =>
    statedCouples(tellings, days_max).flatMap(([statement, notification]) => {
      // Charges alone are of one sum with all others.
      if (statement.minor === 0n) return []
      const gone = goneOf(statement, notification)
      goes.push(...gone)
      return gone.length === 0 ? [] : [...statement.lines, ...notification.lines]
    })
  eachByScope(lines, fresh, settle, MOVED)
  return goes
}

/** Of a statement and a notification that differ by charges. */
function goneOf(statement: Telling, notification: Telling): readonly (readonly [BankLine, bigint])[] {
  const whole = (lines: readonly BankLine[]) => lines.map((line) => [line, 0n] as const)
  if (!notification.isKnown) return whole(notification.lines)
  if (statement.isKnown) return []
  const moved = statement.lines.filter(({ isCharge }) => !isCharge)
  const beyond = sumOf(moved) - sumOf(notification.lines)
  if (beyond === 0n) return whole(moved)
  const [only, ...others] = statement.lines
  return only === undefined || others.length > 0 ? [] : [[only, beyond]]
}

const sumOf = (lines: readonly BankLine[]): bigint => lines.reduce((sum, { amountMinor }) => sum + amountMinor, 0n)

const linesOf = ({ stays, goes }: Pair): readonly BankLine[] => [...stays.lines, ...goes.lines]

/** What is left of notifications of which people have dismissed a part, where a statement tells all that each had told. */
function leftOfDismissed(told: Told): readonly BankLine[] {
  const dismissed = new Set<BankLine>(
    told.known.filter(({ standing, isNotification }) => standing === 'DISMISSED' && isNotification),
  )
  const entries = new Set([...dismissed].map(({ entry }) => entry))
  if (entries.size === 0) return []
  const goes: BankLine[] = []
  const isOfThem = ({ isNotification, entry }: BankLine) => !isNotification || entries.has(entry)
  eachByScope([...standingOf(told).filter(isOfThem), ...dismissed], told.fresh, (tellings) => {
    const statements = tellings.filter(({ isNotification }) => !isNotification).slice(0, COMPARED_MAX)
    const left = tellings.filter(
      (one) => one.isNotification && statements.some((statement) => mayBeOne(statement, one, told.days_max)),
    )
    goes.push(...left.flatMap(({ fresh }) => fresh))
    return left.flatMap(({ lines }) => lines)
  })
  return goes
}

/**
 * Whether `line` stands for one of `told`: lines that tell no movement of their own, one of which would without it.
 * @param others what else was dealt with before
 */
export function standsFor(
  line: BankLine,
  { told, others, days_max }: { told: readonly BankLine[]; others: readonly KnownLine[]; days_max: number },
): boolean {
  const without = linesToldTwice(told, others, days_max)
  return [...linesToldTwice(told, [...others, line], days_max).keys()].some((id) => !without.has(id))
}

function pairsOf(tellings: readonly Telling[], days_max: number): Pair[] {
  const couples = statedCouples(tellings, days_max)
  const isUsed = new Set(couples.flat())
  const pairs = couples.map(([statement, notification]): Pair => {
    const keepsNotification =
      !statement.isKnown && (notification.isKnown || notification.lines.length > statement.lines.length)
    return keepsNotification ? { stays: notification, goes: statement } : { stays: statement, goes: notification }
  })
  const statements = pairs.map(({ stays }) => stays).filter(({ isNotification }) => !isNotification)
  for (const goes of tellings.filter((one) => one.isNotification && !isUsed.has(one))) {
    const stays = statements.slice(0, COMPARED_MAX).find((one) => mayBeOne(one, goes, days_max))
    if (stays !== undefined) pairs.push({ stays, goes })
  }
  return pairs
}

/** Of a statement and a notification each. */
const statedCouples = (tellings: readonly Telling[], days_max: number): [Telling, Telling][] =>
  couplesOf(
    tellings.filter(({ isNotification }) => !isNotification),
    tellings.filter(({ isNotification }) => isNotification),
    (statement, notification) => mayBeOne(statement, notification, days_max),
  )
