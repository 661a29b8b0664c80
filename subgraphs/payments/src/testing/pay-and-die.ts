import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { SigningKeys } from '@carriergraph/shared/signature/keys.ts'
import type { Purse } from './payments-database.ts'

export const DEATHS = [
  'before risk is asked',
  'after risk has answered',
  'after authorising, before posting',
  'after posting, before recording',
  'after recording, before the answer',
] as const

export type DyingPayment = {
  readonly databaseUrl: string
  readonly riskUrl: string
  readonly keys: SigningKeys
  readonly now: string
  readonly purse: Purse
  readonly idempotencyKey: string
  readonly dieAt: (typeof DEATHS)[number]
}

const PROGRAM = fileURLToPath(new URL('./dying-payment.ts', import.meta.url))

/** Resolves when the process that tried to pay is dead; throws when it ended in another way than by SIGKILL. */
export async function payAndDie(payment: DyingPayment): Promise<void> {
  const child = spawn(process.execPath, [PROGRAM, JSON.stringify(payment)], { stdio: ['ignore', 'ignore', 'inherit'] })
  const [code, signal] = await once(child, 'exit')
  if (signal !== 'SIGKILL') throw new Error(`It should have been killed ${payment.dieAt}; its exit code is ${code}.`)
}
