import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { WrittenMessage } from '../rails/iso20022/check-instruction.ts'

export const SENDING_DEATHS = [
  'before the file is made',
  'within the file',
  'after the file is made, before that is noted',
  'after that is noted, before it is moved',
  'after it is moved, before that is noted',
] as const

/** Of a file that cannot be made. */
export const GIVING_UP = 'after what lies there of a file is removed, before the file is given up'

export type DyingFileSender = {
  readonly databaseUrl: string
  readonly tenant: string
  readonly folder: string
  readonly now: string
  readonly message?: WrittenMessage
  readonly dieAt: (typeof SENDING_DEATHS)[number] | typeof GIVING_UP
}

const PROGRAM = fileURLToPath(new URL('./dying-file-sender.ts', import.meta.url))

/** Resolves when the process that tried to send is dead; throws when it ended in another way than by SIGKILL. */
export async function sendFilesAndDie(sender: DyingFileSender): Promise<void> {
  const child = spawn(process.execPath, [PROGRAM, JSON.stringify(sender)], { stdio: ['ignore', 'ignore', 'inherit'] })
  const [code, signal] = await once(child, 'exit')
  if (signal !== 'SIGKILL') throw new Error(`It should have been killed ${sender.dieAt}; its exit code is ${code}.`)
}
