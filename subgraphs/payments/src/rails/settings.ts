import { bool, ConfigError, csv, ms, nodeEnv } from '@carriergraph/shared/config.ts'
import type { CurrencyCode } from '@carriergraph/shared/money/currencies.ts'
import { isCurrencyCode } from '@carriergraph/shared/money/currency.ts'
import { isValidBIC } from 'ibantools'
import { z } from 'zod'
import { isIban } from '../domain/iban.ts'
import type { RailMethod } from '../domain/method.ts'
import { type ClosingDays, NO_CLOSING_DAYS } from '../settlement/calendar.ts'
import { closingDays } from './closing-days.ts'
import type { Party } from './instruction.ts'
import { NAME_CHARACTERS_MAX, WRITTEN_MESSAGES, type WrittenMessage } from './iso20022/check-instruction.ts'
import { toLatin } from './iso20022/latin.ts'
import { RAIL_NAMES, type RailName } from './rail.ts'
import { type RailFees, railFees } from './rail-fees.ts'
import { FAULTS, type Fault, type SandboxSettings } from './sandbox/fault.ts'

const RATE = /^([A-Z-]+)=(0(?:\.\d{1,4})?|1)$/

/** `DECLINE=0.02,LATE-SUCCESS=0.01`: shares from 0 to 1, in all no more than 1. */
const faultRates = csv.transform((entries, context): Partial<Readonly<Record<Fault, number>>> => {
  const rates = new Map<Fault, number>()
  for (const entry of entries) {
    const [, name = '', share = ''] = RATE.exec(entry) ?? []
    const fault = FAULTS.find((known) => known === name)
    if (fault !== undefined) rates.set(fault, Number(share))
  }
  const sum = [...rates.values()].reduce((all, share) => all + share, 0)
  if (rates.size === entries.length && sum <= 1) return Object.fromEntries(rates)
  context.addIssue({
    code: 'custom',
    message: `is no list of shares, expected such as DECLINE=0.02,LATE-SUCCESS=0.01, of ${FAULTS.join(', ')}`,
  })
  return z.NEVER
})

const currencies = csv.transform((entries, context): ReadonlySet<CurrencyCode> => {
  const codes = entries.filter(isCurrencyCode)
  if (codes.length === entries.length) return new Set(codes)
  context.addIssue({ code: 'custom', message: 'has an entry that is no currency, expected such as EUR,USD' })
  return z.NEVER
})

const TIME = /^([01]\d|2[0-3]):[0-5]\d$/

const cutOffs = csv.transform((entries, context): readonly string[] => {
  const sorted = [...new Set(entries)].toSorted()
  if (sorted.length === entries.length && sorted.every((time) => TIME.test(time))) return sorted
  context.addIssue({ code: 'custom', message: 'is no list of times of day, expected such as 10:00,16:00' })
  return z.NEVER
})

function isTimeZone(text: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: text })
    return true
  } catch {
    return false
  }
}

const checkedText = (expected: string, isSound: (text: string) => boolean) =>
  z
    .string()
    .trim()
    .refine(isSound, { error: `is none, expected ${expected}` })

/** As long as it is written: ß is ss. */
function isName(text: string): boolean {
  const written = toLatin(text, [])
  return written.ok && written.value.length <= NAME_CHARACTERS_MAX
}

/** Which rail carries what, and what rails need to know. All of it has a default, but for what iso20022 needs. */
export const RAIL_SETTINGS = {
  /** Which rail carries money to bank accounts and from them. */
  RAIL_BANK: z.enum([...RAIL_NAMES, 'off']).optional(),
  /** Which rail charges cards and pays to them. */
  RAIL_CARD: z.enum(['sandbox', 'off']).optional(),
  /** Without it the sandbox, which says that money has moved and moves none, is refused in production. */
  RAIL_SANDBOX_IN_PRODUCTION: bool.optional(),
  RAIL_SANDBOX_SEED: z.string().min(1).optional(),
  /** Of what asks for no fault, the share that each gets. */
  RAIL_SANDBOX_FAULTS: faultRates.optional(),
  /** The operator's own side of every transfer. */
  RAIL_OPERATOR_NAME: checkedText(
    `a name in Latin script of up to ${NAME_CHARACTERS_MAX} characters`,
    isName,
  ).optional(),
  RAIL_OPERATOR_IBAN: checkedText('an IBAN without spaces', isIban).optional(),
  RAIL_OPERATOR_BIC: checkedText('a BIC', isValidBIC).optional(),
  RAIL_ISO20022_MESSAGE: z.enum(WRITTEN_MESSAGES).optional(),
  /** Those in which the operator's bank keeps its account. */
  RAIL_ISO20022_CURRENCIES: currencies.optional(),
  /** Folders with one folder for each tenant: files for the bank, and files from it. */
  RAIL_ISO20022_OUTBOX: z.string().min(1).optional(),
  RAIL_ISO20022_INBOX: z.string().min(1).optional(),
  /** For how long instructions are gathered before they go as a file; until then they can be taken back. */
  RAIL_ISO20022_FILE_EVERY_MS: ms.optional(),
  /** When what rails have moved is cleared together: times of day, each the end of a cycle. */
  RAIL_CUT_OFFS: cutOffs.optional(),
  RAIL_TIME_ZONE: checkedText('the IANA name of a zone, such as Europe/Brussels', isTimeZone).optional(),
  /** Business days from the cut-off to the settlement. */
  RAIL_SETTLEMENT_DAYS: z
    .stringFormat('number of days', /^[0-5]$/)
    .transform(Number)
    .optional(),
  /** What rails charge for each transfer, where they do so for each one. */
  RAIL_FEES: railFees.optional(),
  /** On which days, beside weekends and T2's, the settlement systems of currencies rest. */
  RAIL_CLOSING_DAYS: closingDays.optional(),
  NODE_ENV: nodeEnv.optional(),
} as const

