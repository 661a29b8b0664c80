import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { Id } from '@carriergraph/shared/ids.ts'
import type { SigningKeys } from '@carriergraph/shared/signature/keys.ts'
import type { Purse } from './payments-database.ts'

export const DEATHS = [
  'before risk is asked',
  'after risk has answered',
  'after authorising, before posting',
  'after posting, before recording',
  'after recording, before the answer',
] as const

/** What else a process may die of: commands that go to the ledger, each before and after it. */
export const DEEDS = ['hold', 'capture', 'cancel', 'refund'] as const
export const DEED_DEATHS = ['before the ledger is asked', 'after the ledger has answered'] as const

export type DyingDeed = Omit<DyingPayment, 'dieAt'> & {
  readonly deed: (typeof DEEDS)[number]
  /** What it is about; undefined where it is to be made. */
  readonly paymentId: Id<'pay'> | undefined
  readonly dieAt: (typeof DEED_DEATHS)[number]
}

export type DyingPayment = {
  readonly databaseUrl: string
  readonly riskUrl: string
  readonly keys: SigningKeys
  readonly now: string
  readonly purse: Purse
  readonly idempotencyKey: string
  readonly dieAt: (typeof DEATHS)[number]
}

const PAYMENT = fileURLToPath(new URL('./dying-payment.ts', import.meta.url))
const DEED = fileURLToPath(new URL('./dying-deed.ts', import.meta.url))

/** Resolves when the process that tried to pay is dead; throws when it ended in another way than by SIGKILL. */
export const payAndDie = (payment: DyingPayment): Promise<void> => runAndDie(PAYMENT, payment)

/** Like `payAndDie`, for what is done to a payment by its id. */
export const actAndDie = (deed: DyingDeed): Promise<void> => runAndDie(DEED, deed)

/** Runs a program with what it is told as JSON. @throws Error when it ended in another way than by SIGKILL */
export async function runAndDie(program: string, told: { readonly dieAt: string }): Promise<void> {
  const child = spawn(process.execPath, [program, JSON.stringify(told)], { stdio: ['ignore', 'ignore', 'inherit'] })
  const [code, signal] = await once(child, 'exit')
  if (signal !== 'SIGKILL') throw new Error(`It should have been killed ${told.dieAt}; its exit code is ${code}.`)
}
