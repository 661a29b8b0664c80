// What docs/bank-test.md says is what the code does, and every mutant still changes what it means to change.

import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { repositoryFile } from '../../scripts/subgraphs.ts'
import { CONTROL, MUTANTS, patched } from './mutants.ts'
import { invariantsText, replaceBlock } from './report.ts'

const postBatch =
  readFileSync(repositoryFile('subgraphs/shared/sql/ledger.sql'), 'utf8')
    .split('create or replace function ')
    .find((text) => text.startsWith('post_batch(')) ?? ''
const page = readFileSync(repositoryFile('docs/bank-test.md'), 'utf8')

it.each(MUTANTS.filter(({ patches }) => patches.length > 0))('"$name" changes post_batch', (mutant) => {
  expect(patched(postBatch, mutant)).not.toBe(postBatch)
})

it('a mutant whose text is gone, or stands twice, is no mutant', () => {
  const mutant = { name: 'm', patches: [{ find: 'a', put: 'b' }] }
  expect(patched('cat', mutant)).toBe('cbt')
  expect(() => patched('dog', mutant)).toThrow('"a" 0 times')
  expect(() => patched('banana', mutant)).toThrow('"a" 3 times')
})

it('the page lists the invariants as the code has them', () => {
  expect(replaceBlock(page, 'invariants', invariantsText())).toBe(page)
})

it('the page shows a run that caught every mutant and nothing else', () => {
  const [, report = ''] = page.split('<!-- report -->')
  const rows = report.split('\n').map((line) => line.split('|').map((cell) => cell.trim()))
  const caught = new Map(rows.map(([, what = '', by = '']) => [what, by]))
  expect(caught.get(CONTROL.name)).toBe('nothing')
  for (const { name } of MUTANTS) expect(caught.get(name), name).toMatch(/^[A-Z_]+(, [A-Z_]+)*$/)
  for (const count of ['acknowledged and lost', 'posted twice']) expect(caught.get(count)).toBe('0')
})
