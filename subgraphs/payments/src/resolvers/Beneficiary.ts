import type { BeneficiaryResolvers } from '../generated/resolvers.ts'
import { maskedAccount } from '../remittance/beneficiary.ts'

export const Beneficiary: BeneficiaryResolvers = { maskedAccount }
