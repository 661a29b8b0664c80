import type { TestAnswer } from '@carriergraph/shared/testing/running-subgraph.ts'
import { operator, type PaymentsGraph } from './payments-graph.ts'

export const ACCOUNT_FIELDS = `id purpose normalSide status owner { id } balance { amount currency } held { amount }
  floor { amount } available { amount } createdAt`

const INPUTS: Readonly<Record<string, string>> = {
  openLedgerAccount: 'OpenLedgerAccountInput',
  setOverdraftLimit: 'SetOverdraftLimitInput',
}

/** The mutation of that name. */
export const changeNamed = (name: string): string =>
  `mutation ($input: ${INPUTS[name] ?? 'LedgerAccountStatusInput'}!) { ${name}(input: $input) {
    account { ${ACCOUNT_FIELDS} } errors { code field } } }`

/** The payload of a change by an operator, or the answer where there is none. */
export async function changeAccount(
  graph: PaymentsGraph,
  name: string,
  input: Record<string, unknown>,
): Promise<NonNullable<TestAnswer['data']>> {
  const answer = await graph.ask(operator, changeNamed(name), { input })
  return answer.data?.[name] ?? answer
}
