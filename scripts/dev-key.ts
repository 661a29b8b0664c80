import { randomBytes } from 'node:crypto'
import { link, mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { StartupFault } from '@carriergraph/shared/startup-fault.ts'
import { exportJWK, generateKeyPair } from 'jose'
import { z } from 'zod'

export const ALGORITHM = 'ES256'

const KEY = z.object({
  kty: z.literal('EC'),
  crv: z.literal('P-256'),
  x: z.string(),
  y: z.string(),
  d: z.string(),
  kid: z.string(),
  alg: z.literal(ALGORITHM),
  use: z.literal('sig'),
})

/** A private ES256 key as a JWK. */
export type DevKey = z.output<typeof KEY>

/**
 * The key in `file`, made when there is none. Issuer and `pnpm token` may both come first: a new key is linked into
 * its place whole, so that one of two makers wins and nobody reads half of it.
 * @throws StartupFault when the file holds something else
 */
export async function devKey(file: string): Promise<DevKey> {
  const text = (await readIfThere(file)) ?? (await makeKey(file))
  const key = KEY.safeParse(parsed(text))
  if (!key.success) throw new StartupFault(`${file} is not a development key: remove it, and a new one is made.`)
  return key.data
}

async function makeKey(file: string): Promise<string> {
  const { privateKey } = await generateKeyPair(ALGORITHM, { extractable: true })
  const kid = `dev-${randomBytes(6).toString('hex')}`
  const text = JSON.stringify({ ...(await exportJWK(privateKey)), kid, alg: ALGORITHM, use: 'sig' })
  const draft = `${file}.${kid}`
  await mkdir(dirname(file), { recursive: true })
  await writeFile(draft, text, { mode: 0o600, flag: 'wx' })
  try {
    await link(draft, file)
    return text
  } catch (error) {
    if (!hasCode(error, 'EEXIST')) throw error
    return await readFile(file, 'utf8')
  } finally {
    await rm(draft)
  }
}

async function readIfThere(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return undefined
    throw error
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

const hasCode = (error: unknown, code: string): boolean =>
  error instanceof Error && 'code' in error && error.code === code
