import { createHash } from 'node:crypto'
import { type DocumentNode, print } from 'graphql'

const hashes = new WeakMap<DocumentNode, string>()

/** SHA-256 of a document's text, by which automatic persisted queries name it too: says which one it was, and nothing of it. */
export function documentHash(document: DocumentNode): string {
  const known = hashes.get(document)
  if (known !== undefined) return known
  const text = document.loc?.source.body ?? print(document)
  const hash = createHash('sha256').update(text).digest('hex')
  hashes.set(document, hash)
  return hash
}
