import { inTransaction } from '@carriergraph/shared/db/transaction.ts'
import { newId } from '@carriergraph/shared/ids.ts'
import type { Caller, TestAnswer } from '@carriergraph/shared/testing/running-subgraph.ts'
import { handlers } from '../consume.ts'
import { OPERATOR, type RiskStage, START } from './risk-stage.ts'

type Fields = Readonly<Record<string, unknown>>

/** Does what risk does when payments tell of a payment or a remittance of theirs. */
export const hear = ({ db }: RiskStage, type: string, id: string, fields: Fields, at = START): Promise<void> =>
  inTransaction(db, async (tx) =>
    handlers[type]?.(tx, {
      id: newId('evt'),
      source: 'payments',
      tenant: 'demo',
      aggregate: { type: type.slice(0, type.indexOf('.')), id },
      version: 2,
      type,
      data: { ...fields, at: at.toISOString() },
      actor: 'svc:payments',
      correlationId: 'c',
      causationId: null,
      occurredAt: at,
    }),
  )

/** Somebody who decides, an operator if nothing else is said. Answers with the payload, or with the errors in its place. */
export type Decide = (input: Fields, caller?: Caller) => Promise<NonNullable<TestAnswer['data']>>

/** Decisions of which `fields` of the payload are asked for. */
export function decisionsOn(stage: () => RiskStage, fields: string): Decide {
  const mutation = `mutation ($input: DecideReviewInput!) { decideReview(input: $input) { ${fields} } }`
  return async (input, caller = OPERATOR) => {
    const { data, errors } = await stage().ask(caller, mutation, { input: { reason: 'Known customer.', ...input } })
    return errors ?? data.decideReview
  }
}
