import type { Id } from '@carriergraph/shared/ids.ts'
import type { Windows } from '../db/kpi-samples.ts'
import type { SlaViolation } from '../db/sla-violations.ts'
import type { Slice } from '../db/slices.ts'
import { explainOpening } from '../domain/explain-violation.ts'
import type { KpiSample } from '../domain/kpi-sample.ts'
import { severityOf } from '../domain/severity.ts'
import { METRICS, type Objective, objectivesOf, worstOf } from '../domain/sla.ts'
import { type Change, evaluate, type Reading } from '../domain/violation.ts'

/** What is known of a slice before new samples: the latest readings, and the violations that are open. */
type Known = { readonly windows: Windows; readonly open: readonly SlaViolation[] }

/** What new samples make of it. A violation that opens and closes is in both lists. */
type Watched = {
  readonly windows: Windows
  readonly opened: readonly SlaViolation[]
  readonly closed: readonly SlaViolation[]
}

/** What the rules do not make up themselves. */
type Surroundings = { readonly now: Date; readonly newViolationId: () => Id<'vio'> }

/** Holds new samples, in the order of their time, against every objective of a slice. */
export function watchSlice(
  slice: Slice,
  known: Known,
  samples: readonly KpiSample[],
  { now, newViolationId }: Surroundings,
): Watched {
  const watched = objectivesOf(slice).flatMap((objective) => {
    const { metric } = objective
    const readings = readingsOf(objective, samples, now)
    if (readings.length === 0) return []
    const open = known.open.find((violation) => violation.metric === metric)
    const { watch, changes } = evaluate(
      objective,
      { window: known.windows.get(metric) ?? [], isOpen: open !== undefined },
      readings,
    )
    return [{ metric, window: watch.window, ...violationsOf(slice, objective, open, changes, newViolationId) }]
  })
  return {
    windows: new Map(watched.map(({ metric, window }) => [metric, window])),
    opened: watched.flatMap(({ opened }) => opened),
    closed: watched.flatMap(({ closed }) => closed),
  }
}

/**
 * A sample without the value says nothing of the objective. One from a clock that is ahead counts as measured now:
 * else it would make those late that others measure until then, and late readings open and close nothing.
 */
function readingsOf({ metric }: Objective, samples: readonly KpiSample[], now: Date): Reading[] {
  return samples.flatMap(({ observedAt, ...values }) => {
    const value = values[METRICS[metric].value]
    return value === null ? [] : [{ observedAt: observedAt < now ? observedAt : now, value }]
  })
}

/** The changes of one objective, which open and close in turn, as violations. */
function violationsOf(
  slice: Slice,
  objective: Objective,
  openBefore: SlaViolation | undefined,
  changes: readonly Change[],
  newViolationId: () => Id<'vio'>,
): { opened: SlaViolation[]; closed: SlaViolation[] } {
  const opened: SlaViolation[] = []
  const closed: SlaViolation[] = []
  let open = openBefore
  for (const { kind, at, window } of changes) {
    if (kind === 'opened') {
      open = { id: newViolationId(), ...openedViolation(slice, objective, at, window) }
      opened.push(open)
    } else if (open !== undefined) {
      const over = { ...open, closedAt: at }
      closed.push(over)
      if (opened.at(-1) === open) opened.splice(-1, 1, over)
      open = undefined
    }
  }
  return { opened, closed }
}

function openedViolation(
  slice: Slice,
  objective: Objective,
  at: Date,
  window: readonly Reading[],
): Omit<SlaViolation, 'id'> {
  const { metric, threshold } = objective
  const observed = worstOf(
    objective,
    window.map(({ value }) => value),
  )
  return {
    sliceId: slice.id,
    ownerId: slice.ownerId,
    metric,
    threshold,
    observed,
    severity: severityOf(objective, observed),
    explanation: explainOpening(objective, window),
    openedAt: at,
    closedAt: null,
  }
}
