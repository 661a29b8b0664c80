import { addDays } from '@carriergraph/shared/day.ts'
import { readDay, shown } from '../amounts.ts'
import { StatementFault } from '../fault.ts'
import type { Position } from '../statement.ts'
import { refuseControls } from '../text.ts'
import type { Leaf } from './elements.ts'

/** What is kept of one element: the leaves that are asked for, by their path in it. */
export class Scope {
  readonly path: string
  readonly position: Position
  readonly #kept: Kept
  readonly #leaves = new Map<string, Leaf[]>()
  #characters = 0

  constructor(path: string, kept: Kept, position: Position) {
    this.path = path
    this.#kept = kept
    this.position = position
  }

  /** @throws StatementFault ELEMENT_REPEATED, CHARACTER_NOT_ALLOWED or XML_TOO_LARGE */
  add(path: string, leaf: Leaf): void {
    const isMany = this.#kept[path]
    if (isMany === undefined) return
    refuseControls(leaf.text, leaf.position)
    const others = this.#leaves.get(path)
    if (others === undefined) this.#leaves.set(path, [leaf])
    else if (isMany) others.push(leaf)
    else throw new StatementFault('ELEMENT_REPEATED', `${path} stands here a second time.`, leaf.position)
    this.#characters += leaf.text.length + LEAF_CHARACTERS
    if (this.#characters > SCOPE_CHARACTERS_MAX)
      throw new StatementFault('XML_TOO_LARGE', `${this.path} has more text than any bank writes.`, leaf.position)
  }

  /** The first of the paths that is there and not empty. */
  find(...paths: readonly string[]): Leaf | undefined {
    for (const path of paths) {
      const leaf = this.#leaves.get(path)?.[0]
      if (leaf !== undefined && leaf.text !== '') return leaf
    }
    return undefined
  }

  text(...paths: readonly string[]): string | undefined {
    return this.find(...paths)?.text
  }

  texts(path: string): string[] {
    return (this.#leaves.get(path) ?? []).flatMap(({ text }) => (text === '' ? [] : [text]))
  }

  /** @throws StatementFault ELEMENT_MISSING */
  need(...paths: readonly string[]): Leaf {
    const leaf = this.find(...paths)
    if (leaf !== undefined) return leaf
    throw new StatementFault('ELEMENT_MISSING', `${paths.join(' or ')} is missing or empty.`, this.position)
  }

  /** True for CRDT. @throws StatementFault ELEMENT_MISSING or VALUE_INVALID */
  isCredit(path = 'CdtDbtInd'): boolean {
    const { text, position } = this.need(path)
    if (text === 'CRDT') return true
    if (text === 'DBIT') return false
    throw new StatementFault('VALUE_INVALID', `${shown(text)} is neither CRDT nor DBIT.`, position)
  }

  /** @throws StatementFault VALUE_INVALID */
  flag(path: string): boolean | undefined {
    const leaf = this.find(path)
    if (leaf === undefined) return undefined
    if (leaf.text === 'true' || leaf.text === '1') return true
    if (leaf.text === 'false' || leaf.text === '0') return false
    throw new StatementFault('VALUE_INVALID', `${shown(leaf.text)} is neither true nor false.`, leaf.position)
  }

  /** A day, or that of a time, as the bank writes it in its own time zone. @throws StatementFault DATE_INVALID */
  day(path: string): string | undefined {
    const leaf = this.find(`${path}/Dt`, `${path}/DtTm`)
    if (leaf === undefined) return undefined
    const { text, position } = leaf
    const [, year, month, day, midnight] = DATE.exec(text) ?? []
    if (year === undefined || month === undefined || day === undefined)
      throw new StatementFault('DATE_INVALID', `${shown(text)} is no date of ISO 8601.`, position)
    const written = readDay(year, month, day, text, position)
    if (midnight === undefined) return written
    const [nextYear = '', nextMonth = '', nextDay = ''] = addDays(written, 1).split('-')
    return readDay(nextYear, nextMonth, nextDay, text, position)
  }
}

/** By its path in the element: true for what may be there many times. */
export type Kept = Readonly<Record<string, boolean>>

export const kept = (one: readonly string[], many: readonly string[] = []): Kept =>
  Object.assign(
    Object.create(null),
    Object.fromEntries([...one.map((path) => [path, false]), ...many.map((path) => [path, true])]),
  )

/** Of one transaction: 140 characters of remittance a hundred times over are 14,000. */
export const SCOPE_CHARACTERS_MAX = 256 * 1024
/** What an empty leaf costs beside its text. */
const LEAF_CHARACTERS = 64

/**
 * xs:date and xs:dateTime; either may have an offset, which does not change the day that the bank means. Midnight as the end of
 * a day is the beginning of the next one.
 */
const DATE =
  /^(\d{4})-(\d{2})-(\d{2})(?:T(?:(?:[01]\d|2[0-3]):[0-5]\d:(?:[0-5]\d|60)(?:\.\d{1,9})?|(24:00:00)(?:\.0{1,9})?))?(?:Z|[+-]\d{2}:\d{2})?$/
