/** One way to break the ledger's promises. */
export type Mutant = {
  readonly name: string
  readonly patches: readonly Patch[]
  /** What the superuser changes in the database before anybody uses it. */
  readonly statements?: readonly string[]
  /** It shows only when the server dies. */
  readonly isKilled?: boolean
}

/** A text that stands once in the source of `post_batch`, and what takes its place. */
type Patch = { readonly find: string; readonly put: string }

/** The database that is changed is called so until it takes the place of payments'. */
export const MUTATED = 'mutated'

/** Goes through all that a mutant goes through, and must not be caught. */
export const CONTROL: Mutant = { name: 'nothing (control)', patches: [], isKilled: true }

/**
 * Where the database has a second line of defence, it is taken away as well: the test has to catch what the first line
 * lets through, and not that the second one stops the work.
 */
export const MUTANTS: readonly Mutant[] = [
  { name: 'row locks removed', patches: [{ find: ' order by id for no key update', put: ' order by id' }] },
  {
    name: 'de-duplication removed',
    patches: [{ find: '    if known[i] then\n', put: '    known[i] := false;\n    if known[i] then\n' }],
    statements: [
      'alter table ledger_transfer drop constraint ledger_transfer_key',
      'create index ledger_transfer_key on ledger_transfer (tenant_id, id)',
      'alter table ledger_hold drop constraint ledger_hold_key',
      'create index ledger_hold_key on ledger_hold (tenant_id, transfer_id)',
    ],
  },
  {
    name: 'synchronous_commit = off',
    patches: [],
    statements: [`alter database ${MUTATED} set synchronous_commit = off`],
    isKilled: true,
  },
  {
    name: 'request hashes not compared',
    patches: [{ find: 'replayed[i] := known_hashes[i] = p_hashes[i];', put: 'replayed[i] := true;' }],
  },
  {
    name: 'refusals not stored',
    patches: [{ find: '    where not x.known;', put: '    where not x.known and x.code is null;' }],
  },
  {
    name: 'what is held not released',
    patches: [{ find: 'helds[d] := helds[d] + held;', put: 'helds[d] := helds[d] + greatest(held, 0);' }],
  },
  {
    name: 'what is held not looked at',
    patches: [{ find: 'moved - helds[d] - held < floors[d]', put: 'moved < floors[d]' }],
    statements: ['alter table ledger_account drop constraint ledger_account_covered'],
  },
  {
    name: 'chains not rolled back',
    patches: [{ find: 'for j in reverse i - 1..chain_start loop', put: 'for j in reverse chain_start - 1..i loop' }],
  },
  {
    name: 'resolutions not looked for',
    patches: [{ find: 'elsif resolutions[subject] is not null or p_overdue[i] then', put: 'elsif p_overdue[i] then' }],
    statements: [
      'drop index ledger_transfer_subject',
      'create index ledger_transfer_subject on ledger_transfer (tenant_id, subject_id)',
      'alter table ledger_account drop constraint ledger_account_held',
    ],
  },
]

/** @throws where a text that is to be replaced does not stand there exactly once: then the mutant would be none */
export function patched(source: string, { name, patches }: Mutant): string {
  return patches.reduce((text, { find, put }) => {
    const count = text.split(find).length - 1
    if (count !== 1) throw new Error(`The mutant "${name}" finds ${JSON.stringify(find)} ${count} times in post_batch.`)
    return text.replace(find, () => put)
  }, source)
}
