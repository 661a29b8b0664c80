import { formatAmount } from '@carriergraph/shared/money/money.ts'
import type { MoneyResolvers } from '../generated/resolvers.ts'

export const Money: MoneyResolvers = { amount: formatAmount }
