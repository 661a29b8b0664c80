import type { Graph } from './graph.ts'
import type { MoneyText, SimulatedAccount, SimulatedSlice, World } from './world.ts'

/** The simulator plays with this many of each; a graph may hold many more. */
const SLICES_MAX = 10
const ACCOUNTS_MAX = 10

const QUERY = `query SimulatorWorld {
  slices(first: ${SLICES_MAX}) {
    nodes { id sla { latencyMsMax jitterMsMax packetLossRatioMax downlinkBpsMin } }
  }
  billingAccounts(first: ${ACCOUNTS_MAX}) {
    nodes {
      id msisdn paymentMode
      balance { amount currency }
      lowBalanceThreshold { amount }
      owner { wallets(first: 5) { nodes { id balance { currency } } } }
    }
  }
  sites(first: 5) { nodes { links(first: 1) { nodes { id } } } }
}`

interface Answer {
  slices: { nodes: SimulatedSlice[] }
  billingAccounts: {
    nodes: (Omit<SimulatedAccount, 'walletId'> & {
      owner: { wallets: { nodes: { id: string; balance: Pick<MoneyText, 'currency'> }[] } | null } | null
    })[]
  }
  sites: { nodes: { links: { nodes: { id: string }[] } }[] }
}

/** Asks the graph what there is to play with. */
export async function discoverWorld(graph: Graph): Promise<World> {
  const { slices, billingAccounts, sites } = await graph<Answer>(QUERY)
  return {
    slices: slices.nodes,
    accounts: billingAccounts.nodes.map(({ owner, ...account }) => ({
      ...account,
      walletId:
        owner?.wallets?.nodes.find((wallet) => wallet.balance.currency === account.balance.currency)?.id ?? null,
    })),
    linkIds: [...new Set(sites.nodes.flatMap((site) => site.links.nodes.map((link) => link.id)))],
  }
}
