import type { Money } from '@carriergraph/shared/money/money.ts'
import { readAmount, shown, signed } from '../amounts.ts'
import { StatementFault } from '../fault.ts'
import type { Position } from '../statement.ts'
import type { CsvMapping } from './mapping.ts'

export type SignedAmount = { readonly amount: Money; readonly isCredit: boolean }
export type AmountReader = (text: string, currency: string, day: string, position: Position) => SignedAmount

/** Reads an amount with the mapping's signs; thousands in groups of three, or not grouped at all. */
export function amountReader({ decimalSign, groupSign }: CsvMapping): AmountReader {
  const [point, group] = [escaped(decimalSign), groupSign === undefined ? undefined : escaped(groupSign)]
  const whole = group === undefined ? '\\d+' : `\\d+|\\d{1,3}(?:${group}\\d{3})+`
  // Some accounting programs write a minus behind the amount.
  const form = new RegExp(`^([+-]?)(${whole})(?:${point}(\\d+))?(-?)$`)
  return (text, currency, day, position) => {
    const [, sign = '', digits, fraction, minusBehind = ''] = form.exec(text.trim().replace(NO_BREAK_SPACES, ' ')) ?? []
    if (digits === undefined || (sign !== '' && minusBehind !== ''))
      throw new StatementFault(
        'AMOUNT_INVALID',
        `${shown(text)} is no amount with ${shown(decimalSign)} before its fraction.`,
        position,
      )
    const plain = groupSign === undefined ? digits : digits.replaceAll(groupSign, '')
    const isCredit = sign !== '-' && minusBehind === ''
    const amount = readAmount(fraction === undefined ? plain : `${plain}.${fraction}`, currency, day, position)
    return { amount: signed(amount, isCredit), isCredit }
  }
}

/** How French programs write the space between thousands. */
const NO_BREAK_SPACES = /[\u00a0\u202f]/g

const escaped = (sign: string): string => sign.replace('.', '\\.')
