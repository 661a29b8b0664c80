import { createHash } from 'node:crypto'
import { parse, print } from 'graphql'
import { LRUCache } from 'lru-cache'

/** Documents that were registered before any client asked for them. */
export interface TrustedDocuments {
  /** By id, or by the SHA-256 of the document (hexadecimal, with or without `sha256:`). */
  byId(id: string): string | undefined
  /** The trusted document that this text is, whatever its whitespace and comments. */
  byText(text: string): string | undefined
  /** Every document, once. */
  all(): readonly string[]
}

/** Characters of texts whose trusted document is remembered, so that they are parsed once. */
const TEXTS_LENGTH_MAX = 1_000_000

/**
 * Indexes the documents of all manifests.
 * @throws when a document does not parse, or when two that differ share an id
 */
export function trustDocuments(
  entries: Iterable<readonly [id: string, document: string]>,
  tokens_max: number,
): TrustedDocuments {
  const byId = new Map<string, string>()
  const byNormalForm = new Map<string, string>()
  for (const [id, document] of entries) {
    const normalForm = normalFormOf(id, document, tokens_max)
    // The same operation from two manifests is kept once, so that it is planned and compiled once.
    const kept = byNormalForm.get(normalForm) ?? document
    byNormalForm.set(normalForm, kept)
    if ((byId.get(id) ?? kept) !== kept) throw new Error(`two persisted documents have the id ${id}`)
    for (const name of [id, sha256(document), sha256(normalForm)]) byId.set(name, kept)
  }
  const known = new LRUCache<string, string>({
    maxSize: TEXTS_LENGTH_MAX,
    sizeCalculation: (_document, text) => text.length + 1,
  })

  function find(text: string): string | undefined {
    try {
      return byNormalForm.get(print(parse(text, { maxTokens: tokens_max, noLocation: true })))
    } catch {
      return undefined
    }
  }

  return {
    byId: (id) => byId.get(id.startsWith('sha256:') ? id.slice('sha256:'.length) : id),
    byText(text) {
      const document = known.get(text) ?? find(text)
      if (document !== undefined) known.set(text, document)
      return document
    },
    all: () => [...byNormalForm.values()],
  }
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')

function normalFormOf(id: string, document: string, tokens_max: number): string {
  try {
    return print(parse(document, { maxTokens: tokens_max, noLocation: true }))
  } catch (error) {
    throw new Error(`the persisted document ${id} cannot be parsed`, { cause: error })
  }
}
