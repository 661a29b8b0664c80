import { readFile } from 'node:fs/promises'
import { parseManifest } from './manifest.ts'
import { ANY_DOCUMENT, type PersistedDocuments } from './resolve.ts'
import { trustDocuments } from './trusted.ts'

export interface PersistedDocumentsSettings {
  /** `off`: no ids are known; `allow`: trusted documents by id, others as they come; `require`: nothing else runs. */
  readonly mode: 'off' | 'allow' | 'require'
  /** Manifests. */
  readonly files: readonly string[]
}

/** Reads the manifests. The error names the file at fault. */
export async function loadPersistedDocuments(
  { mode, files }: PersistedDocumentsSettings,
  tokens_max: number,
): Promise<PersistedDocuments> {
  if (mode === 'off') return ANY_DOCUMENT
  const manifests = await Promise.all(files.map(readManifest))
  return { trusted: trustDocuments(manifests.flat(), tokens_max), isRequired: mode === 'require' }
}

async function readManifest(path: string): Promise<ReturnType<typeof parseManifest>> {
  try {
    return parseManifest(await readFile(path, 'utf8'))
  } catch (error) {
    throw new Error(`cannot read the persisted documents in ${path}`, { cause: error })
  }
}
