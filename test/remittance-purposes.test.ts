// What a remittance is for and where its money comes from is said in payments, which refuse at once, and in risk, which
// weighs: two services that know nothing of one another. Here they are held to the same words and the same rules.

import { readFileSync } from 'node:fs'
import { FUNDS_SOURCES, isRefused, PURPOSES } from '@carriergraph/payments/remittance/purpose.ts'
import * as risk from '@carriergraph/risk/remittances/purpose.ts'
import { expect, it } from 'vitest'
import { repositoryFile } from '../scripts/subgraphs.ts'

const PAIRS = PURPOSES.flatMap((purpose) => FUNDS_SOURCES.map((source) => [purpose, source] as const))

it('payments and risk know the same purposes and the same sources of funds', () => {
  expect(Object.keys(risk.PURPOSES)).toEqual(PURPOSES)
  expect(Object.keys(risk.SOURCES)).toEqual(FUNDS_SOURCES)
})

it.each([
  ['purposes', PURPOSES],
  ['sources of funds', FUNDS_SOURCES],
])('the contract of risk, where they are texts, lists the %s', (_, names) => {
  const contract = readFileSync(repositoryFile('schema/subgraphs/risk/remittances.graphql'), 'utf8')
  const list = `: ${names.slice(0, -1).join(', ')} or ${names.at(-1)}.`
  expect(contract.replaceAll(/\s+/g, ' ')).toContain(list)
})

it('what payments refuse is held by risk as well, whoever asks it', () => {
  const refused = PAIRS.filter(([purpose, source]) => isRefused(purpose, source))
  expect(refused.length).toBeGreaterThan(10)
  expect(refused.filter((pair) => !risk.contradicts(...pair))).toEqual([])
})

it('and more than that is held for a person, which payments let through', () => {
  const held = PAIRS.filter((pair) => risk.contradicts(...pair) && !isRefused(...pair))
  expect(held).toEqual([
    ['INVESTMENT', 'BENEFITS'],
    ['PROPERTY', 'BENEFITS'],
  ])
})
