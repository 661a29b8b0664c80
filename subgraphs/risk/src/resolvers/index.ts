import type { Resolvers } from '../generated/resolvers.ts'
import { assessPayment } from './Mutation/assessPayment.ts'
import { decideReview } from './Mutation/decideReview.ts'
import { registerUser } from './Mutation/registerUser.ts'
import { setKycStatus } from './Mutation/setKycStatus.ts'
import { Payment } from './Payment.ts'
import { PaymentReview } from './PaymentReview.ts'
import { Query } from './Query.ts'
import { RiskAssessment } from './RiskAssessment.ts'
import { User } from './User.ts'

export const resolvers = {
  Query,
  Mutation: { registerUser, setKycStatus, assessPayment, decideReview },
  User,
  Payment,
  PaymentReview,
  RiskAssessment,
} satisfies Resolvers
