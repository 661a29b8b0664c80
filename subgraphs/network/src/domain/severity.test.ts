import { expect, it } from 'vitest'
import { atLeast, type SlaSeverity, severityOf } from './severity.ts'
import type { Objective } from './sla.ts'

const latency: Objective = { metric: 'LATENCY_MS', bound: 'max', threshold: 10 }
const loss: Objective = { metric: 'PACKET_LOSS_RATIO', bound: 'max', threshold: 0.00001 }
const lossless: Objective = { metric: 'PACKET_LOSS_RATIO', bound: 'max', threshold: 0 }
const downlink: Objective = { metric: 'DOWNLINK_BPS', bound: 'min', threshold: 200_000_000 }

it.each<[string, Objective, number, SlaSeverity]>([
  ['a little beyond', latency, 10.1, 'MINOR'],
  ['exactly 25 % beyond', latency, 12.5, 'MINOR'],
  ['more than 25 % beyond', latency, 12.6, 'MAJOR'],
  ['exactly twice', latency, 20, 'MAJOR'],
  ['more than twice', latency, 20.1, 'CRITICAL'],
  ['exactly 25 % beyond a tiny threshold', loss, 0.0000125, 'MINOR'],
  ['exactly twice a tiny threshold', loss, 0.00002, 'MAJOR'],
  ['any loss where none was allowed', lossless, 0.0001, 'CRITICAL'],
  ['a little below a minimum', downlink, 199_999_999, 'MINOR'],
  ['three quarters of a minimum', downlink, 150_000_000, 'MINOR'],
  ['less than three quarters', downlink, 149_999_999, 'MAJOR'],
  ['half of a minimum', downlink, 100_000_000, 'MAJOR'],
  ['less than half', downlink, 99_999_999, 'CRITICAL'],
  ['nothing at all', downlink, 0, 'CRITICAL'],
])('%s is named by how far it is from the promise', (_, objective, observed, severity) => {
  expect(severityOf(objective, observed)).toBe(severity)
})

it('lists the severities from a given one upwards', () => {
  expect(atLeast('MAJOR')).toEqual(['MAJOR', 'CRITICAL'])
})
