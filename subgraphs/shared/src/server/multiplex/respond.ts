import { CORRELATION_HEADER, withCorrelation } from '../../correlation.ts'
import type { ErrorFormatter } from '../../edge-errors.ts'
import { Refusal } from '../../refusal.ts'
import type { AnswerCall } from '../answer.ts'
import { errorAnswer } from '../errors.ts'
import { headerOf } from '../header.ts'
import { SERVER_REFUSALS } from '../refusals.ts'
import type { RequestTelemetry } from '../request-telemetry.ts'
import type { CallHandling } from './caller.ts'

export type RespondOptions = {
  readonly answer: AnswerCall
  readonly format: ErrorFormatter
  readonly isDraining: () => boolean
  readonly telemetry: RequestTelemetry | undefined
}

/** Answers calls as the door of HTTP does, refusals included. */
export const createRespond =
  ({ answer, format, isDraining, telemetry }: RespondOptions): CallHandling['respond'] =>
  (call) =>
    withCorrelation(headerOf(call, CORRELATION_HEADER), async (correlationId) => {
      try {
        if (isDraining()) throw new Refusal('SERVICE_UNAVAILABLE', SERVER_REFUSALS.SERVICE_UNAVAILABLE)
        return await answer(call, correlationId)
      } catch (error) {
        telemetry?.refused(error)
        return errorAnswer(error, format)
      }
    })
