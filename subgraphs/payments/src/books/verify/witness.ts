import { randomUUID } from 'node:crypto'
import { open, readFile, rename, rm } from 'node:fs/promises'
import { CommandFault } from '@carriergraph/shared/command/fault.ts'
import { isTenantName, type TenantDb } from '@carriergraph/shared/db/pools.ts'
import { ledgerSeal } from '@carriergraph/shared/ledger/tables.ts'
import { eq } from 'drizzle-orm'

/** What `pnpm ledger:verify --witness` finds, and why it cannot look: `docs/errors.md` lists them. */
export const WITNESS_FAULTS = {
  SEAL_NOT_AS_WITNESSED:
    'The seal that the witness file remembers is gone or has another hash: history was written anew, or the database is a copy from before (exit code 2).',
  WITNESS_UNUSABLE: 'The witness file cannot be read or written, or holds something else (exit code 1).',
} as const

/** The end of a tenant's chain of seals as it once was. */
export type WitnessedSeal = { readonly ordinal: bigint; readonly hash: string }

/** The last sound seal of each tenant, as a file outside of the database keeps it. */
export type Witness = Map<string, WitnessedSeal>

const HEADER = '# The last seal of each tenant that pnpm ledger:verify found sound: tenant, ordinal, hash.'
const LINE = /^(\S+) ([1-9]\d{0,18}) ([0-9a-f]{64})$/
/** More than a hundred thousand tenants. */
const WITNESS_BYTES_MAX = 16 * 1_024 * 1_024

/**
 * Reads a witness file; an empty witness where there is none yet.
 * @throws CommandFault WITNESS_UNUSABLE
 */
export async function readWitness(file: string): Promise<Witness> {
  const text = await textOf(file)
  const witness: Witness = new Map()
  for (const [index, line] of text.split('\n').entries()) {
    if (line === '' || line.startsWith('#')) continue
    const [, tenant = '', ordinal = '', hash = ''] = LINE.exec(line) ?? []
    if (!isTenantName(tenant) || witness.has(tenant))
      throw new WitnessFault(`${file}: line ${index + 1} is no "tenant ordinal hash", or repeats a tenant.`)
    witness.set(tenant, { ordinal: BigInt(ordinal), hash })
  }
  return witness
}

async function textOf(file: string): Promise<string> {
  try {
    const bytes = await readFile(file)
    if (bytes.length > WITNESS_BYTES_MAX) throw new WitnessFault(`${file} is too large to be a witness.`)
    return bytes.toString()
  } catch (error) {
    if (error instanceof WitnessFault) throw error
    if (codeOf(error) === 'ENOENT') return ''
    throw new WitnessFault(`${file} cannot be read: ${codeOf(error)}.`, { cause: error })
  }
}

/**
 * Writes a witness beside the file and puts it in its place once it is on the disk: killed at any point, the file is the
 * old one or the new one.
 * @throws CommandFault WITNESS_UNUSABLE
 */
export async function writeWitness(file: string, witness: Witness): Promise<void> {
  const lines = [...witness]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([tenant, { ordinal, hash }]) => `${tenant} ${ordinal} ${hash}`)
  const temporary = `${file}.${randomUUID()}`
  try {
    const handle = await open(temporary, 'wx', 0o600)
    try {
      await handle.writeFile(`${[HEADER, ...lines].join('\n')}\n`)
      await handle.sync()
    } finally {
      await handle.close()
    }
    await rename(temporary, file)
  } catch (error) {
    await rm(temporary, { force: true })
    throw new WitnessFault(`${file} cannot be written: ${codeOf(error)}.`, { cause: error })
  }
}

/** Whether a tenant's chain still has the seal that was seen. Those before it are held by its hash. */
export async function isAsWitnessed(db: TenantDb, { ordinal, hash }: WitnessedSeal): Promise<boolean> {
  return (await sealAt(db, ordinal))?.hash === hash
}

/** The seal at a place in a tenant's chain. */
export async function sealAt(db: TenantDb, ordinal: bigint): Promise<WitnessedSeal | undefined> {
  const [row] = await db.select({ hash: ledgerSeal.hash }).from(ledgerSeal).where(eq(ledgerSeal.ordinal, ordinal))
  return row && { ordinal, hash: Buffer.from(row.hash).toString('hex') }
}

class WitnessFault extends CommandFault<'WITNESS_UNUSABLE'> {
  constructor(message: string, options?: ErrorOptions) {
    super('WITNESS_UNUSABLE', message, options)
  }
}

const codeOf = (error: unknown): string => (error as NodeJS.ErrnoException).code ?? String(error)
