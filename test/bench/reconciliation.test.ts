// `pnpm bench:reconciliation` on a small day, as it is: so the bench cannot rot. It checks by itself what became of each line.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import type { Row } from './report.ts'

const BENCH = fileURLToPath(new URL('reconciliation.ts', import.meta.url))

/** A few seconds of work, on a machine that may have much else to do. */
const DEADLINE_MS = 300_000

it(
  'says how long each step of a day takes',
  async () => {
    const directory = await mkdtemp(join(tmpdir(), 'bench-reconciliation-'))
    const json = join(directory, 'reconciliation.json')
    const options = ['--lines', '1000', '--rounds', '1', '--json', json]
    const bench = spawn(process.execPath, [BENCH, ...options], { stdio: ['ignore', 'pipe', 'pipe'] })
    const [said, complained, ended] = await Promise.all([text(bench.stdout), text(bench.stderr), once(bench, 'exit')])
    expect({ ended, complained }).toEqual({ ended: [0, null], complained: '' })
    const { rows } = JSON.parse(await readFile(json, 'utf8')) as { rows: Row[] }
    await rm(directory, { recursive: true })
    expect(rows.map(({ step }) => step)).toEqual([
      'read and check the file',
      'import its lines',
      'reconcile the day',
      'reconcile it again',
      'the limit: COPY and one join',
    ])
    for (const row of rows) expect(row.seconds).toBeGreaterThan(0)
    expect(said).toMatch(/From the file to the report: [\d.]+ s/)
  },
  DEADLINE_MS,
)
