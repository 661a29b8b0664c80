import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Objective } from './sla.ts'
import { type Change, evaluate, type Reading, UNWATCHED, type Watch } from './violation.ts'

const LATENCY: Objective = { metric: 'LATENCY_MS', bound: 'max', threshold: 10 }
const DOWNLINK: Objective = { metric: 'DOWNLINK_BPS', bound: 'min', threshold: 100 }

const at = (second: number): Date => new Date(Date.UTC(2026, 0, 1) + second * 1_000)
const secondOf = (date: Date): number => (date.getTime() - at(0).getTime()) / 1_000

/** One letter a second: `x` misses the latency objective, `.` keeps it, a space was not measured. */
const readingsOf = (pattern: string): Reading[] =>
  [...pattern].flatMap((letter, second) =>
    letter === ' ' ? [] : [{ observedAt: at(second), value: letter === 'x' ? 11 : 10 }],
  )

const told = (changes: readonly Change[]): string[] => changes.map((change) => `${change.kind}@${secondOf(change.at)}`)

/** Evaluates one batch after the other. */
function walk(batches: readonly (readonly Reading[])[], objective = LATENCY): { changes: Change[]; watch: Watch } {
  const changes: Change[] = []
  let watch = UNWATCHED
  for (const batch of batches) {
    const evaluated = evaluate(objective, watch, batch)
    changes.push(...evaluated.changes)
    watch = evaluated.watch
  }
  return { changes, watch }
}

describe('a violation', () => {
  it.each([
    ['never, while all is well', '..........', []],
    ['not on one bad sample', '....x....', []],
    ['not on two of five', 'x...x...x..', []],
    ['on the third miss of three', 'xxx', ['opened@2']],
    ['on three of the latest five', '..x.xx', ['opened@5']],
    ['not when the third miss comes as the sixth', 'x.x..x', []],
    ['by the samples that have the value', 'x x  x', ['opened@5']],
    ['and closes when five in a row keep the objective', 'xxx.....', ['opened@2', 'closed@7']],
    ['and does not close after four', 'xxx....x', ['opened@2']],
    ['and opens again after it closed', 'xxx.....xxx', ['opened@2', 'closed@7', 'opened@10']],
    ['once, while good and bad alternate', 'x.x.x.x.x.x.x.x.', ['opened@4']],
  ])('opens %s: %s', (_, pattern, expected) => {
    expect(told(walk([readingsOf(pattern)]).changes)).toEqual(expected)
  })

  it('of a promised minimum opens on values below it, and a value at the threshold keeps it', () => {
    const readings = [99, 100, 99.9, 0].map((value, second) => ({ observedAt: at(second), value }))
    expect(told(walk([readings], DOWNLINK).changes)).toEqual(['opened@3'])
  })

  it('counts every reading of one instant, which several probes measured, in one batch or in several', () => {
    const missed = [0, 0, 0].map((second) => ({ observedAt: at(second), value: 11 }))
    expect(told(walk([missed]).changes)).toEqual(['opened@0'])
    expect(told(walk(missed.map((reading) => [reading])).changes)).toEqual(['opened@0'])
    const kept = Array.from({ length: 5 }, () => ({ observedAt: at(0), value: 1 }))
    expect(told(walk([missed, kept]).changes)).toEqual(['opened@0', 'closed@0'])
  })

  it('shows the window that opened it, the last reading being the one that did', () => {
    const [opened] = walk([readingsOf('...x.xx')]).changes
    expect(opened?.window.map(({ value }) => value)).toEqual([10, 11, 10, 11, 11])
    expect(opened?.window.at(-1)?.observedAt).toEqual(opened?.at)
  })
})

