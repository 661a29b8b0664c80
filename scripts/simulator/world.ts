/** Money as the graph sends it: a decimal string in its currency. */
export interface MoneyText {
  amount: string
  currency: string
}

export interface SimulatedSlice {
  id: string
  sla: {
    latencyMsMax: number | null
    jitterMsMax: number | null
    packetLossRatioMax: number | null
    downlinkBpsMin: number | null
  }
}

export interface SimulatedAccount {
  id: string
  msisdn: string
  balance: MoneyText
  creditLimit: MoneyText
  lowBalanceThreshold: MoneyText
  /** What a data session costs: the price of each started block of bytes. Null where the tariff has no data. */
  dataRate: { blockSize: number; pricePerBlock: string } | null
  /** The wallet that the account is topped up from; null where there is none in its currency. */
  wallet: { id: string; balance: MoneyText } | null
}

/** What the simulator has to work with, as the graph told it. */
export interface World {
  slices: readonly SimulatedSlice[]
  accounts: readonly SimulatedAccount[]
  linkIds: readonly string[]
}
