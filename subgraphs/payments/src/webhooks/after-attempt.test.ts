import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { afterAttempt, PAUSE_AFTER_FAILURES, type Situation } from './after-attempt.ts'
import {
  ATTEMPTS_MAX,
  FIRST_PAUSE_MS,
  PAUSE_MAX_MS,
  pauseAfter_ms,
  REST_MAX_MS,
  RETRY_AFTER_MAX_MS,
  restAfter_ms,
} from './backoff.ts'
import { type AttemptOutcome, type AttemptResult, withoutAnswer } from './send/attempt-result.ts'

const NOW = new Date('2026-11-21T12:00:00.000Z')
const inMs = (duration_ms: number) => new Date(NOW.getTime() + duration_ms)

const answered = (httpStatus: number, retryAfter_ms: number | null = null): AttemptResult => ({
  outcome: httpStatus < 300 ? 'DELIVERED' : 'HTTP_STATUS',
  httpStatus,
  responseExcerpt: null,
  retryAfter_ms,
})
const after = (result: AttemptResult, change: Partial<Situation> = {}) =>
  afterAttempt({ result, attempts: 1, failuresInRow: 0, restingUntil: null, now: NOW, random: [0, 0], ...change })

describe('a delivery', () => {
  test.each<[string, AttemptResult, number, string]>([
    ['is delivered', answered(200), 1, 'DELIVERED'],
    ['is delivered by its last try', answered(204), ATTEMPTS_MAX, 'DELIVERED'],
    ['is tried again', answered(500), 1, 'PENDING'],
    ['is tried again', answered(404), ATTEMPTS_MAX - 1, 'PENDING'],
    ['is dead after its last try', answered(500), ATTEMPTS_MAX, 'DEAD'],
    ['is dead after its last try', withoutAnswer('TIMED_OUT'), ATTEMPTS_MAX, 'DEAD'],
    ['is dead at once where it can never be sent', withoutAnswer('BODY_TOO_LARGE'), 1, 'DEAD'],
    ['is dead at once where its event is gone', withoutAnswer('EVENT_MISSING'), 1, 'DEAD'],
    ['is dead where nobody knows the end of its last try', withoutAnswer('LOST'), ATTEMPTS_MAX + 1, 'DEAD'],
    ['waits for the key of its secret', withoutAnswer('SECRET_UNREADABLE'), 1, 'PENDING'],
    ['waits for a better address', withoutAnswer('ADDRESS_REFUSED'), 3, 'PENDING'],
  ])('%s: %j at try %i', (_, result, attempts, status) => {
    const { delivery } = after(result, { attempts })
    expect(delivery.status).toBe(status)
    expect(delivery.finishedAt).toEqual(status === 'PENDING' ? null : NOW)
    expect(delivery.nextAttemptAt === null).toBe(status !== 'PENDING')
  })

  test('is tried for about two days, with pauses that grow and are left to chance by half', () => {
    const pauses = (random: number) =>
      Array.from({ length: ATTEMPTS_MAX - 1 }, (_, index) => pauseAfter_ms(index + 1, random))
    expect(pauses(0).map((pause) => pause / 1_000)).toEqual([
      2.5, 12.5, 62.5, 312.5, 1562.5, 7812.5, 21600, 21600, 21600,
    ])
    expect(pauses(1).map((pause) => pause / 1_000)).toEqual([5, 25, 125, 625, 3125, 15625, 43200, 43200, 43200])
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 1_000 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (failures, random) => {
          const pause = pauseAfter_ms(failures, random)
          return pause >= FIRST_PAUSE_MS / 2 && pause <= PAUSE_MAX_MS && pause >= pauseAfter_ms(failures, 0)
        },
      ),
    )
    expect(after(answered(500), { attempts: 3, random: [0.5, 0] }).delivery.nextAttemptAt).toEqual(inMs(93_750))
  })
})

describe('an endpoint', () => {
  test('is left alone from its third failure in a row on, longer each time, and not for longer than five minutes', () => {
    const rests = [1, 2, 3, 4, 5, 20, 2_000].map((failures) => restAfter_ms(failures, 1, null))
    expect(rests).toEqual([0, 0, 1_000, 2_000, 4_000, REST_MAX_MS, REST_MAX_MS])
    expect(after(answered(500), { failuresInRow: 2, random: [0, 0] }).endpoint).toEqual({
      failuresInRow: 3,
      restingUntil: inMs(500),
    })
  })

  test('is left alone for as long as it asks, and not for days', () => {
    expect(after(answered(429, 60_000)).endpoint.restingUntil).toEqual(inMs(60_000))
    expect(after(answered(503, 1e12)).endpoint.restingUntil).toEqual(inMs(RETRY_AFTER_MAX_MS))
    expect(after(answered(503, 10), { failuresInRow: 30 }).endpoint.restingUntil).toEqual(inMs(REST_MAX_MS / 2))
  })

  test('rests as long as the longest of several tries at once says', () => {
    expect(after(answered(500), { restingUntil: inMs(9_000), failuresInRow: 2 }).endpoint.restingUntil).toEqual(
      inMs(9_000),
    )
    expect(after(answered(500)).endpoint.restingUntil).toBeNull()
  })

  test('is well again after one success', () => {
    const { endpoint } = after(answered(200), { failuresInRow: 40, restingUntil: inMs(9_000) })
    expect(endpoint).toEqual({ failuresInRow: 0, restingUntil: null })
  })

  const OWN = ['EVENT_MISSING', 'BODY_TOO_LARGE', 'SECRET_UNREADABLE', 'LOST'] as const
  test.each<AttemptOutcome>(OWN)('has nothing to do with %s', (outcome) => {
    const { endpoint, pause } = after(withoutAnswer(outcome), { failuresInRow: 30, attempts: ATTEMPTS_MAX })
    expect([endpoint.failuresInRow, endpoint.restingUntil, pause]).toEqual([30, null, undefined])
  })

  test.each<[string | undefined, AttemptResult, Partial<Situation>]>([
    ['GONE', answered(410), {}],
    [undefined, answered(500), { failuresInRow: 500 }],
    [undefined, answered(500), { failuresInRow: PAUSE_AFTER_FAILURES - 2, attempts: ATTEMPTS_MAX }],
    ['FAILING', answered(500), { failuresInRow: PAUSE_AFTER_FAILURES - 1, attempts: ATTEMPTS_MAX }],
  ])('is paused as %s after %j with %j', (reason, result, change) => {
    expect(after(result, change).pause).toBe(reason)
  })

  test('that is gone keeps what waits for it', () => {
    expect(after(answered(410)).delivery.status).toBe('PENDING')
  })
})
