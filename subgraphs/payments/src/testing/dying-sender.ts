// A sender of webhooks in a process of its own that kills itself, as kill -9 would, at the named step.
// Arguments: JSON of DyingSender. Run by `sendAndDie`.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { openDatabase } from '@carriergraph/shared/db/pools.ts'
import { keyProviderFrom } from '../vault/keys/key-source.ts'
import { WebhookSender } from '../webhooks/sender.ts'
import { silent } from './payments-database.ts'
import { transportToLoopback } from './webhook-stage.ts'

export const DEATHS = ['after the claim, before sending', 'after sending, before the record'] as const

export type DyingSender = {
  readonly databaseUrl: string
  readonly keyText: string
  readonly now: string
  readonly dieAt: (typeof DEATHS)[number]
}

/** Resolves when the process that tried to send is dead; throws when it ended in another way than by SIGKILL. */
export async function sendAndDie(sender: DyingSender): Promise<void> {
  const child = spawn(process.execPath, [fileURLToPath(import.meta.url), JSON.stringify(sender)], {
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  const [code, signal] = await once(child, 'exit')
  if (signal !== 'SIGKILL') throw new Error(`It should have been killed ${sender.dieAt}; its exit code is ${code}.`)
}

async function sendUntilDeath({ databaseUrl, keyText, now, dieAt }: DyingSender): Promise<void> {
  const dieIf = (step: DyingSender['dieAt']) => {
    if (step === dieAt) process.kill(process.pid, 'SIGKILL')
  }
  const transport = transportToLoopback()
  const sender = new WebhookSender({
    database: openDatabase({ url: databaseUrl, applicationName: 'dying-sender', log: silent }),
    keys: keyProviderFrom({ VAULT_KEY: keyText }),
    clock: () => new Date(now),
    log: silent,
    transport: {
      ...transport,
      async send(attempt) {
        dieIf('after the claim, before sending')
        const result = await transport.send(attempt)
        dieIf('after sending, before the record')
        return result
      },
    },
  })
  await sender.runOnce()
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await sendUntilDeath(JSON.parse(process.argv[2] ?? ''))
