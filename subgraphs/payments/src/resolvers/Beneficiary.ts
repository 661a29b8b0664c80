import { clearingMemberIn } from '../domain/clearing-member.ts'
import type { BeneficiaryResolvers } from '../generated/resolvers.ts'
import { maskedAccount } from '../remittance/beneficiary.ts'

export const Beneficiary: BeneficiaryResolvers = {
  maskedAccount,
  clearingMember: ({ clearingMember }) => (clearingMember === null ? null : (clearingMemberIn(clearingMember) ?? null)),
}
