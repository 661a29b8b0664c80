import { type Id, newId } from '@carriergraph/shared/ids.ts'
import { expect } from 'vitest'
import type { ReconciliationStage } from '../testing/reconciliation-stage.ts'
import { approveDismissal, requestDismissal } from './dismissal.ts'

export const ADA = newId('usr')
export const BRUNO = newId('usr')
export const reason = 'The bank has sent its export of the day again.'

export type Dismissals = ReturnType<typeof dismissalsOn>

/** Two people on a stage, ADA who asks and BRUNO who approves. */
export function dismissalsOn(stage: ReconciliationStage) {
  const by = (personId: Id<'usr'> | undefined) => ({ provenance: stage.provenance(personId ?? 'svc:robot'), personId })
  const request = (caseId: Id<'rci'>, person = ADA) => requestDismissal(stage.db, { caseId, reason }, by(person))
  const caseId = async (status = 'DUPLICATE') => {
    const [id] = await stage.cases(status)
    if (id === undefined) throw new Error('No case.')
    return id
  }
  async function dismiss() {
    const id = await caseId()
    expect(await request(id)).toEqual({ ok: true, value: undefined })
    expect(await approveDismissal(stage.db, { caseId: id }, by(BRUNO))).toEqual({ ok: true, value: undefined })
  }
  return { by, request, caseId, dismiss }
}
