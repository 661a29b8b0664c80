import { readFile } from 'node:fs/promises'
import { Manifests } from './manifests.ts'
import { ANY_DOCUMENT, type PersistedDocuments } from './resolve.ts'

export interface PersistedDocumentsSettings {
  /** `off`: no ids are known; `allow`: trusted documents by id, others as they come; `require`: nothing else runs. */
  readonly mode: 'off' | 'allow' | 'require'
  /** Manifests. */
  readonly files: readonly string[]
}

/** Documents that are registered, and where they come from; nowhere where documents are off. */
export interface LoadedDocuments extends PersistedDocuments {
  readonly manifests: Manifests | undefined
}

/** Reads the manifests. The error names the file at fault. */
export async function loadPersistedDocuments(
  { mode, files }: PersistedDocumentsSettings,
  tokens_max: number,
): Promise<LoadedDocuments> {
  if (mode === 'off') return { ...ANY_DOCUMENT, manifests: undefined }
  const manifests = new Manifests(tokens_max)
  for (const path of files) manifests.put(path, await textOf(path))
  return { trusted: manifests.trusted(), isRequired: mode === 'require', manifests }
}

async function textOf(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    throw new Error(`cannot read the persisted documents in ${path}`, { cause: error })
  }
}
