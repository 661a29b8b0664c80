import fc from 'fast-check'
import { expect, test } from 'vitest'
import { CallTable } from './call-table.ts'

type Step = { readonly call: number; readonly kind: 'add' | 'delete' } | { readonly kind: 'takeAll' }

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 20,
    arbitrary: fc.record({ call: fc.integer({ min: 0, max: 12 }), kind: fc.constantFrom('add', 'delete') }),
  },
  { weight: 1, arbitrary: fc.constant({ kind: 'takeAll' } as const) },
)

test('holds what a map would hold, whatever comes and goes', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
      const table = new CallTable<{ readonly of: number }>()
      const truth = new Map<number, { readonly of: number }>()
      for (const one of steps) {
        if (one.kind === 'takeAll') {
          expect(new Set(table.takeAll())).toEqual(new Set(truth.values()))
          truth.clear()
        } else if (one.kind === 'delete') {
          table.delete(one.call)
          truth.delete(one.call)
        } else if (!truth.has(one.call)) {
          const value = { of: one.call }
          table.add(one.call, value)
          truth.set(one.call, value)
        }
        expect(table.size).toBe(truth.size)
        for (let call = 0; call <= 12; call++) expect(table.get(call)).toBe(truth.get(call))
      }
    }),
  )
})
