import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { CircuitBreaker, type CircuitState, type Permit } from './circuit-breaker.ts'

const LIMITS = { failures_max: 5, successes_min: 3, open_ms: 1_000 }

function start() {
  const clock = { now_ms: 0 }
  const changes: CircuitState[] = []
  const breaker = new CircuitBreaker({
    limits: LIMITS,
    now: () => clock.now_ms,
    changed: (state) => changes.push(state),
  })
  const fail = (times: number): void => {
    for (let i = 0; i < times; i += 1) breaker.failed(breaker.begin())
  }
  const succeed = (times: number): void => {
    for (let i = 0; i < times; i += 1) breaker.succeeded(breaker.begin())
  }
  return { breaker, clock, changes, fail, succeed }
}

describe('a circuit', () => {
  test('opens with the fifth failure in a row, and a success between them starts the count anew', () => {
    const { breaker, fail, succeed } = start()
    fail(4)
    succeed(1)
    fail(4)
    expect([breaker.state, breaker.admits()]).toEqual(['closed', true])
    fail(1)
    expect([breaker.state, breaker.admits()]).toEqual(['open', false])
  })

  test('lets one probe pass a second later, and closes after three that succeeded', () => {
    const { breaker, clock, changes, fail, succeed } = start()
    fail(5)
    clock.now_ms = 999
    expect(breaker.admits()).toBe(false)
    clock.now_ms = 1_000
    expect([breaker.state, breaker.admits()]).toEqual(['half-open', true])
    const probe = breaker.begin()
    expect(breaker.admits()).toBe(false)
    breaker.succeeded(probe)
    succeed(1)
    expect(breaker.state).toBe('half-open')
    succeed(1)
    expect(breaker.state).toBe('closed')
    expect(changes).toEqual(['open', 'half-open', 'closed'])
  })

  test('opens again for the whole time when a probe fails', () => {
    const { breaker, clock, fail, succeed } = start()
    fail(5)
    clock.now_ms = 1_500
    succeed(2)
    fail(1)
    clock.now_ms = 2_499
    expect([breaker.state, breaker.admits()]).toEqual(['open', false])
    clock.now_ms = 2_500
    expect(breaker.admits()).toBe(true)
  })

  test('lets another probe pass when one told nothing', () => {
    const { breaker, clock, fail } = start()
    fail(5)
    clock.now_ms = 1_000
    breaker.abandoned(breaker.begin())
    expect([breaker.state, breaker.admits()]).toEqual(['half-open', true])
  })

  test.each(['succeeded', 'failed', 'abandoned'] as const)('does not care that an old call %s', (outcome) => {
    const { breaker, clock, fail } = start()
    const old = breaker.begin()
    fail(5)
    clock.now_ms = 1_000
    breaker.begin()
    breaker[outcome](old)
    expect([breaker.state, breaker.admits()]).toEqual(['half-open', false])
  })
})

type Outcome = 'succeeded' | 'failed' | 'abandoned'
type Action = { readonly wait_ms: number } | 'begin' | { readonly end: number; readonly outcome: Outcome }

/** The rules told once more, as plainly as possible: from all that happened since the state began. */
class Model {
  state: CircuitState = 'closed'
  since_ms = 0
  epoch = 0
  outcomes: Outcome[] = []
  underWay = 0

  admits(now_ms: number): boolean {
    if (this.state === 'open') return now_ms >= this.since_ms + LIMITS.open_ms
    return this.state === 'closed' || this.underWay === 0
  }

  begin(now_ms: number): number {
    if (this.state === 'open') this.#become('half-open', now_ms)
    this.underWay += 1
    return this.epoch
  }

  end(epoch: number, outcome: Outcome, now_ms: number): void {
    if (epoch !== this.epoch) return
    this.underWay -= 1
    if (outcome !== 'abandoned') this.outcomes.push(outcome)
    const last = (count: number, wanted: Outcome) =>
      this.outcomes.length >= count && this.outcomes.slice(-count).every((one) => one === wanted)
    if (this.state === 'closed' && last(5, 'failed')) this.#become('open', now_ms)
    else if (this.state === 'half-open' && last(1, 'failed')) this.#become('open', now_ms)
    else if (this.state === 'half-open' && last(3, 'succeeded')) this.#become('closed', now_ms)
  }

  #become(state: CircuitState, now_ms: number): void {
    Object.assign(this, { state, since_ms: now_ms, epoch: this.epoch + 1, outcomes: [], underWay: 0 })
  }
}

const action: fc.Arbitrary<Action> = fc.oneof(
  { weight: 4, arbitrary: fc.constant('begin' as const) },
  {
    weight: 4,
    arbitrary: fc.record({
      end: fc.nat(5),
      outcome: fc.constantFrom<Outcome>('failed', 'failed', 'failed', 'succeeded', 'succeeded', 'abandoned'),
    }),
  },
  { weight: 1, arbitrary: fc.record({ wait_ms: fc.nat(1_500) }) },
)

test('in whichever order calls begin and end, and however long they take, it does what the model does', () => {
  const reached = new Set<CircuitState>()
  fc.assert(
    fc.property(fc.array(action, { minLength: 20, maxLength: 120 }), (actions) => {
      const { breaker, clock } = start()
      const model = new Model()
      const underWay: { readonly permit: Permit; readonly epoch: number }[] = []
      for (const step of actions) {
        if (step === 'begin') {
          if (breaker.admits()) underWay.push({ permit: breaker.begin(), epoch: model.begin(clock.now_ms) })
        } else if ('wait_ms' in step) clock.now_ms += step.wait_ms
        else {
          const [call] = underWay.splice(step.end, 1)
          if (call === undefined) continue
          breaker[step.outcome](call.permit)
          model.end(call.epoch, step.outcome, clock.now_ms)
        }
        expect(breaker.admits()).toBe(model.admits(clock.now_ms))
        const isDue = model.state === 'open' && model.admits(clock.now_ms)
        expect(breaker.state).toBe(isDue ? 'half-open' : model.state)
        reached.add(model.state)
      }
    }),
    { seed: 20261121, numRuns: 2_000 },
  )
  expect([...reached].sort()).toEqual(['closed', 'half-open', 'open'])
})
