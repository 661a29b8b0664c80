import { createHash } from 'node:crypto'
import type { Instruction } from '../instruction.ts'

/**
 * What the sandbox can do to an instruction; `script.ts` says step by step what each means. NONE is accepted and settled.
 */
export const FAULTS = [
  'NONE',
  'DECLINE',
  'DECLINE-LATER',
  'LOST',
  'LATE-SUCCESS',
  'LATE-DECLINE',
  'DUPLICATE',
  'OUT-OF-ORDER',
  'SILENT',
  'RETURN',
  'RETURN-FIRST',
] as const
export type Fault = (typeof FAULTS)[number]

/** What happens to one instruction, and the reason (ISO 20022 ExternalStatusReason1Code) where it is declined. */
export type Fate = { readonly fault: Fault; readonly declineCode: string }

export type SandboxSettings = {
  /** Another seed, other fates. The same seed gives what is asked for under the same idempotency key the same fate in every run. */
  readonly seed: string
  /** Of instructions that ask for nothing, the share that each fault gets, from 0 to 1; in all no more than 1. */
  readonly rates?: Partial<Readonly<Record<Fault, number>>>
}

/** The last four digits of the amount in minor units, so that a client can provoke a fault without another field. */
export const MAGIC_AMOUNTS: ReadonlyMap<bigint, Fate> = new Map([
  [6600n, { fault: 'NONE', declineCode: '' }],
  // Closed account; insufficient funds; transaction forbidden; reason not told.
  [6601n, { fault: 'DECLINE', declineCode: 'AC04' }],
  [6602n, { fault: 'DECLINE', declineCode: 'AM04' }],
  [6603n, { fault: 'DECLINE', declineCode: 'AG01' }],
  [6604n, { fault: 'DECLINE', declineCode: 'MS03' }],
  [6605n, { fault: 'DECLINE-LATER', declineCode: 'AC04' }],
  [6606n, { fault: 'LOST', declineCode: '' }],
  [6607n, { fault: 'LATE-SUCCESS', declineCode: '' }],
  [6608n, { fault: 'LATE-DECLINE', declineCode: 'MS03' }],
  [6609n, { fault: 'DUPLICATE', declineCode: '' }],
  [6610n, { fault: 'OUT-OF-ORDER', declineCode: '' }],
  [6611n, { fault: 'SILENT', declineCode: '' }],
  [6612n, { fault: 'RETURN', declineCode: '' }],
  [6613n, { fault: 'RETURN-FIRST', declineCode: '' }],
])

/** The remittance text says it: `SANDBOX LATE-SUCCESS`, or with a reason `SANDBOX DECLINE AM04`. */
const MAGIC_TEXT = /\bSANDBOX ([A-Z-]+)(?: ([A-Z]{2}\d{2}))?\b/
const DEFAULT_DECLINE = 'MS03'

/**
 * What happens to an instruction: what its remittance text asks for, else what its amount asks for, else the dice, which
 * fall alike for the same seed and the same that is asked for.
 */
export function fateOf(instruction: Instruction, { seed, rates = {} }: SandboxSettings): Fate {
  const { amount, remittance } = instruction
  const [, named = '', declineCode = DEFAULT_DECLINE] = MAGIC_TEXT.exec(remittance ?? '') ?? []
  const asked = FAULTS.find((fault) => fault === named)
  if (asked !== undefined) return { fault: asked, declineCode }
  const magic = MAGIC_AMOUNTS.get(amount.minor % 10_000n)
  if (magic !== undefined) return magic
  let die = dieOf(`${seed}\0${occasionOf(instruction)}`)
  for (const fault of FAULTS) {
    const rate = rates[fault] ?? 0
    if (die < rate) return { fault, declineCode: DEFAULT_DECLINE }
    die -= rate
  }
  return { fault: 'NONE', declineCode: DEFAULT_DECLINE }
}

/** Payments and remittances have keys of their own, and a refund may have that of its payment. Ids are new in each run. */
const occasionOf = ({ id, reference, direction, fateKey }: Instruction): string =>
  fateKey === undefined ? id : `${reference.split('_', 1)} ${direction} ${fateKey}`

/** In [0, 1), from 48 bits of a hash. */
const dieOf = (text: string): number => createHash('sha256').update(text).digest().readUIntBE(0, 6) / 2 ** 48
