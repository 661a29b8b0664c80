import type { TenantDb, Tx } from '@carriergraph/shared/db/pools.ts'
import { inTransaction } from '@carriergraph/shared/db/transaction.ts'
import { type Id, namedId } from '@carriergraph/shared/ids.ts'
import { appendToJournal } from '@carriergraph/shared/journal/append.ts'
import type { Provenance } from '@carriergraph/shared/journal/provenance.ts'
import {
  countLinks,
  countSites,
  lockTopology,
  type NewLink,
  type NewSite,
  saveLinks,
  saveSites,
  updateTopology,
} from '../db/topologies.ts'
import { capacityInBps, lengthInMetres, type Topology, type TopologyNode } from '../domain/topology.ts'
import { eventOf } from '../events.ts'

/**
 * Sites and links in one import. It is one transaction, which may take 30 s (TRANSACTION_TIMEOUT_MS) and holds back the
 * journal's readers meanwhile: this many new ones took 4 s on two quiet cores, and twice as many 30 s on busy ones.
 */
export const ITEMS_MAX = 50_000
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
 * Stores topologies, all of them or none, and tells the journal of each that is new or changed. Ids follow from those in
 * the file, so that importing again changes what is different and adds what is new. Nothing is removed: slices and
 * alarms may refer to it. A link keeps its status.
 * @param onProgress told how many nodes and links are done; begins anew where the transaction has to
 */
export function importTopologies(
  db: TenantDb,
  topologies: readonly Topology[],
  provenance: Provenance,
  onProgress: (items: number) => void = () => undefined,
): Promise<ImportReport[]> {
  // In one order, so that two imports at once wait for each other instead of blocking each other; and with all the ids,
  // which are hashes, made before the transaction, whose time is short.
  const plans = topologies.toSorted((a, b) => (a.id < b.id ? -1 : 1)).map(planOf)
  return inTransaction(db, async (tx) => {
    const reports: ImportReport[] = []
    let done = 0
    const onSaved = (rows: number) => {
      done += rows
      onProgress(done)
    }
    for (const plan of plans) reports.push(await importOne(tx, plan, provenance, onSaved))
    return reports
  })
}

type Plan = {
  readonly id: string
  readonly name: string
  readonly sites: readonly NewSite[]
  readonly links: readonly NewLink[]
}

const planOf = (topology: Topology): Plan => ({
  id: topology.id,
  name: topology.name,
  sites: sitesOf(topology),
  links: linksOf(topology),
})

async function importOne(
  tx: Tx,
  plan: Plan,
  provenance: Provenance,
  onSaved: (rows: number) => void,
): Promise<ImportReport> {
  const { id, name } = plan
  const before = await lockTopology(tx, id, name)
  const sites = await inChunks(plan.sites, (chunk) => saveSites(tx, id, chunk), onSaved)
  const links = await inChunks(plan.links, (chunk) => saveLinks(tx, id, chunk), onSaved)
  const isNew = before.version === 0
  if (isNew || before.name !== name || !isUnchanged(sites) || !isUnchanged(links))
    await journalImport(tx, await updateTopology(tx, before, name), { sites, links }, provenance)
  return {
    id,
    name,
    sites: { ...sites, kept: (await countSites(tx, id)) - plan.sites.length },
    links: { ...links, kept: (await countLinks(tx, id)) - plan.links.length },
  }
}

async function journalImport(
  tx: Tx,
  { id, name, version }: { readonly id: string; readonly name: string; readonly version: number },
  counts: { readonly sites: SavedCounts; readonly links: SavedCounts },
  { now, ...by }: Provenance,
): Promise<void> {
  await appendToJournal(tx, {
    aggregate: { type: 'topology', id },
    version,
    ...eventOf('topology.imported', { topologyId: id, name, ...counts }),
    ...by,
    occurredAt: now,
  })
}

type SavedCounts = Omit<ImportCounts, 'kept'>

const isUnchanged = ({ added, changed }: SavedCounts): boolean => added === 0 && changed === 0

type Saved = { readonly added: number; readonly changed: number }

async function inChunks<Row>(
  rows: readonly Row[],
  save: (chunk: readonly Row[]) => Promise<Saved>,
  onSaved: (rows: number) => void,
): Promise<SavedCounts> {
  let [added, changed] = [0, 0]
  for (let at = 0; at < rows.length; at += CHUNK_ROWS) {
    const chunk = rows.slice(at, at + CHUNK_ROWS)
    const saved = await save(chunk)
    added += saved.added
    changed += saved.changed
    onSaved(chunk.length)
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