const settings = z.object(RAIL_SETTINGS)
export type RailSettings = z.output<typeof settings>

export type BankFileSettings = {
  readonly message: WrittenMessage
  readonly currencies: ReadonlySet<CurrencyCode>
  readonly outbox: string
  readonly inbox: string
  readonly fileEvery_ms: number
}

export type RailsConfig = {
  /** Undefined: that method is not offered. */
  readonly carriers: Readonly<Record<RailMethod, RailName | undefined>>
  readonly operator: Party
  /** Undefined where it must not be used. */
  readonly sandbox: SandboxSettings | undefined
  readonly iso20022: BankFileSettings | undefined
  readonly clearing: ClearingSettings
  readonly fees: RailFees
}

/** When what was moved over rails is cleared and settled. */
export type ClearingSettings = {
  readonly cutOffs: readonly string[]
  readonly timeZone: string
  readonly settlementDays: number
  readonly closingDays: ClosingDays
}

/** Before the end of T2's day for customers, in its zone. */
const CLEARING: ClearingSettings = {
  cutOffs: ['16:00'],
  timeZone: 'Europe/Brussels',
  settlementDays: 0,
  closingDays: NO_CLOSING_DAYS,
}

/** Long enough for a file to have more than one transfer, and short enough for nobody to notice. */
const FILE_EVERY_MS = 60_000

/**
 * Which rail carries what. Unless something is said, outside of production the sandbox carries all, and in production
 * nothing is carried.
 * @throws ConfigError for the sandbox in production, and for iso20022 without an account, folders or the bank that its message names
 */
export function railsConfig(given: RailSettings): RailsConfig {
  const isProduction = given.NODE_ENV === 'production'
  const mayUseSandbox = !isProduction || given.RAIL_SANDBOX_IN_PRODUCTION === true
  const usual = isProduction ? 'off' : 'sandbox'
  const { RAIL_BANK = usual, RAIL_CARD = usual } = given
  const faults: string[] = []
  if (!mayUseSandbox)
    for (const [name, carrier] of Object.entries({ RAIL_BANK, RAIL_CARD }))
      if (carrier === 'sandbox')
        faults.push(
          `${name}: is sandbox in production, expected a rail that moves money, or RAIL_SANDBOX_IN_PRODUCTION`,
        )
  const { RAIL_OPERATOR_IBAN: account, RAIL_OPERATOR_BIC: agent } = given
  const { RAIL_ISO20022_OUTBOX: outbox, RAIL_ISO20022_INBOX: inbox } = given
  const message = given.RAIL_ISO20022_MESSAGE ?? 'pain.001.001.09'
  if (RAIL_BANK === 'iso20022') {
    const needed = { RAIL_OPERATOR_IBAN: account, RAIL_ISO20022_OUTBOX: outbox, RAIL_ISO20022_INBOX: inbox }
    for (const [name, value] of Object.entries(needed))
      if (value === undefined) faults.push(`${name}: is missing, expected a value, as RAIL_BANK is iso20022`)
  }
  const folders = outbox === undefined || inbox === undefined || account === undefined ? undefined : { outbox, inbox }
  // Also where nothing new goes to the bank: what waits for it since another setting could not be written.
  const isDriven = RAIL_BANK === 'iso20022' || folders !== undefined
  if (isDriven && message === 'pacs.008.001.08' && agent === undefined)
    faults.push('RAIL_OPERATOR_BIC: is missing, expected a value, as pacs.008 names the banks of both sides')
  if (faults.length > 0) throw new ConfigError(faults)
  const { RAIL_SANDBOX_SEED: seed = 'sandbox', RAIL_SANDBOX_FAULTS: rates = {} } = given
  return {
    carriers: { BANK: carrierOf(RAIL_BANK), CARD: carrierOf(RAIL_CARD) },
    clearing: {
      cutOffs: given.RAIL_CUT_OFFS ?? CLEARING.cutOffs,
      timeZone: given.RAIL_TIME_ZONE ?? CLEARING.timeZone,
      settlementDays: given.RAIL_SETTLEMENT_DAYS ?? CLEARING.settlementDays,
      closingDays: given.RAIL_CLOSING_DAYS ?? CLEARING.closingDays,
    },
    fees: given.RAIL_FEES ?? new Map(),
    operator: { name: given.RAIL_OPERATOR_NAME ?? 'CarrierGraph', account, agent },
    sandbox: mayUseSandbox ? { seed, rates } : undefined,
    iso20022: folders && {
      ...folders,
      message,
      currencies: given.RAIL_ISO20022_CURRENCIES ?? new Set(['EUR'] as const),
      fileEvery_ms: given.RAIL_ISO20022_FILE_EVERY_MS ?? FILE_EVERY_MS,
    },
  }
}

const carrierOf = (carrier: RailName | 'off'): RailName | undefined => (carrier === 'off' ? undefined : carrier)
