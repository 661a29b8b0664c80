import type { Resolvers } from '../generated/resolvers.ts'
import { ComplianceReason } from './ComplianceReason.ts'
import { LargeTransactionReport } from './LargeTransactionReport.ts'
import { assessPayment } from './Mutation/assessPayment.ts'
import { assessRemittance } from './Mutation/assessRemittance.ts'
import { decideReview } from './Mutation/decideReview.ts'
import { registerUser } from './Mutation/registerUser.ts'
import { setKycStatus } from './Mutation/setKycStatus.ts'
import { Payment } from './Payment.ts'
import { PaymentCompliance } from './PaymentCompliance.ts'
import { PaymentReview } from './PaymentReview.ts'
import { Query } from './Query.ts'
import { Remittance } from './Remittance.ts'
import { RemittanceAssessment } from './RemittanceAssessment.ts'
import { RemittanceReason } from './RemittanceReason.ts'
import { RemittanceReview } from './RemittanceReview.ts'
import { RiskAssessment } from './RiskAssessment.ts'
import { Screening } from './Screening.ts'
import { User } from './User.ts'

export const resolvers = {
  Query,
  Mutation: { registerUser, setKycStatus, assessPayment, assessRemittance, decideReview },
  User,
  Payment,
  PaymentCompliance,
  Screening,
  ComplianceReason,
  PaymentReview,
  Remittance,
  RemittanceAssessment,
  RemittanceReason,
  RemittanceReview,
  LargeTransactionReport,
  RiskAssessment,
} satisfies Resolvers
