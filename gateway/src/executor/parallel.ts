import type { FetchNode, PlanNode } from '@apollo/query-planner'
import { isContextual } from './context-values.ts'
import type { Place } from './place.ts'

/** What begins together: by one request, where it is several branches. */
export interface Stage {
  readonly branches: readonly Branch[]
  /** What follows on all of these. */
  readonly rest: readonly PlanNode[]
  /** What waits until then. */
  readonly guests: readonly PlanNode[]
}

/** What runs beside others. */
export interface Branch {
  readonly node: PlanNode
  /** What it begins with. */
  readonly first: PlanNode
  /** The same, where it is a fetch of entities. */
  readonly head?: Head
  /** What follows on that. */
  readonly rest: readonly PlanNode[]
}

interface Head {
  readonly fetch: FetchNode
  /** Where its entities are. */
  readonly below: Place
}

/** As many fetches share one request: a subgraph must not be kept busy by one, nor its limits be reached. */
const SHARERS_MAX = 8

/**
 * Branches that begin with the same subgraph begin together. What is asked of a subgraph for nobody else's sake is the
 * guest of a neighbour whose next request goes there as well: the answer waits for that one anyway.
 */
export function stagesOf(nodes: readonly PlanNode[]): readonly Stage[] {
  const stages = bySubgraph(branchesOf(nodes)).map((branches) => {
    const rest = branches.flatMap(restOf)
    return { branches, rest, next: branchesOf(rest).map(subgraphOf), guests: [] as PlanNode[] }
  })
  return stages.filter(({ branches, rest }) => {
    const subgraph = branches[0] && subgraphOf(branches[0])
    if (subgraph === undefined || rest.length > 0) return true
    const host = stages.find(({ next, guests }) => {
      const sharers = next.filter((name) => name === subgraph).length
      return sharers > 0 && sharers + guests.length + branches.length <= SHARERS_MAX
    })
    host?.guests.push(...branches.map(({ node }) => node))
    return host === undefined
  })
}

const subgraphOf = ({ head }: Branch): string | undefined => head?.fetch.serviceName

/** The branches of a parallel node and of those that stand in it directly. */
const branchesOf = (nodes: readonly PlanNode[]): readonly Branch[] =>
  nodes.flatMap((node) => (node.kind === 'Parallel' ? branchesOf(node.nodes) : [branchOf(node)]))

function branchOf(node: PlanNode): Branch {
  const [first = node, ...rest] = node.kind === 'Sequence' ? node.nodes : [node]
  const head = headOf(first)
  return { node, first, rest, ...(head && { head }) }
}

/** Root fields stay alone: a mutation may be among them, and a null there takes away all that is beside it. */
function headOf(node: PlanNode): Head | undefined {
  const [fetch, below] = node.kind === 'Flatten' ? [node.node, node.path.map(String)] : [node, []]
  return fetch.kind === 'Fetch' && fetch.requires !== undefined && !isContextual(fetch) ? { fetch, below } : undefined
}

/** Branches that begin with the same subgraph, together; each of the others alone. */
function bySubgraph(branches: readonly Branch[]): readonly (readonly Branch[])[] {
  const groups: Branch[][] = []
  const open = new Map<string, Branch[]>()
  for (const branch of branches) {
    const subgraph = subgraphOf(branch)
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

/** What remains of a branch once it has begun. */
function restOf({ rest }: Branch): readonly PlanNode[] {
  const [only, ...more] = rest
  if (only === undefined) return []
  return more.length === 0 ? [only] : [{ kind: 'Sequence', nodes: [...rest] }]
}
