import { holdsCardNumber } from '@carriergraph/shared/cards/holds-card-number.ts'
import { type Money, type MoneyRefusal, parseMoney } from '@carriergraph/shared/money/money.ts'
import { type Outcome, ok, type Refused, refuse } from '@carriergraph/shared/outcome.ts'
import { isPrintableText } from '@carriergraph/shared/printable-text.ts'
import { payloadError } from '@carriergraph/shared/server/payload-error.ts'
import type { BankMovementInput, MutationResolvers } from '../../generated/resolvers.ts'
import {
  EXPECTED_MAX,
  EXPECTED_REFERENCES_MAX,
  expectMovements,
  type MovementToExpect,
} from '../../reconciliation/expect-movements.ts'
import { accountAsked } from '../../statements/own-account.ts'

/** As long as the longest number of an account, and of a reference, in ISO 20022; of a source, as of other keys. */
const ACCOUNT_LENGTH_MAX = 64
const REFERENCE_LENGTH_MAX = 140
const SOURCE_LENGTH_MAX = 128

export const expectBankMovements: NonNullable<MutationResolvers['expectBankMovements']> = async (
  _,
  { input },
  { clock, db },
) => {
  const now = clock()
  const { account } = input
  const counted = input.movements.length
  const faults: Refused<InputCode>[] = [
    ...faultOf(isPrintableText(account, ACCOUNT_LENGTH_MAX), `1 to ${ACCOUNT_LENGTH_MAX} printable characters`, [
      'account',
    ]),
    ...faultOf(counted >= 1 && counted <= EXPECTED_MAX, `1 to ${EXPECTED_MAX} movements, not ${counted}`, [
      'movements',
    ]),
  ]
  const movements: MovementToExpect[] = []
  // Of a list that is too long, not each is looked at.
  for (const [place, movement] of input.movements.slice(0, EXPECTED_MAX).entries()) {
    const parsed = parse(movement, now, ['movements', String(place)])
    if (parsed.ok) movements.push(parsed.value)
    else faults.push(parsed)
  }
  if (faults.length > 0) return { movements: null, errors: faults.map(payloadError) }
  const expected = await expectMovements(db, { account: accountAsked(account), movements, now })
  return expected.ok ? { movements: expected.value, errors: [] } : { movements: null, errors: [payloadError(expected)] }
}

type InputCode = 'INVALID_VALUE' | MoneyRefusal

const faultOf = (isGood: boolean, expected: string, field: readonly string[]): Refused<InputCode>[] =>
  isGood ? [] : [refuse('INVALID_VALUE', `Expected ${expected}.`, field)]

/** The first fault of a movement: of five hundred, all would be no help. */
function parse(input: BankMovementInput, now: Date, field: readonly string[]): Outcome<MovementToExpect, InputCode> {
  const { source, references = [], fee: declared = '0', expectedOn } = input
  const counterparty = input.counterpartyAccount ?? null
  const [fault] = [
    ...faultOf(isPrintableText(source, SOURCE_LENGTH_MAX), `1 to ${SOURCE_LENGTH_MAX} printable characters`, [
      ...field,
      'source',
    ]),
    // References and accounts are the bank's, and many of its numbers have the check digit of cards.
    ...faultOf(!holdsCardNumber(source), 'no card number', [...field, 'source']),
    ...faultOf(
      references.length <= EXPECTED_REFERENCES_MAX &&
        references.every((reference) => isPrintableText(reference, REFERENCE_LENGTH_MAX)),
      `up to ${EXPECTED_REFERENCES_MAX} references of 1 to ${REFERENCE_LENGTH_MAX} printable characters`,
      [...field, 'references'],
    ),
    ...faultOf(
      counterparty === null || isPrintableText(counterparty, ACCOUNT_LENGTH_MAX),
      `1 to ${ACCOUNT_LENGTH_MAX} printable characters`,
      [...field, 'counterpartyAccount'],
    ),
  ]
  if (fault !== undefined) return fault
  const amount = movedAmount(input, now, field)
  if (!amount.ok) return amount
  const { minor: amountMinor, currency } = amount.value
  const fee = parseMoney(declared, currency, { day: now })
  if (!fee.ok) return refuse(fee.code, fee.message, [...field, 'fee'])
  return ok({
    source,
    references: [...references],
    amountMinor,
    currency,
    expectedOn,
    feeMinor: fee.value.minor,
    counterparty,
  })
}

function movedAmount({ amount }: BankMovementInput, day: Date, field: readonly string[]): Outcome<Money, MoneyRefusal> {
  const parsed = parseMoney(amount.amount, amount.currency, { signed: true, day, field: [...field, 'amount'] })
  if (!parsed.ok || parsed.value.minor !== 0n) return parsed
  return refuse('INVALID_MONEY', 'A movement is of more than nothing.', [...field, 'amount', 'amount'])
}
