// What a bank account really was moved by, and how the bank may tell it.

import { formatAmount } from '@carriergraph/shared/money/money.ts'
import fc from 'fast-check'
import { camt, ntry, txDtls } from '../statements/statements.fixture.ts'

/** An entry: what moved in parts, of one sign. */
type Entry = {
  readonly day: number
  readonly minor: readonly bigint[]
  readonly party: string
  /** Whether the bank has a reference of its own for it, and for others as well. */
  readonly bank: 'own' | 'shared' | 'none'
  readonly isExpected: boolean
}

export const entries = fc
  .array(
    fc.record({
      day: fc.integer({ min: 2, max: 3 }),
      minor: fc
        .tuple(fc.constantFrom(1n, 1n, 1n, -1n), fc.constantFrom([100n], [100n], [100n], [200n, 100n]))
        .map(([sign, parts]) => parts.map((minor) => sign * minor)),
      party: fc.constantFrom('E-1', 'E-1', 'E-1', 'E-2'),
      bank: fc.constantFrom('own', 'shared', 'none'),
      isExpected: fc.boolean(),
    }),
    { minLength: 1, maxLength: 3 },
  )
  .map((given): readonly Entry[] => given.toSorted((one, other) => one.day - other.day))

const isWhole = fc.boolean()
/** What a statement is of: all days, one of them, what has moved of it before noon, or after. */
const span = fc.record({ day: fc.integer({ min: 2, max: 3 }), part: fc.constantFrom('all', 'day', 'am', 'pm') })

export const message = fc.oneof(
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('notification'), told: fc.nat(7), isWhole }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('statement'), span, isWhole }) },
)
type Message = typeof message extends fc.Arbitrary<infer Of> ? Of : never

const OPENING = 100_000n
const sum = (parts: readonly bigint[]): bigint => parts.reduce((all, one) => all + one, 0n)
const written = (minor: bigint) => formatAmount({ minor, currency: 'EUR' })

export const dayOf = ({ day }: Pick<Entry, 'day'>): string => `2026-03-0${day}`

/** A file of the bank. */
export function fileOf(truth: readonly Entry[], message: Message, statement: string): string {
  const tell = (entry: Entry) => told(entry, truth.indexOf(entry), message.isWhole)
  if (message.kind === 'notification') {
    const notified = truth.filter((_, at) => ((message.told >> at) & 1) === 1)
    return camt({ kind: '054', statement, entries: notified.map(tell) })
  }
  const [from, to] = placesOf(truth, message.span)
  const [opening, closing] = [from, to].map((at) => OPENING + sum(truth.slice(0, at).flatMap(({ minor }) => minor)))
  return camt({
    statement,
    opening: written(opening ?? 0n),
    closing: written(closing ?? 0n),
    entries: truth.slice(from, to).map(tell),
  })
}

function placesOf(truth: readonly Entry[], { day, part }: { day: number; part: string }): readonly [number, number] {
  if (part === 'all') return [0, truth.length]
  const from = truth.filter((entry) => entry.day < day).length
  const to = from + truth.filter((entry) => entry.day === day).length
  const noon = from + Math.ceil((to - from) / 2)
  return [part === 'pm' ? noon : from, part === 'am' ? noon : to]
}

function told(entry: Entry, at: number, isWhole: boolean): string {
  const { minor, party, bank } = entry
  const absolute = (one: bigint) => written(one < 0n ? -one : one)
  const reference = { own: `B-${at}`, shared: 'TERMINAL', none: undefined }[bank]
  const details = minor.map((one) =>
    txDtls(absolute(one)).replace(/<EndToEndId>.*<\/EndToEndId>/, `<EndToEndId>${party}</EndToEndId>`),
  )
  return ntry(absolute(sum(minor)), {
    sign: sum(minor) < 0n ? 'DBIT' : 'CRDT',
    more: reference === undefined ? '' : `<AcctSvcrRef>${reference}</AcctSvcrRef>`,
    details: isWhole && minor.length > 1 ? '' : details.join(''),
  }).replaceAll('2026-03-02', dayOf(entry))
}
