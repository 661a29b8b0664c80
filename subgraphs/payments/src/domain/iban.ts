import { fitsMod97 } from '@carriergraph/shared/mod-97.ts'
import { isValidIBAN } from 'ibantools'

/** Banks of Côte d'Ivoire have the country's letters and three digits; ibantools knows what they had before, `A` and four. */
const IVORIAN = /^CI\d{2}CI\d{22}$/

/** Whether a text is an IBAN in its electronic form: of a country that has them, as long as they are there, with fitting check digits. */
export const isIban = (text: string): boolean => isValidIBAN(text) || (IVORIAN.test(text) && fitsMod97(text))
