import { fileURLToPath } from 'node:url'
import type { SigningKeys } from '@carriergraph/shared/signature/keys.ts'
import { runAndDie } from './pay-and-die.ts'
import type { Purse } from './payments-database.ts'

/** Where a process may die that withdraws money, of one that goes through. */
export const RAIL_DEATHS = [
  'before the hold',
  'after the hold, before the instruction',
  'after the instruction, before it is sent',
  'before the rail is asked',
  'after the rail has answered',
  'before the news is stored',
  'after the news is stored',
  'before the capture',
  'after the capture, before it is recorded',
] as const

/** And of one that the bank rejects. */
export const REJECTION_DEATHS = [
  'before the news is stored',
  'after the news is stored',
  'before the release',
  'after the release, before it is recorded',
] as const

export type DyingRail = {
  readonly databaseUrl: string
  readonly riskUrl: string
  readonly keys: SigningKeys
  readonly now: string
  readonly purse: Purse
  readonly remittance: string
  readonly dieAt: (typeof RAIL_DEATHS)[number] | (typeof REJECTION_DEATHS)[number]
}

/** Resolves when the process that tried to withdraw is dead; throws when it ended in another way than by SIGKILL. */
export const driveAndDie = (dying: DyingRail): Promise<void> =>
  runAndDie(fileURLToPath(new URL('./dying-rail.ts', import.meta.url)), dying)
