import type { TenantDb, Tx } from '@carriergraph/shared/db/pools.ts'
import { inTransaction } from '@carriergraph/shared/db/transaction.ts'
import { type Id, namedId } from '@carriergraph/shared/ids.ts'
import {
  countLinks,
  countSites,
  type NewLink,
  type NewSite,
  saveLinks,
  saveSites,
  saveTopology,
} from '../db/topologies.ts'
import { capacityInBps, lengthInMetres, type Topology, type TopologyNode } from '../domain/topology.ts'

/** Rows in one statement: few round trips, and none that holds up others for long. */
const CHUNK_ROWS = 5_000

/** What became of the items of one kind. `kept` are in the database and no longer in the file. */
export type ImportCounts = {
  readonly added: number
  readonly changed: number
  readonly unchanged: number
  readonly kept: number
}

export type ImportReport = {
  readonly id: string
  readonly name: string
  readonly sites: ImportCounts
  readonly links: ImportCounts
}

/**
 * Stores topologies, all of them or none. Ids follow from those in the file, so that importing again changes what is
 * different and adds what is new. Nothing is removed: slices and alarms may refer to it. A link keeps its status.
 * @param onProgress told how many more nodes and links are done
 */
export function importTopologies(
  db: TenantDb,
  topologies: readonly Topology[],
  onProgress: (items: number) => void = () => undefined,
): Promise<ImportReport[]> {
  return inTransaction(db, async (tx) => {
    const reports: ImportReport[] = []
    // In one order, so that two imports at once wait for each other instead of blocking each other.
    for (const topology of topologies.toSorted((a, b) => (a.id < b.id ? -1 : 1)))
      reports.push(await importOne(tx, topology, onProgress))
    return reports
  })
}

async function importOne(tx: Tx, topology: Topology, onProgress: (items: number) => void): Promise<ImportReport> {
  const { id, name } = topology
  await saveTopology(tx, { id, name })
  const sites = await inChunks(sitesOf(topology), (chunk) => saveSites(tx, id, chunk), onProgress)
  const links = await inChunks(linksOf(topology), (chunk) => saveLinks(tx, id, chunk), onProgress)
  return {
    id,
    name,
    sites: { ...sites, kept: (await countSites(tx, id)) - topology.nodes.length },
    links: { ...links, kept: (await countLinks(tx, id)) - topology.links.length },
  }
}

type Saved = { readonly added: number; readonly changed: number }

async function inChunks<Row>(
  rows: readonly Row[],
  save: (chunk: readonly Row[]) => Promise<Saved>,
  onProgress: (items: number) => void,
): Promise<Omit<ImportCounts, 'kept'>> {
  let [added, changed] = [0, 0]
  for (let at = 0; at < rows.length; at += CHUNK_ROWS) {
    const chunk = rows.slice(at, at + CHUNK_ROWS)
    const saved = await save(chunk)
    added += saved.added
    changed += saved.changed
    onProgress(chunk.length)
  }
  return { added, changed, unchanged: rows.length - added - changed }
}

/** The id of a node of a topology file, on every machine and in every tenant. */
export const siteIdOf = (topologyId: string, nodeId: string): Id<'ste'> => namedId('ste', pathOf(topologyId, nodeId))

export const linkIdOf = (topologyId: string, linkId: string): Id<'lnk'> => namedId('lnk', pathOf(topologyId, linkId))

/** Encoded, because an id may have a slash in it: a/b + c is not a + b/c. */
const pathOf = (...parts: readonly string[]): string => parts.map(encodeURIComponent).join('/')

const sitesOf = ({ id, nodes }: Topology): NewSite[] =>
  nodes.map((node) => ({
    id: siteIdOf(id, node.id),
    name: node.name,
    country: node.country,
    latitude: node.lat,
    longitude: node.lon,
  }))

function linksOf({ id, nodes, links }: Topology): NewLink[] {
  const byId = new Map(nodes.map((node) => [node.id, node]))
  const nodeOf = (nodeId: string): TopologyNode => {
    const node = byId.get(nodeId)
    if (node === undefined) throw new Error(`A topology with an unknown node ${nodeId} was not checked.`)
    return node
  }
  return links.map((link) => ({
    id: linkIdOf(id, link.id),
    aEndId: siteIdOf(id, link.a),
    zEndId: siteIdOf(id, link.b),
    lengthM: lengthInMetres(link, nodeOf(link.a), nodeOf(link.b)),
    capacityBps: capacityInBps(link),
  }))
}
