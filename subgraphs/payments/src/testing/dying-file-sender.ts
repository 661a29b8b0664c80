// Sends files in a process of its own that kills itself, as kill -9 would, at the named step.
// Arguments: JSON of DyingFileSender. Run by `sendFilesAndDie`.

import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { openDatabase } from '@carriergraph/shared/db/pools.ts'
import { openOutbox, STAGING_FOLDER } from '../rails/iso20022/outbox.ts'
import { sendFiles } from '../rails/iso20022/send-files.ts'
import { OPERATOR } from '../rails/rails.fixture.ts'
import { silent } from './payments-database.ts'
import type { DyingFileSender } from './send-files-and-die.ts'

const { databaseUrl, tenant, folder, now, message, dieAt }: DyingFileSender = JSON.parse(process.argv[2] ?? '')

const dieIf = (step: DyingFileSender['dieAt']) => {
  if (step === dieAt) process.kill(process.pid, 'SIGKILL')
}

const database = openDatabase({ url: databaseUrl, applicationName: 'dying-file-sender', log: silent })
const outbox = await openOutbox(folder)
await sendFiles({
  db: database.forTenant(tenant),
  clock: () => new Date(now),
  message: message ?? 'pain.001.001.09',
  currencies: new Set(['EUR']),
  operator: OPERATOR,
  initiatingParty: 'Carrier One',
  outbox: {
    async stage(name, content) {
      dieIf('before the file is made')
      if (dieAt === 'within the file') {
        writeFileSync(join(folder, STAGING_FOLDER, `${name}.part`), content.slice(0, content.length / 2))
        dieIf('within the file')
      }
      await outbox.stage(name, content)
      dieIf('after the file is made, before that is noted')
    },
    isStaged: (name) => outbox.isStaged(name),
    async discard(name) {
      await outbox.discard(name)
      dieIf('after what lies there of a file is removed, before the file is given up')
    },
    async publish(name) {
      dieIf('after that is noted, before it is moved')
      await outbox.publish(name)
      dieIf('after it is moved, before that is noted')
    },
  },
})
// There was nothing to do at that step.
await database.close({ timeout_s: 1 })
