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
  paymentMode: 'PREPAID' | 'POSTPAID'
  balance: MoneyText
  lowBalanceThreshold: MoneyText
  /** A wallet of the account's owner in the account's currency, if there is one. */
  walletId: string | null
}

/** What the simulator has to work with, as the graph told it. */
export interface World {
  slices: readonly SimulatedSlice[]
  accounts: readonly SimulatedAccount[]
  linkIds: readonly string[]
}
