import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fixedClock } from '@carriergraph/shared/clock.ts'
import { inTransaction } from '@carriergraph/shared/db/transaction.ts'
import type { Id } from '@carriergraph/shared/ids.ts'
import { findInstruction } from '../../db/rail-instructions.ts'
import { openPaymentsDatabase, silent } from '../../testing/payments-database.ts'
import { RailDriver, registerInstruction } from '../drive.ts'
import type { Instruction } from '../instruction.ts'
import { NOON, OPERATOR } from '../rails.fixture.ts'
import type { WrittenMessage } from './check-instruction.ts'
import { createIso20022Rail, type Iso20022RailOptions } from './iso20022-rail.ts'
import { type Outbox, openOutbox } from './outbox.ts'

/** A database and a folder for banks, each of a tenant of its own. */
export async function openBanks() {
  const payments = await openPaymentsDatabase()
  const folder = await mkdtemp(join(tmpdir(), 'rails-'))
  let tenants = 0

  async function stage(
    message: WrittenMessage = 'pain.001.001.09',
    wrap: (outbox: Outbox) => Outbox = (outbox) => outbox,
  ) {
    tenants += 1
    const tenant = `iso-${tenants}`
    const db = payments.database.forTenant(tenant)
    const clock = fixedClock(NOON)
    const [out, inbox] = [join(folder, tenant, 'out'), join(folder, tenant, 'in')]
    const currencies = new Set(['EUR', 'USD'] as const)
    const outbox = wrap(await openOutbox(out))
    /** As a process has it with other settings. */
    function withSettings(settings: Partial<Iso20022RailOptions>) {
      const usual = { db, clock, log: silent, message, currencies, operator: OPERATOR, initiatingParty: 'Carrier One' }
      const rail = createIso20022Rail({ ...usual, outbox, inbox, ...settings })
      return { rail, driver: new RailDriver({ db, rail, clock }) }
    }
    const { rail, driver } = withSettings({})
    await driver.collect()
    const register = (order: Instruction) =>
      inTransaction(db, (tx) => registerInstruction(tx, order, 'iso20022', clock()))
    async function send(...orders: readonly Instruction[]) {
      for (const order of orders) {
        await register(order)
        await driver.send(order.id)
      }
    }
    const files = async () => (await readdir(out)).filter((name) => !name.startsWith('.')).sort()
    async function contents() {
      return Promise.all((await files()).map((name) => readFile(join(out, name), 'utf8')))
    }
    const put = (name: string, content: string) => writeFile(join(inbox, name), content)
    async function receive(name: string, content: string) {
      await put(name, content)
      return driver.collect()
    }
    const state = async (id: Id<'ins'>) => (await findInstruction(db, id))?.state
    const inFolder = (name: string) => readdir(join(inbox, name))
    const refusal = (name: string) => readFile(join(inbox, 'refused', `${name}.reason.txt`), 'utf8')
    const folders = { files, contents, put, receive, inFolder, refusal }
    return { db, clock, rail, driver, withSettings, register, send, state, ...folders }
  }

  return {
    stage,
    async [Symbol.asyncDispose]() {
      await payments[Symbol.asyncDispose]()
      await rm(folder, { recursive: true })
    },
  }
}

export type Banks = Awaited<ReturnType<typeof openBanks>>

/** Of a file for the bank. */
export const messageId = (content: string) => /<MsgId>([^<]+)/.exec(content)?.[1] ?? ''
