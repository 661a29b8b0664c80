import { distanceKm } from './distance.ts'

/** One network as a topology file describes it. */
export type Topology = {
  readonly id: string
  readonly name: string
  readonly nodes: readonly TopologyNode[]
  readonly links: readonly TopologyLink[]
}

export type TopologyNode = {
  /** Unique in its topology, as is a link's. */
  readonly id: string
  readonly name: string
  readonly country: string
  /** Degrees, WGS 84. */
  readonly lat: number
  readonly lon: number
}

export type TopologyLink = {
  readonly id: string
  /** Ids of the nodes at its ends. Several links may join the same two. */
  readonly a: string
  readonly b: string
  /** Length of the fibre; null where it is not known. */
  readonly km: number | null
  /** Null where it is not known. */
  readonly capacityMbps: number | null
}

/** The codes of what may be wrong with a file, and what they mean: `docs/errors.md` lists them. */
export const TOPOLOGY_FAULTS = {
  BAD_JSON: 'The file is not JSON; the message says where.',
  INVALID_SHAPE: 'A property is missing, or is not of its type.',
  EMPTY_TEXT: 'An id or a name has no characters.',
  TEXT_TOO_LONG: 'An id or a name has too many characters.',
  UNPRINTABLE_TEXT: 'An id or a name has characters that cannot be printed.',
  LATITUDE_OUT_OF_RANGE: 'A latitude is not from -90 to 90 degrees.',
  LONGITUDE_OUT_OF_RANGE: 'A longitude is not from -180 to 180 degrees.',
  LENGTH_OUT_OF_RANGE: 'The length of a link is negative, or more than any cable has.',
  CAPACITY_OUT_OF_RANGE: 'The capacity of a link is not above 0, or more than any cable has.',
  DUPLICATE_TOPOLOGY_ID: 'An earlier topology of the file has the id.',
  DUPLICATE_NODE_ID: 'An earlier node of the topology has the id.',
  DUPLICATE_LINK_ID: 'An earlier link of the topology has the id.',
  UNKNOWN_NODE: 'A link ends at a node that the topology does not have.',
  SELF_LOOP: 'A link joins a node with itself.',
} as const

export type TopologyFaultCode = keyof typeof TOPOLOGY_FAULTS

/** What is wrong with a file, and where in it: `topologies[0].links[3].a`. */
export type TopologyFault = { readonly code: TopologyFaultCode; readonly path: string; readonly message: string }

/** What no type can say of one topology: ids are unique, and every link joins two different nodes that exist. */
export function faultsOfTopology({ nodes, links }: Topology, path: string): TopologyFault[] {
  const nodeIds = new Set(nodes.map(({ id }) => id))
  const unknown = (id: string, at: string): TopologyFault[] =>
    nodeIds.has(id) ? [] : [{ code: 'UNKNOWN_NODE', path: at, message: `There is no node ${JSON.stringify(id)}.` }]
  return [
    ...repeated(nodes, 'DUPLICATE_NODE_ID', `${path}nodes`),
    ...repeated(links, 'DUPLICATE_LINK_ID', `${path}links`),
    ...links.flatMap(({ a, b }, index): TopologyFault[] => {
      const at = `${path}links[${index}]`
      if (a === b) return [{ code: 'SELF_LOOP', path: at, message: `The link joins ${JSON.stringify(a)} with itself.` }]
      return [...unknown(a, `${at}.a`), ...unknown(b, `${at}.b`)]
    }),
  ]
}

/** A fault for every item whose id an earlier one has. */
export function repeated(
  items: readonly { readonly id: string }[],
  code: TopologyFaultCode,
  path: string,
): TopologyFault[] {
  const seen = new Set<string>()
  return items.flatMap(({ id }, index) => {
    if (!seen.has(id)) {
      seen.add(id)
      return []
    }
    return [{ code, path: `${path}[${index}].id`, message: `The id ${JSON.stringify(id)} is there already.` }]
  })
}

/** Metres: as given, or the great-circle distance of the ends. */
export function lengthInMetres({ km }: TopologyLink, aEnd: TopologyNode, zEnd: TopologyNode): number {
  return Math.round((km ?? distanceKm(aEnd, zEnd)) * 1_000)
}

/** Bit/s, or null where it is not known. */
export const capacityInBps = ({ capacityMbps }: TopologyLink): number | null =>
  capacityMbps === null ? null : Math.round(capacityMbps * 1_000_000)
