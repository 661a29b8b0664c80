import { type ManifestEntries, parseManifest } from './manifest.ts'
import { type TrustedDocuments, trustDocuments } from './trusted.ts'

/** Manifests by their files, of which each may be replaced by another. */
export class Manifests {
  readonly #tokens_max: number
  readonly #files = new Map<string, { readonly text: string; readonly entries: ManifestEntries }>()

  constructor(tokens_max: number) {
    this.#tokens_max = tokens_max
  }

  /** What each file held when it was taken last. */
  get texts(): readonly (readonly [path: string, text: string])[] {
    return [...this.#files].map(([path, { text }]) => [path, text])
  }

  /**
   * Takes what a file holds in place of what it held before.
   * @throws Error that names the file, which then counts for what it held before
   */
  put(path: string, text: string): void {
    try {
      const entries = parseManifest(text)
      // One that is at fault by itself must not keep the others from being replaced.
      trustDocuments(entries, this.#tokens_max)
      this.#files.set(path, { text, entries })
    } catch (error) {
      throw new Error(`cannot read the persisted documents in ${path}`, { cause: error })
    }
  }

  /**
   * The documents of all files.
   * @throws Error when documents of two files contradict each other
   */
  trusted(): TrustedDocuments {
    const entries = [...this.#files.values()].flatMap((file) => file.entries)
    return trustDocuments(entries, this.#tokens_max)
  }
}
