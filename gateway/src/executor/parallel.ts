import type { FetchNode, PlanNode } from '@apollo/query-planner'
import type { Place } from './place.ts'

/** What runs beside others. */
export interface Branch {
  readonly node: PlanNode
  /** The fetch of entities that it begins with, where it does. */
  readonly head?: Head
  /** What follows on its head. */
  readonly rest: readonly PlanNode[]
}

interface Head {
  readonly fetch: FetchNode
  /** Where its entities are. */
  readonly below: Place
}

/** As many fetches share one request: a subgraph must not be kept busy by one, nor its limits be reached. */
const SHARERS_MAX = 8

/** The branches of a parallel node and of those that stand in it directly. */
export const branchesOf = (nodes: readonly PlanNode[]): readonly Branch[] =>
  nodes.flatMap((node) => (node.kind === 'Parallel' ? branchesOf(node.nodes) : [branchOf(node)]))

function branchOf(node: PlanNode): Branch {
  const [first, ...rest] = node.kind === 'Sequence' ? node.nodes : [node]
  const head = first && headOf(first)
  return { node, rest, ...(head && { head }) }
}

/** Root fields stay alone: a mutation may be among them, and a null there takes away all that is beside it. */
function headOf(node: PlanNode): Head | undefined {
  const [fetch, below] = node.kind === 'Flatten' ? [node.node, node.path.map(String)] : [node, []]
  return fetch.kind === 'Fetch' && fetch.requires !== undefined && !fetch.contextRewrites?.length
    ? { fetch, below }
    : undefined
}

/** Branches that begin with the same subgraph, together; each of the others alone. */
export function bySubgraph(branches: readonly Branch[]): readonly (readonly Branch[])[] {
  const groups: Branch[][] = []
  const open = new Map<string, Branch[]>()
  for (const branch of branches) {
    const subgraph = branch.head?.fetch.serviceName
    const known = subgraph === undefined ? undefined : open.get(subgraph)
    if (known !== undefined && known.length < SHARERS_MAX) known.push(branch)
    else {
      const group = [branch]
      groups.push(group)
      if (subgraph !== undefined) open.set(subgraph, group)
    }
  }
  return groups
}

/** What remains of a branch once its head is there. */
export function restOf({ rest }: Branch): readonly PlanNode[] {
  const [only, ...more] = rest
  if (only === undefined) return []
  return more.length === 0 ? [only] : [{ kind: 'Sequence', nodes: [...rest] }]
}