describe('a late reading', () => {
  const late = (second: number, value: number): Reading[] => [{ observedAt: at(second), value }]

  it('opens nothing itself, and counts when a newer one comes', () => {
    const { watch, changes } = walk([readingsOf('x. .x'), late(2, 11)])
    expect(told(changes)).toEqual([])
    expect(watch.window.map(({ observedAt }) => secondOf(observedAt))).toEqual([0, 1, 2, 3, 4])
    expect(told(evaluate(LATENCY, watch, late(5, 11)).changes)).toEqual(['opened@5'])
  })

  it('that is the third miss lets the next newer one open, also a good one', () => {
    const { watch, changes } = walk([readingsOf('x x'), late(1, 11)])
    expect(told(changes)).toEqual([])
    expect(told(evaluate(LATENCY, watch, late(3, 10)).changes)).toEqual(['opened@3'])
  })

  it('closes nothing itself', () => {
    const { watch, changes } = walk([readingsOf('xxx.. ..'), late(5, 10)])
    expect(told(changes)).toEqual(['opened@2'])
    expect(told(evaluate(LATENCY, watch, late(8, 10)).changes)).toEqual(['closed@8'])
  })

  it('that is older than the whole window says nothing any more', () => {
    const { watch, changes } = walk([readingsOf(' .....'), late(0, 11)])
    expect(told(changes)).toEqual([])
    expect(watch.window.map(({ observedAt }) => secondOf(observedAt))).toEqual([1, 2, 3, 4, 5])
  })
})

describe('whatever is measured,', () => {
  const pattern = fc.string({ unit: fc.constantFrom('x', '.', ' '), maxLength: 60 })

  it('batches split at any point, in any order within a batch, give the same violations', () => {
    const splits = fc.array(fc.nat(60), { maxLength: 6 })
    fc.assert(
      fc.property(pattern, splits, fc.infiniteStream(fc.nat()), (letters, cuts, random) => {
        const readings = readingsOf(letters)
        const edges = [0, ...cuts.map((cut) => Math.min(cut, readings.length)).sort((a, b) => a - b), readings.length]
        const batches = edges.slice(1).map((edge, index) => {
          const batch = readings.slice(edges[index], edge)
          return batch.map((reading) => ({ reading, key: random.next().value })).sort((a, b) => a.key - b.key)
        })
        const inBatches = walk(batches.map((batch) => batch.map(({ reading }) => reading)))
        expect(inBatches).toEqual(walk([readings]))
      }),
    )
  })

  it('violations open and close in turn, each open for at least five samples, and match a naive count', () => {
    fc.assert(
      fc.property(pattern, (letters) => {
        const readings = readingsOf(letters)
        const { changes } = walk([readings])
        expect(changes.map(({ kind }) => kind)).toEqual(changes.map((_, index) => (index % 2 ? 'closed' : 'opened')))
        expect(told(changes)).toEqual(naively(readings))
      }),
    )
  })

  it('a reading that arrives late never adds a change of its own', () => {
    fc.assert(
      fc.property(pattern, fc.nat(59), fc.boolean(), (letters, second, isBad) => {
        const others = readingsOf(letters).filter(({ observedAt }) => secondOf(observedAt) !== second)
        fc.pre(others.some(({ observedAt }) => secondOf(observedAt) > second))
        const { watch } = walk([others])
        const late = { observedAt: at(second), value: isBad ? 11 : 10 }
        const after = evaluate(LATENCY, watch, [late])
        expect(after.changes).toEqual([])
        expect(after.watch.isOpen).toBe(watch.isOpen)
      }),
    )
  })
})

/** The rule as ADR 0007 words it, looking at the whole history each time. */
function naively(readings: readonly Reading[]): string[] {
  const changes: string[] = []
  let isOpen = false
  for (const [index, { observedAt }] of readings.entries()) {
    const bad = readings.slice(Math.max(0, index - 4), index + 1).filter(({ value }) => value > 10).length
    if (isOpen ? bad > 0 || index < 4 : bad < 3) continue
    isOpen = !isOpen
    changes.push(`${isOpen ? 'opened' : 'closed'}@${secondOf(observedAt)}`)
  }
  return changes
}
