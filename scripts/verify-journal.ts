// pnpm journal:verify: recomputes the hash chain of every subgraph's journal and names the first range that does not
// hold. Exits with 1 when there is one.

import { openDatabase } from '@carriergraph/shared/db/pools.ts'
import { verifyJournal } from '@carriergraph/shared/journal/verify.ts'
import { createLog } from '@carriergraph/shared/log.ts'
import { databaseUrlOf } from './environment.ts'
import { reportMistakes } from './report-mistakes.ts'
import { SUBGRAPHS } from './subgraphs.ts'

const CLOSE_TIMEOUT_S = 5

await reportMistakes(async () => {
  for (const { name } of SUBGRAPHS) {
    const log = createLog({ service: name, level: 'warn' })
    const database = openDatabase({ url: databaseUrlOf(name), applicationName: 'verify journal', log })
    try {
      const verdict = await verifyJournal(database)
      if (!verdict.ok) process.exitCode = 1
      console.log(
        verdict.ok
          ? `${name}: ${verdict.rows} events under ${verdict.seals} seals hold`
          : `${name}: seal ${verdict.ordinal} does not hold (${verdict.code})`,
      )
    } finally {
      await database.close({ timeout_s: CLOSE_TIMEOUT_S })
    }
  }
})
