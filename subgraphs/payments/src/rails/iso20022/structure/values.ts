import { isDay } from '@carriergraph/shared/day.ts'

/** What the text of an element may be: a simple type of ISO 20022. */
export type ValueType = {
  /** Its name in the standard, or what it is. */
  readonly name: string
  readonly isValid: (text: string) => boolean
  /** Its amount is in the currency that the attribute Ccy names. */
  readonly hasCurrency?: true
}

const pattern = (name: string, form: RegExp): ValueType => ({ name, isValid: (text) => form.test(text) })

/** Counted in characters, not in the units of UTF-16, as XML Schema does. */
export const text = (charactersMax: number): ValueType => ({
  name: `Max${charactersMax}Text`,
  isValid: (value) => value.length > 0 && [...value].length <= charactersMax,
})

export const code = (...codes: readonly string[]): ValueType => ({
  name: codes.join(', '),
  isValid: (value) => codes.includes(value),
})

/** A code of a list that is kept outside of the messages and grows. */
export const EXTERNAL_CODE_4 = text(4)
export const EXTERNAL_CODE_35 = text(35)
export const BOOLEAN = pattern('xs:boolean', /^(?:true|false|0|1)$/)
export const COUNT = pattern('Max15NumericText', /^[0-9]{1,15}$/)
export const DECIMAL = pattern(
  'DecimalNumber',
  /^(?=(?:[^0-9]*[0-9]){1,18}[^0-9]*$)[+-]?(?:[0-9]+\.?[0-9]{0,17}|\.[0-9]{1,17})$/,
)
export const AMOUNT: ValueType = {
  ...pattern('Amount', /^(?=(?:[^0-9]*[0-9]){1,18}[^0-9]*$)\+?(?:[0-9]+\.?[0-9]{0,5}|\.[0-9]{1,5})$/),
  hasCurrency: true,
}
export const DATE: ValueType = {
  name: 'ISODate',
  isValid: (value) => /^.{10}(?:Z|[+-]\d\d:\d\d)?$/.test(value) && isDay(value.slice(0, 10)),
}
const TIME = /^.{10}T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)?$/
export const DATE_TIME: ValueType = {
  name: 'ISODateTime',
  isValid: (value) => TIME.test(value) && isDay(value.slice(0, 10)),
}
export const CURRENCY = pattern('ActiveOrHistoricCurrencyCode', /^[A-Z]{3}$/)
export const COUNTRY = pattern('CountryCode', /^[A-Z]{2}$/)
export const IBAN = pattern('IBAN2007Identifier', /^[A-Z]{2}[0-9]{2}[a-zA-Z0-9]{1,30}$/)
export const BIC = pattern('BICFIDec2014Identifier', /^[A-Z0-9]{4}[A-Z]{2}[A-Z0-9]{2}(?:[A-Z0-9]{3})?$/)
export const LEI = pattern('LEIIdentifier', /^[A-Z0-9]{18}[0-9]{2}$/)
export const UETR = pattern('UUIDv4Identifier', /^[a-f0-9]{8}-[a-f0-9]{4}-4[a-f0-9]{3}-[89ab][a-f0-9]{3}-[a-f0-9]{12}$/)
