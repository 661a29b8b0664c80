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

export type TopologyFaultCode =
  | 'BAD_JSON'
  | 'INVALID_SHAPE'
  | 'EMPTY_TEXT'
  | 'TEXT_TOO_LONG'
  | 'UNPRINTABLE_TEXT'
  | 'LATITUDE_OUT_OF_RANGE'
  | 'LONGITUDE_OUT_OF_RANGE'
  | 'LENGTH_OUT_OF_RANGE'
  | 'CAPACITY_OUT_OF_RANGE'
  | 'DUPLICATE_TOPOLOGY_ID'
  | 'DUPLICATE_NODE_ID'
  | 'DUPLICATE_LINK_ID'
  | 'UNKNOWN_NODE'
  | 'SELF_LOOP'

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
