import type { Output } from '@carriergraph/shared/command/surroundings.ts'
import type { Provenance } from '@carriergraph/shared/journal/provenance.ts'
import { dataKeyStatus, lookupKeyStatus } from '../../db/vault-status.ts'
import { reencryptSecrets } from '../../webhooks/reencrypt-secrets.ts'
import { openDataKey, rewrapDataKeys, rotateDataKey, type TenantVault } from '../data-keys.ts'
import { reencryptCards } from '../reencrypt.ts'
import type { VaultArguments } from './arguments.ts'
import { VaultCommandFault } from './fault.ts'

type ActionOptions = {
  readonly provenance: Provenance
  readonly batchSize: number
  readonly force: boolean
  readonly signal: AbortSignal | undefined
  readonly stdout: Output
  readonly stderr: Output
}

/** Does it for one tenant. Resolves to false where something could not be read. */
type Action = (vault: TenantVault, options: ActionOptions) => Promise<boolean>

const status: Action = async (vault, { stdout, stderr }) => {
  const { tenant, db, keys } = vault
  const dataKeys = await dataKeyStatus(db)
  if (dataKeys.length === 0) stdout.write(`${tenant}: no data key yet: its first card or webhook endpoint makes one\n`)
  let isWell = true
  for (const { id, wrappingKeyId, isActive, cards, webhookSecrets } of dataKeys) {
    const age = wrappingKeyId === keys.wrappingKeyId ? 'in use' : 'to be replaced'
    const state = isActive ? 'active ' : 'retired'
    const holds = `${cards} cards  ${webhookSecrets} webhook secrets`
    stdout.write(`${tenant}  ${id}  ${state}  under ${wrappingKeyId} (${age})  ${holds}\n`)
    const opened = await openDataKey(vault, id)
    if (opened.ok) continue
    stderr.write(`${tenant}: ${id}: ${opened.code}\n`)
    isWell = false
  }
  for (const { lookupKeyId, cards } of await lookupKeyStatus(db)) {
    const [inUse, ...older] = keys.lookupKeyIds
    const age = lookupKeyId === inUse ? 'in use' : older.includes(lookupKeyId) ? 'to be replaced' : 'not among the keys'
    stdout.write(`${tenant}  looked up by ${lookupKeyId} (${age})  ${cards} cards\n`)
  }
  return isWell
}

const rewrap: Action = async (vault, { stdout, stderr }) => {
  const { rewrapped, refused } = await rewrapDataKeys(vault)
  for (const { dataKeyId, code } of refused) stderr.write(`${vault.tenant}: ${dataKeyId}: ${code}\n`)
  stdout.write(`${vault.tenant}: ${rewrapped} data keys put under ${vault.keys.wrappingKeyId}\n`)
  return refused.length === 0
}

const rotate: Action = async (vault, { provenance, force, stdout }) => {
  const rotated = await rotateDataKey(vault, provenance, { force })
  if (!rotated.ok) throw activeKeyUnusable(vault, rotated.code)
  stdout.write(`${vault.tenant}: ${rotated.value} is the active data key\n`)
  return true
}

const reencrypt: Action = async (vault, { provenance, batchSize, signal, stdout, stderr }) => {
  const { tenant } = vault
  const outcome = await reencryptCards(vault, {
    batchSize,
    signal,
    onProgress: ({ done, total, unreadable }) =>
      stderr.write(`${tenant}: ${done} of ${total} cards, ${unreadable.length} unreadable\n`),
  })
  if (!outcome.ok) throw activeKeyUnusable(vault, outcome.code)
  const { total, done, unreadable, addedTwice } = outcome.value
  for (const { cardId, code } of unreadable) stderr.write(`${tenant}: ${cardId}: ${code}\n`)
  for (const { cardId, sameAs } of addedTwice) stderr.write(`${tenant}: ${cardId}: CARD_ADDED_TWICE as ${sameAs}\n`)
  stdout.write(`${tenant}: ${done} of ${total} cards re-encrypted, ${unreadable.length} unreadable\n`)
  const secrets = signal?.aborted || (await reencryptWebhookSecrets(vault, provenance.now, { stdout, stderr }))
  return secrets && unreadable.length + addedTwice.length === 0
}

async function reencryptWebhookSecrets(
  vault: TenantVault,
  now: Date,
  { stdout, stderr }: Pick<ActionOptions, 'stdout' | 'stderr'>,
): Promise<boolean> {
  const outcome = await reencryptSecrets(vault, now)
  if (!outcome.ok) throw activeKeyUnusable(vault, outcome.code)
  const { total, done, unreadable } = outcome.value
  for (const { endpointId, code } of unreadable) stderr.write(`${vault.tenant}: ${endpointId}: ${code}\n`)
  stdout.write(`${vault.tenant}: ${done} of ${total} webhook secrets re-encrypted, ${unreadable.length} unreadable\n`)
  return unreadable.length === 0
}

const activeKeyUnusable = ({ tenant }: TenantVault, code: string): VaultCommandFault =>
  new VaultCommandFault('ACTIVE_KEY_UNUSABLE', `The active data key of ${tenant}: ${code}`)

export const ACTIONS: Readonly<Record<VaultArguments['action'], Action>> = { status, rewrap, rotate, reencrypt }
