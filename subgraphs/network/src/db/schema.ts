// Every table of the network's database: what drizzle-kit compares the migrations with.

export { consumedEvent, dispatchOffset, failedEvent } from '@carriergraph/shared/bus/tables.ts'
export { journal, journalSeal } from '@carriergraph/shared/journal/table.ts'
export { kpiSamples, kpiWindows } from './tables/kpi-samples.ts'
export { linkEnds, links } from './tables/links.ts'
export { sites } from './tables/sites.ts'
export { slaViolations } from './tables/sla-violations.ts'
export { sdCounters, slices } from './tables/slices.ts'
export { topologies } from './tables/topologies.ts'
