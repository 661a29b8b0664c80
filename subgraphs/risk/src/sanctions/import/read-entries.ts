import { type Line, readLines } from '@carriergraph/shared/command/files/lines.ts'
import { isPrintableText } from '@carriergraph/shared/printable-text.ts'
import { z } from 'zod'
import { SanctionsFileFault } from './fault.ts'

/** An entry of a list, with all names under which it is known; the main one comes first. */
export type Entry = { readonly id: string; readonly program: string; readonly names: readonly EntryName[] }
export type EntryName = {
  readonly name: string
  /** Of a vessel or an aircraft, which are called as people and firms are, or an alias that the list calls weak. */
  readonly isWeak: boolean
}

/** Names on OFAC's list have up to 147 characters, on the UN's up to 324. */
const NAME_LENGTH_MAX = 1_000
/** The entry with the most aliases on OFAC's list has 95. */
const ALIASES_MAX = 1_000
/** Of all names of an entry, which may be in any script, and its remarks. */
const ENTRY_BYTES_MAX = 256 * 1024
/** All lists of the world together have about 400,000. */
const ENTRIES_MAX = 1_000_000

const printable = (lengthMax: number) =>
  z.string().refine((text) => isPrintableText(text, lengthMax), `not 1 to ${lengthMax} printable characters`)

const ENTRY = z.strictObject({
  id: printable(64),
  name: printable(NAME_LENGTH_MAX),
  type: z.enum(['individual', 'entity', 'vessel', 'aircraft']),
  program: printable(NAME_LENGTH_MAX),
  remarks: z.string(),
  aka: z.array(printable(NAME_LENGTH_MAX)).max(ALIASES_MAX),
})

/**
 * Reads a list in compact JSONL, an entry a line, those of one chunk together. Empty lines are passed over.
 * @throws SanctionsFileFault at the first line that is no entry: a list with a gap would let names through
 */
export async function* readEntries(content: AsyncIterable<Uint8Array>): AsyncGenerator<readonly Entry[]> {
  const ids = new Set<string>()
  for await (const lines of readLines(content, ENTRY_BYTES_MAX)) {
    const entries = lines.flatMap((line) => {
      const entry = readEntry(line)
      if (entry === null) return []
      if (ids.has(entry.id))
        throw new SanctionsFileFault('DUPLICATE_ID', line.number, `${entry.id} stands there twice.`)
      ids.add(entry.id)
      if (ids.size > ENTRIES_MAX)
        throw new SanctionsFileFault('TOO_MANY_ENTRIES', line.number, `More than ${ENTRIES_MAX} entries.`)
      return [entry]
    })
    if (entries.length > 0) yield entries
  }
  if (ids.size === 0) throw new SanctionsFileFault('EMPTY_LIST', null, 'The file has no entry.')
}

function readEntry(line: Line): Entry | null {
  if ('fault' in line) throw new SanctionsFileFault(line.fault, line.number, LINE_FAULTS[line.fault])
  if (line.text.trim() === '') return null
  const parsed = ENTRY.safeParse(parseJson(line))
  if (!parsed.success) {
    const [issue] = parsed.error.issues
    const where = issue?.path.join('.') ?? ''
    throw new SanctionsFileFault(
      'INVALID_ENTRY',
      line.number,
      `${where === '' ? '' : `${where}: `}${issue?.message ?? 'no entry'}.`,
    )
  }
  const { id, name, type, program, remarks, aka } = parsed.data
  const isCraft = type === 'vessel' || type === 'aircraft'
  const weak = weakAliases(remarks)
  const names = [...new Set([name, ...aka])].map((text) => ({ name: text, isWeak: isCraft || weak.has(text) }))
  return { id, program, names }
}

/** OFAC puts the aliases that it calls weak in quotation marks: a.k.a. 'EL TIGRE'. */
const weakAliases = (remarks: string): ReadonlySet<string> =>
  new Set([...remarks.matchAll(/\ba\.k\.a\. '(.+?)'(?=[;.]|$)/g)].map(([, alias = '']) => alias))

function parseJson({ number, text }: Extract<Line, { text: string }>): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new SanctionsFileFault('INVALID_JSON', number, 'It is not JSON.')
  }
}

const LINE_FAULTS = {
  LINE_TOO_LONG: 'It is longer than an entry can be.',
  INVALID_UTF8: 'It is not UTF-8.',
} as const
