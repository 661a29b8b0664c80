import { idField, instantField } from '@carriergraph/shared/bus/event-fields.ts'
import { z } from 'zod'
import { LINK_STATUSES } from './domain/link.ts'
import { SLICE_SERVICE_TYPES } from './domain/s-nssai.ts'
import { SLA_SEVERITIES } from './domain/severity.ts'
import { SLA_METRICS } from './domain/sla.ts'

const violation = {
  violationId: idField('vio').describe('The violation.'),
  sliceId: idField('slc').describe('The slice.'),
  ownerId: idField('usr').describe('Who ordered the slice.'),
  metric: z.enum(SLA_METRICS).describe('The objective that was missed.'),
  threshold: z.number().describe("The promised value, in the metric's unit."),
  observed: z.number().describe('The worst value in the window that opened it.'),
  severity: z.enum(SLA_SEVERITIES).describe('How far from the promise.'),
  openedAt: instantField.describe('When the sample that opened it was measured.'),
}

const imported = (items: string) =>
  z
    .strictObject({
      added: z.int().describe('How many were new.'),
      changed: z.int().describe('How many were there and are different now.'),
      unchanged: z.int().describe('How many were there as the file has them.'),
    })
    .describe(`What became of the ${items} of the file.`)

/** What the journal of the network says and the bus carries: the data of each type of event. It consumes nothing. */
export const published = {
  'slice.created': z.strictObject({
    sliceId: idField('slc').describe('The slice.'),
    ownerId: idField('usr').describe('Who ordered it.'),
    name: z.string().describe('The name given by whoever ordered it.'),
    serviceType: z.enum(SLICE_SERVICE_TYPES).describe('Slice/service type.'),
    sNssai: z
      .string()
      .regex(/^[0-9A-F]{2}-[0-9A-F]{6}$/)
      .describe('SST and slice differentiator in hex: `02-0000A1`.'),
    sla: z
      .strictObject({
        latencyMsMax: z.number().nullable().describe('Highest one-way latency in ms.'),
        jitterMsMax: z.number().nullable().describe('Highest jitter in ms.'),
        packetLossRatioMax: z.number().nullable().describe('Highest share of packets lost, 0 to 1.'),
        downlinkBpsMin: z.int().nullable().describe('Lowest downlink throughput in bit/s.'),
      })
      .describe('What is promised; null promises nothing.'),
  }),
  'sla_violation.opened': z.strictObject(violation),
  'sla_violation.closed': z.strictObject({
    ...violation,
    closedAt: instantField.describe('When the sample that closed it was measured.'),
  }),
  'link.status_changed': z.strictObject({
    linkId: idField('lnk').describe('The link.'),
    from: z.enum(LINK_STATUSES).describe('The state that it was in.'),
    status: z.enum(LINK_STATUSES).describe('The state that it is in now.'),
  }),
  'topology.imported': z.strictObject({
    topologyId: z.string().describe('The id that its file gives it.'),
    name: z.string().describe('Its name.'),
    sites: imported('sites'),
    links: imported('links'),
  }),
} as const satisfies Record<string, z.ZodType>

type Published = { readonly [Type in keyof typeof published]: z.output<(typeof published)[Type]> }

/** An event of ours, its data checked by the compiler. */
export const eventOf = <Type extends keyof Published>(type: Type, data: Published[Type]) => ({ type, data })
