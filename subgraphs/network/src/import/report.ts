import type { Topology, TopologyFault } from '../domain/topology.ts'
import type { ImportCounts, ImportReport } from '../flow/import-topology.ts'

/** A fault as a line: where it is, its name, and what to change. */
export const faultLine = ({ code, path, message }: TopologyFault): string =>
  `${path === '' ? '' : `${path}: `}${code}: ${message}\n`

/** What became of each topology, for people and for scripts. */
export function reportText(reports: readonly ImportReport[]): string {
  return reports
    .map(({ id, name, sites, links }) => `${id} (${name})\n${countsLine('sites', sites)}${countsLine('links', links)}`)
    .join('')
}

const countsLine = (kind: string, { added, changed, unchanged, kept }: ImportCounts): string =>
  `  ${kind}  ${added} added, ${changed} changed, ${unchanged} unchanged, ${kept} kept that the file does not name\n`

/** The steps that the progress of an import counts. */
export const itemsOf = (topologies: readonly Topology[]): number =>
  topologies.reduce((sum, { nodes, links }) => sum + nodes.length + links.length, 0)
