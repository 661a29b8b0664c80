// Runs on a thread of its own: plans one operation after the other, and may be ended at any time.

import { parentPort, workerData } from 'node:worker_threads'
import { parse } from 'graphql'
import { createApolloPlanner } from './apollo-planner.ts'
import { type PlanningThreadData, type PlanReply, type PlanRequest, READY, replyOfError } from './plan-message.ts'

const { plannable, limits }: PlanningThreadData = workerData
const planner = createApolloPlanner(plannable, limits)
const say = (reply: PlanReply): void => parentPort?.postMessage(reply)

async function planned({ kind, text, operationName }: PlanRequest): Promise<PlanReply> {
  try {
    const document = parse(text, { noLocation: true })
    const plan =
      kind === 'operation'
        ? await planner.planOperation(document, operationName)
        : await planner.planSubscription(document, operationName)
    return { kind: 'planned', plan }
  } catch (error) {
    return replyOfError(error)
  }
}

parentPort?.on('message', (request: PlanRequest) => void planned(request).then(say))
parentPort?.postMessage(READY)
