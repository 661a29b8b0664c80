import type { Clock } from '@carriergraph/shared/clock.ts'
import { outageIn } from '@carriergraph/shared/db/outage.ts'
import type { TenantDb } from '@carriergraph/shared/db/pools.ts'
import type { Id } from '@carriergraph/shared/ids.ts'
import type { Log } from '@carriergraph/shared/log.ts'
import { type Outcome, ok, refuse } from '@carriergraph/shared/outcome.ts'
import {
  cancelEntry,
  findEntry,
  findUntoldEntries,
  insertEntry,
  markEntriesTold,
  type RailFileEntry,
} from '../../db/rail-files.ts'
import { findInstruction } from '../../db/rail-instructions.ts'
import { type Instruction, instructionHash } from '../instruction.ts'
import type { Notice } from '../notice.ts'
import {
  type Answer,
  CANCEL_REFUSALS,
  type CancelCode,
  type InstructionCode,
  InstructionDiffersError,
  NOTICES_MAX,
  type Rail,
} from '../rail.ts'
import { readBankFile } from './bank-file.ts'
import { type Carriage, carried } from './carriage.ts'
import { bankFiles } from './inbox.ts'
import type { Outbox } from './outbox.ts'
import { sendFiles } from './send-files.ts'

export type Iso20022RailOptions = Carriage & {
  readonly db: TenantDb
  readonly clock: Clock
  readonly log: Log
  /** Who sends, in the characters that banks carry. */
  readonly initiatingParty: string
  readonly outbox: Outbox
  /** Folder with the files of the bank: pain.002, camt.053, camt.054. */
  readonly inbox: string
}

/** A rail whose instructions wait for `sendFiles`. */
export type Iso20022Rail = Rail & {
  /** Puts what waits into files for the bank. @returns how many files were sent */
  sendFiles(): Promise<number>
}

/**
 * A bank that takes files and gives files. An instruction that is submitted waits in a queue; until it is put into a file,
 * it can be taken back. What the bank says of it comes as files, in any order, and the same may come twice.
 */
export function createIso20022Rail(options: Iso20022RailOptions): Iso20022Rail {
  const { db, clock } = options

  function check(instruction: Instruction): Outcome<void, InstructionCode> {
    const checked = carried(instruction, options)
    return checked.ok ? ok(undefined) : checked
  }

  async function submit(instruction: Instruction): Promise<Answer> {
    const checked = check(instruction)
    if (!checked.ok) throw new Error(`${instruction.id} was submitted unchecked: ${checked.code}`)
    // Nothing is sent: its payer makes the transfer, and a statement shows it.
    if (instruction.direction === 'IN') return { outcome: 'ACCEPTED', status: 'RCVD' }
    const contentHash = instructionHash(instruction)
    const entry = await insertEntry(db, instruction.id, contentHash, clock())
    if (entry.contentHash !== contentHash)
      throw new InstructionDiffersError(`Another instruction was submitted as ${instruction.id}.`)
    return { outcome: 'ACCEPTED', status: 'RCVD' }
  }

  async function inquire(id: Id<'ins'>): Promise<readonly Notice[] | undefined> {
    const entry = await findEntry(db, id)
    if (entry === undefined) return (await isAwaited(id)) ? [received(id)] : undefined
    return [entry.cancelledAt === null ? received(id) : inNoFile(entry)]
  }

  async function cancel(id: Id<'ins'>): Promise<Outcome<void, CancelCode>> {
    if (await cancelEntry(db, id, clock())) return ok(undefined)
    const entry = await findEntry(db, id)
    if (entry === undefined && (await isAwaited(id))) return ok(undefined)
    if (entry === undefined) return refuse('INSTRUCTION_NOT_FOUND', CANCEL_REFUSALS.INSTRUCTION_NOT_FOUND)
    // What did not fit has ended by itself, which is told.
    if (entry.cancelledAt !== null && entry.reasonCode === null) return ok(undefined)
    return refuse('CANCEL_TOO_LATE', CANCEL_REFUSALS.CANCEL_TOO_LATE)
  }

  /** The bank knows nothing of transfers that are to come, so that they can be given up at any time. */
  const isAwaited = async (id: Id<'ins'>) => (await findInstruction(db, id))?.instruction.direction === 'IN'

  async function* notices(): AsyncGenerator<readonly Notice[]> {
    for (;;) {
      const untold = await findUntoldEntries(db, NOTICES_MAX)
      if (untold.length === 0) break
      yield untold.map(inNoFile)
      await markEntriesTold(
        db,
        untold.map(({ instructionId }) => instructionId),
      )
    }
    yield* noticesInFiles(options)
  }

  return { name: 'iso20022', check, submit, inquire, cancel, notices, sendFiles: () => sendFiles(options) }
}

/** What the files of the bank tell. A file whose notices have all been taken is not read again. */
async function* noticesInFiles({ db, log, inbox }: Iso20022RailOptions): AsyncGenerator<readonly Notice[]> {
  const errors: unknown[] = []
  for (const file of await bankFiles(inbox)) {
    try {
      const { notices, refusal } = await readBankFile(file.source, db)
      yield* notices
      if (refusal === undefined) {
        await file.done()
      } else {
        log.error({ file: file.name, reason: refusal }, 'a file of the bank is refused')
        await file.refused(refusal)
      }
    } catch (error) {
      // Another process was faster: it has read the whole file, and stored what is in it.
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') continue
      if (outageIn(error) !== undefined) throw error
      // It keeps no other file from being read.
      errors.push(error)
    }
  }
  if (errors.length > 0) throw new AggregateError(errors, `${errors.length} files of the bank could not be read.`)
}

const received = (instructionId: Id<'ins'>): Notice => ({
  instructionId,
  key: 'queue:received',
  kind: 'STATUS',
  status: 'RCVD',
  reason: undefined,
})

/** Somebody took it back, or it did not fit the message when it was to be written. */
const inNoFile = ({ instructionId, reasonCode, reasonText }: RailFileEntry): Notice =>
  reasonCode === null
    ? { instructionId, key: 'queue:cancelled', kind: 'STATUS', status: 'CANC', reason: undefined }
    : {
        instructionId,
        key: 'queue:refused',
        kind: 'STATUS',
        status: 'RJCT',
        reason: { code: reasonCode, text: reasonText ?? undefined },
      }
