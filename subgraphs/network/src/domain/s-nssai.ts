/** The slice/service types with their standard SST values (3GPP TS 23.501, table 5.15.2.2-1). */
export const SST = { EMBB: 1, URLLC: 2, MIOT: 3, V2X: 4 } as const

export const SLICE_SERVICE_TYPES = ['EMBB', 'URLLC', 'MIOT', 'V2X'] as const satisfies readonly (keyof typeof SST)[]
export type SliceServiceType = (typeof SLICE_SERVICE_TYPES)[number]

/** The slice differentiator has 24 bits, and all of them set means that there is none (3GPP TS 23.003, 28.4.2). */
export const SD_MAX = 0xfffffe

/** SST and slice differentiator in hex: `02-0000A1`. */
export function formatSNssai(serviceType: SliceServiceType, sd: number): string {
  return `${hex(SST[serviceType], 2)}-${hex(sd, 6)}`
}

const hex = (value: number, digits: number): string => value.toString(16).toUpperCase().padStart(digits, '0')
