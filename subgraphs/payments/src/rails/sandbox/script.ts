import type { Money } from '@carriergraph/shared/money/money.ts'
import type { News } from '../notice.ts'
import type { Answer } from '../rail.ts'
import type { TransactionStatus } from '../status.ts'
import type { Fate, Fault } from './fault.ts'

/** Times count from when the instruction arrived. */
type Timed<T> = T & { readonly after_ms: number }

export type ScriptedNotice = Timed<{ readonly key: string; readonly news: News }>

/** How one instruction goes. */
export type Script = {
  readonly answer: Answer
  /** The first request never arrives. */
  readonly isFirstLost: boolean
  /** What is true of it in the end, and from when; before that it is pending and can be cancelled. */
  readonly end: Timed<{ readonly news: News }>
  readonly returned: Timed<{ readonly news: News }> | undefined
  /** What is told of it, in the order in which it is told. */
  readonly notices: readonly ScriptedNotice[]
}

const SOON_MS = 1_000
const LATER_MS = 2_000
/** Longer than anybody waits for an answer. */
const LATE_MS = 30_000
const RETURN_MS = 60_000
/** Why a bank sends back what it had booked: the creditor's account is closed. */
const RETURN_CODE = 'AC04'
/** It returns an instruction once, whole. */
const RETURN_REFERENCE = 'sandbox:return'

const status = (code: TransactionStatus, reasonCode?: string): News => ({
  kind: 'STATUS',
  status: code,
  reason: reasonCode === undefined ? undefined : { code: reasonCode, text: 'Told by the sandbox' },
})

/** How an instruction over `amount` goes that has this fate. */
export function scriptOf({ fault, declineCode }: Fate, amount: Money): Script {
  const settled = status('ACSC')
  const declined = status('RJCT', declineCode)
  const back: News = {
    kind: 'RETURN',
    amount,
    reference: RETURN_REFERENCE,
    reason: { code: RETURN_CODE, text: 'Told by the sandbox' },
  }
  const told = (after_ms: number, key: string, news: News): ScriptedNotice => ({
    after_ms,
    key: `sandbox:${key}`,
    news,
  })
  const usual: Script = {
    answer: { outcome: 'ACCEPTED', status: 'ACTC' },
    isFirstLost: false,
    end: { after_ms: SOON_MS, news: settled },
    returned: undefined,
    notices: [told(SOON_MS, 'end', settled)],
  }
  const isReturned = { returned: { after_ms: RETURN_MS, news: back } }
  const scripts: Readonly<Record<Fault, Script>> = {
    NONE: usual,
    DECLINE: {
      ...usual,
      answer: { outcome: 'DECLINED', reason: { code: declineCode, text: 'Told by the sandbox' } },
      end: { after_ms: 0, news: declined },
      notices: [],
    },
    'DECLINE-LATER': {
      ...usual,
      end: { after_ms: LATER_MS, news: declined },
      notices: [told(LATER_MS, 'end', declined)],
    },
    LOST: { ...usual, isFirstLost: true },
    'LATE-SUCCESS': {
      ...usual,
      answer: { outcome: 'UNKNOWN' },
      end: { after_ms: LATE_MS, news: settled },
      notices: [told(LATE_MS, 'end', settled)],
    },
    'LATE-DECLINE': {
      ...usual,
      answer: { outcome: 'UNKNOWN' },
      end: { after_ms: LATE_MS, news: declined },
      notices: [told(LATE_MS, 'end', declined)],
    },
    // The same notice twice, and once more under another key.
    DUPLICATE: {
      ...usual,
      notices: [told(SOON_MS, 'end', settled), told(SOON_MS, 'end', settled), told(LATER_MS, 'end again', settled)],
    },
    'OUT-OF-ORDER': {
      ...usual,
      notices: [told(SOON_MS, 'end', settled), told(LATER_MS, 'way', status('ACSP'))],
    },
    SILENT: { ...usual, notices: [] },
    RETURN: { ...usual, ...isReturned, notices: [...usual.notices, told(RETURN_MS, 'return', back)] },
    'RETURN-FIRST': {
      ...usual,
      ...isReturned,
      notices: [told(RETURN_MS, 'return', back), told(RETURN_MS + SOON_MS, 'end', settled)],
    },
  }
  return scripts[fault]
}

/** How an instruction goes that was taken back in time. */
export const CANCELLED_NOTICE: ScriptedNotice = { after_ms: 0, key: 'sandbox:cancelled', news: status('CANC') }

/** What is said about an instruction that has not come to its end. */
export const PENDING: News = status('PDNG')
