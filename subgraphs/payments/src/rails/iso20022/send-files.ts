import { hash } from 'node:crypto'
import type { Clock } from '@carriergraph/shared/clock.ts'
import type { TenantDb, Tx } from '@carriergraph/shared/db/pools.ts'
import { inTransaction } from '@carriergraph/shared/db/transaction.ts'
import { type Id, newId } from '@carriergraph/shared/ids.ts'
import { formatAmount } from '@carriergraph/shared/money/money.ts'
import {
  findFileInstructions,
  findSent,
  findUnsentFiles,
  giveUpFile,
  insertFile,
  markSent,
  markStaged,
  type RailFile,
  refuseEntries,
  takeFile,
  takeWaiting,
  type Waiting,
} from '../../db/rail-files.ts'
import type { Instruction } from '../instruction.ts'
import { type Carriage, carried, settingAtFault } from './carriage.ts'
import { ControlSum } from './control-sum.ts'
import type { Outbox } from './outbox.ts'
import { readMessage } from './read-message.ts'
import type { SentInstruction } from './status-report.ts'
import { FILE_TRANSACTIONS_MAX, type PaymentFile, paymentInformationOf, writePaymentFile } from './write.ts'

export type FileSenderOptions = Carriage & {
  readonly db: TenantDb
  readonly clock: Clock
  readonly outbox: Outbox
  readonly initiatingParty: string
}

/**
 * Puts what waits into files and the files where the bank takes them. A process may be killed anywhere in it: the next
 * call, of whichever process, finishes what was begun, and no instruction is in two files or in none.
 *
 * 1. The manifest says which instructions a file has (PREPARED). From then on its bytes are given. What the settings of now do not
 *    carry is in none: it ends, or waits where a setting of ours is at fault.
 * 2. The file is made where nobody takes it, and the manifest says so (STAGED). One that cannot be made is given up, and what
 *    is in it waits again: up to here nothing can have gone.
 * 3. The file is moved, and the manifest says so (SENT). Where the process died between the two, there is nothing staged
 *    any more, and so it is known that the file went: it is not made a second time, though it may have been taken already.
 *
 * @returns how many files were sent @throws AggregateError for those that failed and for what waits for a setting, after the
 * others
 */
export async function sendFiles(options: FileSenderOptions): Promise<number> {
  const faults = await prepareAll(options)
  const errors: unknown[] = []
  let sent = 0
  for (const { id } of await findUnsentFiles(options.db)) {
    try {
      const fault = await inTransaction(options.db, (tx) => stage(tx, id, options))
      if (fault !== undefined) errors.push(fault)
      else if (await inTransaction(options.db, (tx) => publish(tx, id, options))) sent += 1
    } catch (error) {
      errors.push(error)
    }
  }
  const told = [...(errors.length > 0 ? [`${errors.length} files were not sent.`] : []), ...faults.map(waitingFor)]
  if (told.length > 0) throw new AggregateError(errors, told.join(' '))
  return sent
}

const waitingFor = ([setting, count]: readonly [string, number]): string =>
  `${count} instructions wait, because ${setting} does not do for them.`

/** @returns the settings that are at fault, each with how many instructions wait for it */
async function prepareAll(options: FileSenderOptions): Promise<[string, number][]> {
  const faults = new Map<string, number>()
  let last: Waiting | undefined
  do {
    // What waits for a setting stays where it is, and must not be met again.
    const prepared = await inTransaction(options.db, (tx) => prepareFiles(tx, last, options))
    for (const setting of prepared.faults) faults.set(setting, (faults.get(setting) ?? 0) + 1)
    last = prepared.last
  } while (last !== undefined)
  return [...faults]
}

type Prepared = {
  /** Behind which more may wait. */
  readonly last: Waiting | undefined
  /** For each instruction that has to wait: the setting that is at fault. */
  readonly faults: readonly string[]
}

