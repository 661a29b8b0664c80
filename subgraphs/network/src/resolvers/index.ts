import type { Resolvers } from '../generated/resolvers.ts'
import { Link } from './Link.ts'
import { createSlice } from './Mutation/createSlice.ts'
import { recordKpiSamples } from './Mutation/recordKpiSamples.ts'
import { reportLinkStatus } from './Mutation/reportLinkStatus.ts'
import { Query } from './Query.ts'
import { Site } from './Site.ts'
import { SlaViolation } from './SlaViolation.ts'
import { SlaViolationEvent } from './SlaViolationEvent.ts'
import { Slice } from './Slice.ts'
import { slaViolationDetected } from './Subscription/slaViolationDetected.ts'
import { User } from './User.ts'

export const resolvers = {
  Query,
  Mutation: { createSlice, recordKpiSamples, reportLinkStatus },
  Subscription: { slaViolationDetected },
  Link,
  Site,
  SlaViolation,
  SlaViolationEvent,
  Slice,
  User,
} satisfies Resolvers
