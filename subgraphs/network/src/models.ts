import type { Id } from '@carriergraph/shared/ids.ts'
import type { Link } from './db/links.ts'
import type { Site } from './db/sites.ts'
import type { SlaViolation } from './db/sla-violations.ts'
import type { Slice } from './db/slices.ts'
import type { KpiSample } from './domain/kpi-sample.ts'

// What resolvers hand on for each object type of the schema.

/** The network knows of a user only that there are slices of theirs. */
export type UserModel = { readonly id: Id<'usr'> }
export type SiteModel = Site
export type LinkModel = Link
export type SliceModel = Slice
export type KpiSampleModel = KpiSample
export type SlaViolationModel = SlaViolation
export type SlaViolationEventModel = {
  readonly cursor: string
  readonly occurredAt: Date
  readonly violationId: Id<'vio'>
}