/** Puts those that wait behind `last` into files, as many as one file may have. */
async function prepareFiles(tx: Tx, last: Waiting | undefined, options: FileSenderOptions): Promise<Prepared> {
  const { clock, message } = options
  const waiting = await takeWaiting(tx, last, FILE_TRANSACTIONS_MAX)
  const checked = waiting.map(({ instruction }) => ({ id: instruction.id, outcome: carried(instruction, options) }))
  const written = checked.flatMap(({ outcome }) => (outcome.ok ? [outcome.value] : []))
  const refused = checked.flatMap(({ id, outcome }) => (outcome.ok ? [] : [{ id, refusal: outcome }]))
  const [unfit, kept] = [
    refused.filter(({ refusal }) => settingAtFault(refusal) === undefined),
    refused.flatMap(({ refusal }) => settingAtFault(refusal) ?? []),
  ]
  await refuseEntries(
    tx,
    unfit.map(({ id, refusal }) => ({ id, code: refusal.code, text: refusal.message })),
    clock(),
  )
  const files = Map.groupBy(written, ({ amount, executionDate }) =>
    message === 'pacs.008.001.08' ? `${amount.currency} ${executionDate}` : amount.currency,
  )
  for (const instructions of files.values()) await prepareFile(tx, instructions, options)
  return { last: waiting.length < FILE_TRANSACTIONS_MAX ? undefined : waiting.at(-1), faults: kept }
}

/** @param instructions as they are written: by that they are put together */
async function prepareFile(
  tx: Tx,
  instructions: readonly Instruction[],
  { clock, message, initiatingParty }: FileSenderOptions,
): Promise<void> {
  const [first] = instructions
  if (first === undefined) return
  const id = newId('rfl', clock())
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
  await insertFile(tx, file, placesOf({ id, instructions }))
}

const placesOf = (file: Pick<PaymentFile, 'id' | 'instructions'>): SentInstruction[] =>
  paymentInformationOf(file).flatMap((part) =>
    part.instructions.map(({ id: instructionId }) => ({ instructionId, paymentInformationId: part.id })),
  )

/** @returns why the file cannot be made and is given up; undefined where it is staged, or is others' */
async function stage(tx: Tx, id: Id<'rfl'>, options: FileSenderOptions): Promise<Error | undefined> {
  const { outbox } = options
  const file = await takeFile(tx, id)
  if (file?.state !== 'PREPARED') return undefined
  const made = await makeFile(file, await findFileInstructions(tx, id), await findSent(tx, id), options)
  if (made instanceof Error) {
    // Made once, perhaps, by a process that died before it could note that: then nobody has moved it.
    await outbox.discard(fileNameOf(file))
    await giveUpFile(tx, id)
    return made
  }
  await outbox.stage(fileNameOf(file), made)
  await markStaged(tx, id, hash('sha256', made, 'hex'))
  return undefined
}

/** The bytes of a file, as text, or why there can be none: nothing is asked for here that may be there the next time. */
async function makeFile(
  file: RailFile,
  stored: readonly Instruction[],
  sent: readonly SentInstruction[],
  options: Carriage,
): Promise<string | Error> {
  try {
    const instructions = stored.map((instruction) => {
      const outcome = carried(instruction, { ...options, message: file.message })
      if (outcome.ok) return outcome.value
      throw new Error(`${instruction.id} does not fit: ${outcome.code} ${outcome.field?.join('.') ?? ''}`)
    })
    assertPlaced(sent, placesOf({ id: file.id, instructions }))
    const content = writePaymentFile({ ...file, instructions })
    await assertSound(file, instructions, content)
    return content
  } catch (error) {
    return new Error(`${file.id} cannot be made, and what is in it waits again.`, { cause: error })
  }
}

/** @throws Error where batches have other names than those by which what the bank says of them will be understood */
function assertPlaced(noted: readonly SentInstruction[], written: readonly SentInstruction[]): void {
  const places = new Map(noted.map(({ instructionId, paymentInformationId }) => [instructionId, paymentInformationId]))
  if (written.some(({ instructionId, paymentInformationId }) => places.get(instructionId) !== paymentInformationId))
    throw new Error('Its transfers are in other batches than was noted.')
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
