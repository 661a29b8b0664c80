import { namedId } from '@carriergraph/shared/ids.ts'
import type { Graph } from './graph.ts'
import type { MoneyText, SimulatedAccount, SimulatedSlice, World } from './world.ts'

/**
 * The demo's customers, in the order of their turns; what visitors made is theirs and left alone. Elif comes last:
 * every payment of hers is declined, so that her account is never topped up.
 */
const CUSTOMERS = ['bruno', 'chen', 'dana', 'ada', 'elif']

const idOf = (prefix: string, customer: string): string => JSON.stringify(namedId(prefix, `demo/${customer}`))

const QUERY = `query SimulatorWorld {
  ${CUSTOMERS.map(
    (customer) => `
  ${customer}Slice: slice(id: ${idOf('slc', customer)}) { ...Slice }
  ${customer}Account: billingAccount(id: ${idOf('acc', customer)}) { ...Account }
  ${customer}Wallet: ledgerAccount(id: ${idOf('led', customer)}) { ...Wallet }`,
  ).join('')}
  sites(first: 5) { nodes { links(first: 1) { nodes { id } } } }
}
fragment Slice on Slice { id sla { latencyMsMax jitterMsMax packetLossRatioMax downlinkBpsMin } }
fragment Wallet on LedgerAccount { id balance { ...Amount } }
fragment Account on BillingAccount {
  id msisdn
  balance { ...Amount } creditLimit { ...Amount } lowBalanceThreshold { ...Amount }
  tariff { rates { usageType blockSize pricePerBlock } }
}
fragment Amount on Money { amount currency }`

type Account = Omit<SimulatedAccount, 'dataRate' | 'wallet'> & {
  tariff: { rates: { usageType: string; blockSize: number; pricePerBlock: string }[] }
}

type Answer = {
  [slice: `${string}Slice`]: SimulatedSlice | null
  [account: `${string}Account`]: Account | null
  [wallet: `${string}Wallet`]: { id: string; balance: MoneyText } | null
} & { sites: { nodes: { links: { nodes: { id: string }[] } }[] } }

/** Asks the graph what there is to play with. */
export async function discoverWorld(graph: Graph): Promise<World> {
  const answer = await graph<Answer>(QUERY)
  return {
    slices: CUSTOMERS.flatMap((customer) => answer[`${customer}Slice`] ?? []),
    accounts: CUSTOMERS.flatMap((customer) => accountIn(answer, customer) ?? []),
    linkIds: [...new Set(answer.sites.nodes.flatMap((site) => site.links.nodes.map((link) => link.id)))],
  }
}

function accountIn(answer: Answer, customer: string): SimulatedAccount | undefined {
  const account = answer[`${customer}Account`]
  if (!account) return undefined
  const { tariff, ...rest } = account
  const wallet = answer[`${customer}Wallet`] ?? null
  return {
    ...rest,
    dataRate: tariff.rates.find(({ usageType }) => usageType === 'DATA') ?? null,
    wallet: wallet?.balance.currency === account.balance.currency ? wallet : null,
  }
}
