import { fitsMod97 } from '@carriergraph/shared/mod-97.ts'

/** ISO 11649 prints a creditor reference in groups of four, the last one of up to four. */
const GROUPS = /\bRF\d\d(?: [A-Z0-9]{4}){0,5} [A-Z0-9]{1,4}\b/gi
/** Belgian banks print twelve digits, of which two check, between plus signs or stars. */
const BELGIAN = /[+*]{3}(\d{3})\/(\d{4})\/(\d{3})(\d{2})[+*]{3}/g

/**
 * References of payees in a text, as invoices print them and people copy them: known by their check digits, whatever stands beside
 * them. A bank may break them between two of its lines.
 */
export function printedReferences(remittance: readonly string[]): string[] {
  const texts = [remittance.join(' '), remittance.join('')]
  return texts.flatMap((text) => [...creditorReferences(text.replace(/\s+/g, ' ')), ...belgianReferences(text)])
}

/** What is behind one may look like another group of it. */
const creditorReferences = (text: string): string[] =>
  [...text.matchAll(GROUPS)].flatMap(([printed]) => {
    const groups = printed.toUpperCase().split(' ')
    const candidates = groups.slice(1).map((_, at) => groups.slice(0, at + 2).join(''))
    return candidates.filter(fitsMod97)
  })

const belgianReferences = (text: string): string[] =>
  [...text.matchAll(BELGIAN)].flatMap(([, first = '', second = '', third = '', check = '']) => {
    const number = `${first}${second}${third}`
    return (BigInt(number) % 97n || 97n) === BigInt(check) ? [`${number}${check}`] : []
  })
