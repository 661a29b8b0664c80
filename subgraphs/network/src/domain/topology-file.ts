import { isPrintableText } from '@carriergraph/shared/printable-text.ts'
import { z } from 'zod'
import { faultsOfTopology, repeated, type Topology, type TopologyFault, type TopologyFaultCode } from './topology.ts'

/** Ids go into the names from which the ids of sites and links are made. */
const ID_LENGTH_MAX = 100
/** Sites are sorted by name, so a name travels in cursors, which count UTF-16 units as zod does. */
const NAME_LENGTH_MAX = 200
/** More than twice around the earth. */
const LENGTH_KM_MAX = 100_000
/** 10^15 bit/s: beyond every cable, and still an exact number. */
const CAPACITY_MBPS_MAX = 1_000_000_000
/** A file that is wrong from top to bottom need not be told so line by line. */
const FAULTS_MAX = 20

// The message of each check is the code of its fault.
const code = (name: TopologyFaultCode): string => name

const text = (lengthMax: number) =>
  z
    .string()
    .trim()
    .min(1, { error: code('EMPTY_TEXT'), abort: true })
    .max(lengthMax, { error: code('TEXT_TOO_LONG'), abort: true })
    .refine((value) => isPrintableText(value, lengthMax), code('UNPRINTABLE_TEXT'))

const between = (least: number, most: number, fault: TopologyFaultCode) =>
  z.number().min(least, code(fault)).max(most, code(fault))

const orUnknown = <Schema extends z.ZodType<number>>(schema: Schema) => schema.nullish().transform((n) => n ?? null)

const topology = z.object({
  id: text(ID_LENGTH_MAX),
  name: text(NAME_LENGTH_MAX),
  nodes: z.array(
    z.object({
      id: text(ID_LENGTH_MAX),
      name: text(NAME_LENGTH_MAX),
      country: text(NAME_LENGTH_MAX),
      lat: between(-90, 90, 'LATITUDE_OUT_OF_RANGE'),
      lon: between(-180, 180, 'LONGITUDE_OUT_OF_RANGE'),
    }),
  ),
  links: z.array(
    z.object({
      id: text(ID_LENGTH_MAX),
      a: text(ID_LENGTH_MAX),
      b: text(ID_LENGTH_MAX),
      km: orUnknown(between(0, LENGTH_KM_MAX, 'LENGTH_OUT_OF_RANGE')),
      capacityMbps: orUnknown(between(0.000_001, CAPACITY_MBPS_MAX, 'CAPACITY_OUT_OF_RANGE')),
    }),
  ),
})

const file = z.object({ topologies: z.array(topology).min(1) })

/** What a file holds, or what is wrong with it, the first faults and how many more: then none of it may be imported. */
export type ParsedFile =
  | { readonly ok: true; readonly topologies: readonly Topology[] }
  | { readonly ok: false; readonly faults: readonly TopologyFault[]; readonly more: number }

/** Reads a topology file: `{ "topologies": [...] }`, or one topology alone. Properties that are not ours are ignored. */
export function parseTopologyFile(source: string): ParsedFile {
  const json = parseJson(source)
  if (!json.ok) return faulty([json.fault])
  const holdsMany = typeof json.value === 'object' && json.value !== null && 'topologies' in json.value
  const parsed = holdsMany ? file.safeParse(json.value) : topology.safeParse(json.value)
  if (!parsed.success) return faulty(parsed.error.issues.map(faultOf))
  const topologies = 'topologies' in parsed.data ? parsed.data.topologies : [parsed.data]
  const faults = [
    ...repeated(topologies, 'DUPLICATE_TOPOLOGY_ID', 'topologies'),
    ...topologies.flatMap((one, index) => faultsOfTopology(one, holdsMany ? `topologies[${index}].` : '')),
  ]
  return faults.length === 0 ? { ok: true, topologies } : faulty(faults)
}

const faulty = (faults: readonly TopologyFault[]): ParsedFile => ({
  ok: false,
  faults: faults.slice(0, FAULTS_MAX),
  more: Math.max(0, faults.length - FAULTS_MAX),
})

type Json = { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly fault: TopologyFault }

function parseJson(source: string): Json {
  try {
    return { ok: true, value: JSON.parse(source) }
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    // Where the file ends too soon the parser does not say where that is.
    const message =
      /end of JSON|Unterminated/.test(reason) && !reason.includes('position')
        ? `${reason} at position ${source.length}`
        : reason
    return { ok: false, fault: { code: 'BAD_JSON', path: '', message } }
  }
}

const SENTENCES: Partial<Record<string, { code: TopologyFaultCode; message: string }>> = Object.fromEntries(
  (
    [
      ['EMPTY_TEXT', 'Give at least one character.'],
      ['TEXT_TOO_LONG', `Give at most ${ID_LENGTH_MAX} characters for an id and ${NAME_LENGTH_MAX} for a name.`],
      ['UNPRINTABLE_TEXT', 'Give characters that can be printed.'],
      ['LATITUDE_OUT_OF_RANGE', 'Give degrees from -90 to 90.'],
      ['LONGITUDE_OUT_OF_RANGE', 'Give degrees from -180 to 180.'],
      ['LENGTH_OUT_OF_RANGE', `Give kilometres from 0 to ${LENGTH_KM_MAX}, or null.`],
      ['CAPACITY_OUT_OF_RANGE', `Give Mbit/s above 0 and up to ${CAPACITY_MBPS_MAX}, or null.`],
    ] as const
  ).map(([code, message]) => [code, { code, message }]),
)

function faultOf({ message, path }: z.core.$ZodIssue): TopologyFault {
  const sentence = SENTENCES[message] ?? { code: 'INVALID_SHAPE', message }
  return { ...sentence, path: pathOf(path) }
}

const pathOf = (path: readonly PropertyKey[]): string =>
  path
    .map((key) => (typeof key === 'number' ? `[${key}]` : `.${String(key)}`))
    .join('')
    .replace(/^\./, '')
