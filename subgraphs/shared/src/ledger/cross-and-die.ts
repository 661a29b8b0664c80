import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { TransferOrder } from './transfer.ts'

/** Before which of its steps a process dies; a commit whose answer nobody reads is before the next. */
export const CROSSING_STEPS = ['it is held', 'it arrives', 'it departs', 'it is answered'] as const

export type DyingCrossing = {
  readonly databases: readonly string[]
  readonly order: Extract<TransferOrder, { kind: 'SINGLE' }>
  readonly before: (typeof CROSSING_STEPS)[number]
}

const PROGRAM = fileURLToPath(new URL('./dying-crossing.ts', import.meta.url))

/** Resolves with how the process ended that tried to cross: by SIGKILL, unless something is wrong. */
export async function crossAndDie({ order, ...crossing }: DyingCrossing): Promise<string> {
  const { amountMinor, ...rest } = order
  const argument = JSON.stringify({ ...crossing, order: rest, minor: String(amountMinor) })
  const child = spawn(process.execPath, [PROGRAM, argument], { stdio: ['ignore', 'ignore', 'inherit'] })
  const [code, signal] = await once(child, 'exit')
  return signal ?? `exit code ${code}`
}
