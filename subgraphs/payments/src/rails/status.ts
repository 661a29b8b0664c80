/**
 * Where an instruction stands. REGISTERED: here, and perhaps not yet with the rail. UNKNOWN: the rail was asked and gave no
 * answer, so it may or may not have it. ACCEPTED: the rail has it, and nothing is final. SETTLED, REJECTED and CANCELLED
 * are final. RETURNED is what can still happen to settled money: its bank sends it back, as a movement of its own, or in
 * parts, as several.
 */
export type InstructionState = keyof typeof TRANSITIONS

/** All legal transitions. Exactly one of the final states is ever entered. */
export const TRANSITIONS = {
  REGISTERED: ['UNKNOWN', 'ACCEPTED', 'SETTLED', 'REJECTED', 'CANCELLED'],
  UNKNOWN: ['REGISTERED', 'ACCEPTED', 'SETTLED', 'REJECTED', 'CANCELLED'],
  ACCEPTED: ['SETTLED', 'REJECTED', 'CANCELLED'],
  SETTLED: ['RETURNED'],
  REJECTED: [],
  CANCELLED: [],
  RETURNED: ['RETURNED'],
} as const satisfies Record<string, readonly string[]>

export const INSTRUCTION_STATES = Object.keys(TRANSITIONS) as readonly InstructionState[]

/** The money has moved, or will not. */
export const FINAL_STATES = ['SETTLED', 'REJECTED', 'CANCELLED'] as const satisfies readonly InstructionState[]

/**
 * ISO 20022 ExternalPaymentTransactionStatus1Code and what it says about the state. All of the first group is "on its
 * way": ACCP (profile accepted), ACSP (settlement in process), ACWC (accepted with a change), PDNG (pending), BLCK (held
 * by the bank), and so on; RCVC, RVNA, RVNM, RVMC and RVCM tell how the payee's name was verified, after which the bank
 * goes on or asks. ACSC is settled on the debtor's account, ACCC on the creditor's.
 */
export const STATUS_STATES = {
  RCVD: 'ACCEPTED',
  PRES: 'ACCEPTED',
  PATC: 'ACCEPTED',
  ACTC: 'ACCEPTED',
  ACCP: 'ACCEPTED',
  ACFC: 'ACCEPTED',
  ACIS: 'ACCEPTED',
  ACPD: 'ACCEPTED',
  ACSP: 'ACCEPTED',
  ACWC: 'ACCEPTED',
  ACWP: 'ACCEPTED',
  CPUC: 'ACCEPTED',
  PDNG: 'ACCEPTED',
  BLCK: 'ACCEPTED',
  RCVC: 'ACCEPTED',
  RVNA: 'ACCEPTED',
  RVNM: 'ACCEPTED',
  RVMC: 'ACCEPTED',
  RVCM: 'ACCEPTED',
  ACSC: 'SETTLED',
  ACCC: 'SETTLED',
  RJCT: 'REJECTED',
  CANC: 'CANCELLED',
} as const satisfies Record<string, InstructionState>

export type TransactionStatus = keyof typeof STATUS_STATES

export const isTransactionStatus = (code: string): code is TransactionStatus => Object.hasOwn(STATUS_STATES, code)

/** Why: an ISO 20022 ExternalStatusReason1Code or ExternalReturnReason1Code, such as AC04, and what the bank adds. */
export type StatusReason = { readonly code: string; readonly text: string | undefined }
