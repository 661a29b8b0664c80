import { hash } from 'node:crypto'
import type { Clock } from '@carriergraph/shared/clock.ts'
import type { TenantDb, Tx } from '@carriergraph/shared/db/pools.ts'
import { inTransaction } from '@carriergraph/shared/db/transaction.ts'
import { type Id, newId } from '@carriergraph/shared/ids.ts'
import { formatAmount } from '@carriergraph/shared/money/money.ts'
import {
  findFileInstructions,
  findUnsentFiles,
  insertFile,
  markSent,
  markStaged,
  type RailFile,
  takeFile,
  takeWaiting,
} from '../../db/rail-files.ts'
import type { Instruction } from '../instruction.ts'
import type { WrittenMessage } from './check-instruction.ts'
import { ControlSum } from './control-sum.ts'
import type { Outbox } from './outbox.ts'
import { readMessage } from './read-message.ts'
import { FILE_TRANSACTIONS_MAX, paymentInformationOf, writePaymentFile } from './write.ts'

export type FileSenderOptions = {
  readonly db: TenantDb
  readonly clock: Clock
  readonly outbox: Outbox
  readonly message: WrittenMessage
  readonly initiatingParty: string
}

/**
 * Puts what waits into files and the files where the bank takes them. A process may be killed anywhere in it: the next
 * call, of whichever process, finishes what was begun, and no instruction is in two files or in none.
 *
 * 1. The manifest says which instructions a file has (PREPARED). From then on its bytes are given.
 * 2. The file is made where nobody takes it, and the manifest says so (STAGED).
 * 3. The file is moved, and the manifest says so (SENT). Where the process died between the two, there is nothing staged
 *    any more, and so it is known that the file went: it is not made a second time, though it may have been taken already.
 *
 * @returns how many files were sent @throws AggregateError for those that failed, after the others
 */
export async function sendFiles(options: FileSenderOptions): Promise<number> {
  for (;;) {
    const taken = await inTransaction(options.db, (tx) => prepareFiles(tx, options))
    if (taken < FILE_TRANSACTIONS_MAX) break
  }
  const errors: unknown[] = []
  let sent = 0
  for (const { id } of await findUnsentFiles(options.db)) {
    try {
      await inTransaction(options.db, (tx) => stage(tx, id, options))
      if (await inTransaction(options.db, (tx) => publish(tx, id, options))) sent += 1
    } catch (error) {
      errors.push(error)
    }
  }
  if (errors.length > 0) throw new AggregateError(errors, `${errors.length} files were not sent.`)
  return sent
}

/** @returns how many instructions were put into files */
async function prepareFiles(tx: Tx, { clock, message, initiatingParty }: FileSenderOptions): Promise<number> {
  const waiting = await takeWaiting(tx, FILE_TRANSACTIONS_MAX)
  const files = Map.groupBy(waiting, ({ amount, executionDate }) =>
    message === 'pacs.008.001.08' ? `${amount.currency} ${executionDate}` : amount.currency,
  )
  for (const instructions of files.values()) {
    const [first] = instructions
    if (first === undefined) continue
    const id = newId('rfl', clock())
    const entries = paymentInformationOf({ id, instructions }).flatMap((part) =>
      part.instructions.map(({ id: instructionId }) => ({ instructionId, paymentInformationId: part.id })),
    )
    const file: RailFile = {
      id,
      message,
      currency: first.amount.currency,
      initiatingParty,
      transactions: instructions.length,
      state: 'PREPARED',
      digest: null,
      createdAt: clock(),
      sentAt: null,
    }
    await insertFile(tx, file, entries)
  }
  return waiting.length
}

async function stage(tx: Tx, id: Id<'rfl'>, { outbox }: FileSenderOptions): Promise<void> {
  const file = await takeFile(tx, id)
  if (file?.state !== 'PREPARED') return
  const instructions = await findFileInstructions(tx, id)
  const content = writePaymentFile({ ...file, instructions })
  await assertSound(file, instructions, content)
  await outbox.stage(fileNameOf(file), content)
  await markStaged(tx, id, hash('sha256', content, 'hex'))
}

async function publish(tx: Tx, id: Id<'rfl'>, { outbox, clock }: FileSenderOptions): Promise<boolean> {
  const file = await takeFile(tx, id)
  if (file?.state !== 'STAGED') return false
  const name = fileNameOf(file)
  if (await outbox.isStaged(name)) await outbox.publish(name)
  await markSent(tx, id, clock())
  return true
}

const fileNameOf = ({ id, message }: RailFile): string => `${message}_${id}.xml`

/**
 * Reads the file as a bank would, before it can go anywhere.
 * @throws Error where it does not hold, or holds something else: a fault of ours, which must not reach a bank
 */
async function assertSound(file: RailFile, instructions: readonly Instruction[], content: string): Promise<void> {
  const read = await readMessage({
    async *open() {
      yield Buffer.from(content)
    },
  })
  if (!read.ok) {
    const place = read.position?.path ?? ''
    throw new Error(`${file.id} is not sent, because it is not sound: ${read.code} ${place}: ${read.message}`)
  }
  const expected = new ControlSum()
  for (const { amount } of instructions) expected.add(formatAmount(amount))
  const { value } = read
  const isWhole =
    value.kind === 'CREDIT_TRANSFERS' &&
    value.content.transactions === instructions.length &&
    value.content.transactions === file.transactions &&
    expected.equals(value.content.controlSum)
  if (!isWhole) throw new Error(`${file.id} is not sent, because it does not hold what it was to hold.`)
}
