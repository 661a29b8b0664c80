import { dayNumber } from '@carriergraph/shared/day.ts'
import { type BankLine, messageOf } from './movement.ts'

/** Lines of one side that tell of one movement, as far as the bank's reference goes. */
export interface Telling {
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

/** Under which reference a line is told, and by whom: lines with the same ones are one telling. */
type Scope = (line: BankLine) => { readonly reference: string | undefined; readonly teller: string }

const ofEntry = ({ bankReference, entryBankReference }: BankLine): string | undefined =>
  entryBankReference ?? bankReference

/** How many tellings of one reference and sum one is compared with: what a bank calls thousands by says nothing. */
export const COMPARED_MAX = 32

/** An entry, with all of its transactions. */
export const BY_ENTRY: Scope = (line) => ({ reference: ofEntry(line), teller: line.entry })

/** From all that has a reference, for several messages may tell an entry, down to a transaction of an entry. */
const SCOPES: readonly Scope[] = [
  (line) => ({ reference: ofEntry(line), teller: '' }),
  (line) => ({ reference: ofEntry(line), teller: messageOf(line) }),
  BY_ENTRY,
  (line) => ({ reference: line.bankReference, teller: line.entry }),
]

/** What a line counts for in the sum that is compared. */
type Counted = (line: BankLine) => bigint

const AMOUNT: Counted = ({ amountMinor }) => amountMinor

/** Without what the bank took for it, in the amount or beside it. */
export const MOVED: Counted = ({ amountMinor, chargesMinor, isCharge }) => (isCharge ? 0n : amountMinor + chargesMinor)

/**
 * Looks at tellings that are alike, scope by scope.
 * @param settle tells the lines of which no narrower scope says more
 * @returns all others
 */
export function eachByScope(
  lines: readonly BankLine[],
  fresh: ReadonlySet<BankLine>,
  settle: (tellings: readonly Telling[]) => readonly BankLine[],
  counted = AMOUNT,
): readonly BankLine[] {
  let left = lines
  for (const scope of SCOPES) {
    const settled = new Set<BankLine>()
    for (const tellings of tellingsOf(left, fresh, scope, counted))
      for (const line of settle(tellings)) settled.add(line)
    left = left.filter((line) => !settled.has(line))
  }
  return left
}

/** By reference, currency and sum: what may be the same. */
export function tellingsOf(
  lines: readonly BankLine[],
  fresh: ReadonlySet<BankLine>,
  scope: Scope,
  counted = AMOUNT,
): Iterable<readonly Telling[]> {
  const told = Map.groupBy(lines, (line) => {
    const { reference, teller } = scope(line)
    return reference && JSON.stringify([reference, line.currency, line.isNotification, teller])
  })
  told.delete(undefined)
  const alike = new Map<string, Telling[]>()
  for (const [key = '', all] of told) {
    const telling = tellingOf(all, fresh, counted)
    const [reference, currency] = JSON.parse(key)
    const same = JSON.stringify([reference, currency, String(telling.minor), throughputOf(all)])
    const others = alike.get(same)
    if (others === undefined) alike.set(same, [telling])
    else others.push(telling)
  }
  return alike.values()
}

/** What entries that went both ways moved in all; null of others. Else two that cancel out would be told by what tells neither. */
function throughputOf(lines: readonly BankLine[]): string | null {
  const moved = lines.filter(({ isCharge }) => !isCharge)
  const entries = [...Map.groupBy(moved, ({ entry }) => entry).values()].map((of) => sumOf(of.map(AMOUNT)))
  if (entries.every((minor) => minor >= 0n) || entries.every((minor) => minor <= 0n)) return null
  return String(sumOf(entries.map((minor) => (minor < 0n ? -minor : minor))))
}

const sumOf = (amounts: readonly bigint[]): bigint => amounts.reduce((sum, minor) => sum + minor, 0n)

function tellingOf(lines: readonly BankLine[], fresh: ReadonlySet<BankLine>, counted: Counted): Telling {
  const days = lines.map(({ bookedOn }) => dayNumber(bookedOn)).sort((a, b) => a - b)
  const own = lines.filter((line) => fresh.has(line))
  return {
    isNotification: lines[0]?.isNotification ?? false,
    lines,
    fresh: own,
    isKnown: own.length < lines.length,
    minor: sumOf(lines.map(counted)),
    firstDay: days[0] ?? 0,
    lastDay: days.at(-1) ?? 0,
  }
}

/** Each in one at the most, and what was dealt with before first. */
export function couplesOf(
  ones: readonly Telling[],
  others: readonly Telling[],
  fit: (one: Telling, other: Telling) => boolean,
): [Telling, Telling][] {
  const isUsed = new Set<Telling | undefined>()
  const candidates = others.toSorted(byAge)
  const couples: [Telling, Telling][] = []
  let from = 0
  for (const one of ones.toSorted(byAge)) {
    const other = candidates.slice(from, from + COMPARED_MAX).find((each) => !isUsed.has(each) && fit(one, each))
    if (other === undefined || isUsed.has(one)) continue
    for (const used of [one, other]) isUsed.add(used)
    while (isUsed.has(candidates[from])) from += 1
    couples.push([one, other])
  }
  return couples
}

const byAge = (a: Telling, b: Telling): number => Number(b.isKnown) - Number(a.isKnown) || a.firstDay - b.firstDay

/** Whether nothing speaks against it: neither days, nor references and accounts where both know some. */
export function mayBeOne(one: Telling, other: Telling, days_max: number): boolean {
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

/** Whether something is in both. */
export const share = (one: ReadonlySet<string>, other: ReadonlySet<string> | undefined): boolean =>
  other !== undefined && [...one].some((each) => other.has(each))
