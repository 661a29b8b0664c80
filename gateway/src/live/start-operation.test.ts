import { ANONYMOUS } from '@carriergraph/shared/auth/actor.ts'
import { createLog } from '@carriergraph/shared/log.ts'
import { InFlight } from '@carriergraph/shared/server/in-flight.ts'
import { expect, test } from 'vitest'
import type { OperationRequest } from '../graph/operation-request.ts'
import type { LiveOperations } from './operations.ts'
import { type OperationSink, startOperation } from './start-operation.ts'

test('who leaves while the gate decides has no operation prepared, which would cost a plan and a part of the quota', async () => {
  const told: string[] = []
  let hasLeft = false
  const sink: OperationSink = {
    get isOver() {
      return hasLeft
    },
    subscription: undefined,
    next: () => true,
    answer: () => told.push('answer'),
    complete: () => told.push('complete'),
    error: () => told.push('error'),
  }
  const prepared: OperationRequest[] = []
  const operations: LiveOperations = {
    inFlight: new InFlight(),
    goAway: () => undefined,
    observe: () => undefined,
    async prepare(request) {
      prepared.push(request)
      return []
    },
  }
  const entered = Promise.withResolvers<OperationRequest>()
  const context = { actor: ANONYMOUS, authorization: undefined, correlationId: 'c', clientAddress: '127.0.0.1' }
  const log = createLog({ service: 'test', level: 'silent' })
  const started = startOperation(sink, () => entered.promise, context, { operations, log, isExpired: () => false })
  hasLeft = true
  entered.resolve({ query: '{ n }', operationName: undefined, variables: {} })
  await started
  expect(prepared).toEqual([])
  expect(told).toEqual([])
})
