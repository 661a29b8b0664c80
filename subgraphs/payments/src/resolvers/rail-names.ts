import type { PaymentRail } from '../generated/resolvers.ts'
import type { RailName } from '../rails/rail.ts'

/** The rails as the graph calls them. */
export const GRAPH_RAILS = { sandbox: 'SANDBOX', iso20022: 'ISO20022' } as const satisfies Record<RailName, PaymentRail>

export const RAIL_OF = { SANDBOX: 'sandbox', ISO20022: 'iso20022' } as const satisfies Record<PaymentRail, RailName>
