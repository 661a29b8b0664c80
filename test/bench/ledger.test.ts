// `pnpm bench:ledger --quick`, as it is: so the bench cannot rot. It verifies the books that it leaves by itself.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { CONTENDERS } from './ledger/contenders/contenders.ts'
import type { Row } from './report.ts'

const BENCH = fileURLToPath(new URL('ledger.ts', import.meta.url))

/** Half a minute of work, on a machine that may have much else to do. */
const DEADLINE_MS = 900_000

const FIGURES = ['transfers/s', 'p50 ms', 'p95 ms', 'p99 ms', 'PostgreSQL µs', 'Node µs', 'log bytes']

it(
  'says of every contender how many transfers it posts, how fast, and what they cost',
  async () => {
    const directory = await mkdtemp(join(tmpdir(), 'bench-ledger-'))
    const json = join(directory, 'ledger.json')
    const bench = spawn(process.execPath, [BENCH, '--quick', '--json', json], { stdio: ['ignore', 'pipe', 'pipe'] })
    const [said, complained, ended] = await Promise.all([text(bench.stdout), text(bench.stderr), once(bench, 'exit')])
    expect({ ended, complained }).toEqual({ ended: [0, null], complained: '' })

    const { rows } = JSON.parse(await readFile(json, 'utf8')) as { rows: (Row & { table: string })[] }
    await rm(directory, { recursive: true })
    const titles = Object.values(CONTENDERS)
      .filter((contender) => !('missing' in contender) || contender.missing?.() === undefined)
      .map(({ title }) => title)
    const inTable = (name: string) => rows.filter(({ table }) => table === name)
    expect(inTable('Transfers').map(({ contender }) => contender)).toEqual(titles)
    expect(inTable('Through the graph').map(({ contender }) => contender)).toEqual([
      'createPayment, 64 callers',
      'postTransfers, 1,000 a call, 4 callers',
    ])
    for (const row of [...inTable('Transfers'), ...inTable('Through the graph')]) {
      // CPU is counted in hundredths of a second, and pgbench is none of Node.
      for (const figure of FIGURES.filter((name) => !name.endsWith('µs'))) expect(row[figure]).toBeGreaterThan(0)
      for (const figure of FIGURES) expect(said).toContain(figure)
    }
    expect(inTable('Ratios').length).toBeGreaterThanOrEqual(7)
    expect(inTable('What 100,000 transfers/s take')).toHaveLength(5)
  },
  DEADLINE_MS,
)
