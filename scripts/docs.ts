// Writes what is documented from the code: docs/errors.md, docs/access.md, docs/metrics.md and docs/events/*.json. With --check it writes nothing and
// fails when a committed file is not what the code says.

import { existsSync, globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { REJECT_CODES } from '@carriergraph/billing/ingest/reject-codes.ts'
import { TOPOLOGY_FAULTS } from '@carriergraph/network/domain/topology.ts'
import { IMPORT_FAULTS } from '@carriergraph/network/import/fault.ts'
import { SHARDS_FAULTS } from '@carriergraph/payments/books/shards/ledger-shards.ts'
import { BOOKS_FAULTS } from '@carriergraph/payments/books/verify/verify-tenant.ts'
import { WITNESS_FAULTS } from '@carriergraph/payments/books/verify/witness.ts'
import { VERIFY_REFUSALS } from '@carriergraph/payments/flow/verify-books.ts'
import { RATE_FILE_FAULTS } from '@carriergraph/payments/fx/file/fault.ts'
import { FX_IMPORT_FAULTS } from '@carriergraph/payments/fx/import/fault.ts'
import { IMPORT_FAULTS as IMPORT_PAYMENT_FAULTS } from '@carriergraph/payments/import/fault.ts'
import { PAYMENT_LINE_CODES } from '@carriergraph/payments/import/reject-codes.ts'
import { MESSAGE_FAULTS } from '@carriergraph/payments/rails/iso20022/fault.ts'
import { CANCEL_REFUSALS, INSTRUCTION_REFUSALS } from '@carriergraph/payments/rails/rail.ts'
import { STATEMENT_IMPORT_FAULTS } from '@carriergraph/payments/reconciliation/import/fault.ts'
import { SETTLEMENT_REFUSALS } from '@carriergraph/payments/settlement/cycle.ts'
import { CHECK_FAULTS } from '@carriergraph/payments/statements/check/fault.ts'
import { STATEMENT_FAULTS } from '@carriergraph/payments/statements/fault.ts'
import { VAULT_COMMAND_FAULTS } from '@carriergraph/payments/vault/command/fault.ts'
import { REENCRYPT_FAULTS, SEAL_FAULTS } from '@carriergraph/payments/vault/faults.ts'
import { SANCTIONS_FILE_FAULTS, SANCTIONS_IMPORT_FAULTS } from '@carriergraph/risk/sanctions/import/fault.ts'
import { UNAUTHENTICATED_REASONS } from '@carriergraph/shared/auth/refusals.ts'
import { DATABASE_FAULTS } from '@carriergraph/shared/command/fault.ts'
import { FILE_FAULTS } from '@carriergraph/shared/command/files/fault.ts'
import { JOURNAL_FAULTS } from '@carriergraph/shared/journal/verify.ts'
import { KIT_REFUSALS } from '@carriergraph/shared/refusal.ts'
import { SERVER_REFUSALS } from '@carriergraph/shared/server/refusals.ts'
import { SIGNATURE_REFUSALS } from '@carriergraph/shared/signature/verify.ts'
import { type EnumTypeDefinitionNode, Kind } from 'graphql'
import { z } from 'zod'
import { GATEWAY_CODES } from '../gateway/src/errors/codes.ts'
import { SIZE_REASONS } from '../gateway/src/limits/operation-size.ts'
import { VARIABLES_REASONS } from '../gateway/src/limits/variables-size.ts'
import { UNAVAILABLE_REASONS } from '../gateway/src/subgraphs/failure.ts'
import { accessPage } from './access-page.ts'
import { metricsPage } from './metrics-page.ts'
import { repositoryFile, SUBGRAPHS, type SubgraphName, subgraphSdl } from './subgraphs.ts'

/** File to text, for everything that is generated. */
async function documents(): Promise<Map<string, string>> {
  const files = new Map([
    ['docs/errors.md', errorsPage()],
    ['docs/access.md', accessPage()],
    ['docs/metrics.md', metricsPage()],
  ])
  for (const { name } of SUBGRAPHS) {
    for (const [type, schema] of await publishedBy(name)) files.set(`docs/events/${type}.json`, schema)
  }
  return files
}

/** Apollo Server's own codes, which subgraphs and gateway answer with as well. */
const STANDARD_CODES = {
  GRAPHQL_PARSE_FAILED: 'The operation is not GraphQL.',
  GRAPHQL_VALIDATION_FAILED:
    'The operation does not fit the schema, or is larger than allowed: see `extensions.reason`.',
  OPERATION_RESOLUTION_FAILURE: 'The document has several operations and the request names none of them.',
  PERSISTED_QUERY_NOT_FOUND: 'The hash of a persisted query came alone and is not known yet: send it with the query.',
  INTERNAL_SERVER_ERROR: 'A fault of ours. Its `extensions.correlationId` finds it in the logs.',
}

const INTRODUCTION = `# Error codes

Generated from the code by \`pnpm docs:generate\`. A code never changes its meaning.

Mutations answer expected refusals as data: \`errors { code message field }\` in the payload, where \`field\` is the path of
the input field at fault. Everything else stands in the response's \`errors\` with its code in \`extensions.code\`. What is
neither is \`INTERNAL_SERVER_ERROR\` with a \`correlationId\` to look for in the logs. Commands say a code and a sentence on
stderr.
`

function errorsPage(): string {
  const sections = [
    section('Any query or request', KIT_REFUSALS),
    section('`extensions.reason` beside UNAUTHENTICATED', UNAUTHENTICATED_REASONS),
    section('What GraphQL servers share', STANDARD_CODES),
    section('The gateway', GATEWAY_CODES),
    section('`extensions.reason` beside GRAPHQL_VALIDATION_FAILED', SIZE_REASONS),
    section('`extensions.reason` beside VARIABLES_TOO_LARGE', VARIABLES_REASONS),
    section('`extensions.reason` beside SUBGRAPH_UNAVAILABLE', UNAVAILABLE_REASONS),
    ...SUBGRAPHS.flatMap(({ name }) => errorEnums(name)).map(({ title, codes }) => section(title, codes)),
    section('HTTP: the gateway, and a subgraph that is called directly', SERVER_REFUSALS),
    section('A subgraph, about the signature of a call', SIGNATURE_REFUSALS),
    section('Commands that need a database', DATABASE_FAULTS),
    section('`pnpm fx:import`, where it fails (exit code 1)', FX_IMPORT_FAULTS),
    section('`pnpm fx:import`, about a file that is refused (exit code 2)', RATE_FILE_FAULTS),
    section('A rail, about an instruction that it does not carry: the reason of its rejection', INSTRUCTION_REFUSALS),
    section('A rail, about an instruction that is to be taken back', CANCEL_REFUSALS),
    section('A settlement cycle', SETTLEMENT_REFUSALS),
    section(
      '`pnpm message:check`, `pnpm statement:check` and `pnpm statement:import`, where they fail (exit code 1)',
      CHECK_FAULTS,
    ),
    section('A payment message that is refused (`pnpm message:check`: exit code 2)', MESSAGE_FAULTS),
    section(
      'A bank statement that is refused (`pnpm statement:check` and `pnpm statement:import`: exit code 2)',
      STATEMENT_FAULTS,
    ),
    section(
      '`pnpm statement:import`, of a file that holds (STATEMENT_ID_NEEDED, STATEMENT_CHANGED, BOOKED_AHEAD: exit code 2; others: 1)',
      STATEMENT_IMPORT_FAULTS,
    ),
    section('`pnpm sanctions:import`, where it fails (exit code 1)', SANCTIONS_IMPORT_FAULTS),
    section('`pnpm sanctions:import`, about a list that is refused (exit code 2)', SANCTIONS_FILE_FAULTS),
    section('`pnpm topology:import`, where it fails (exit code 1)', IMPORT_FAULTS),
    section('`pnpm topology:import`, about what stands in the file (exit code 2)', TOPOLOGY_FAULTS),
    section(
      '`pnpm usage:ingest`, `pnpm payments:import` and `pnpm sanctions:import`, where they fail (exit code 1)',
      FILE_FAULTS,
    ),
    section('`pnpm usage:ingest`, about a line that is rejected (exit code 2)', REJECT_CODES),
    section('`pnpm payments:import`, about the graph (exit code 1)', IMPORT_PAYMENT_FAULTS),
    section(
      '`pnpm payments:import`, about a line that is not sent (exit code 2; others are those of `PaymentErrorCode`)',
      PAYMENT_LINE_CODES,
    ),
    section('`pnpm journal:verify`, about the first seal that does not hold (exit code 1)', JOURNAL_FAULTS),
    section('The query `ledgerVerification`', VERIFY_REFUSALS),
    section('`pnpm ledger:verify`, about books that are not sound (exit code 2)', BOOKS_FAULTS),
    section('`pnpm ledger:shards`, where it fails (exit code 1)', SHARDS_FAULTS),
    section('`pnpm ledger:verify --witness`', WITNESS_FAULTS),
    section('`pnpm vault:keys`, where it fails (exit code 1)', VAULT_COMMAND_FAULTS),
    section('`pnpm vault:keys` (exit code 2), and the log of payments, about what cannot be read', SEAL_FAULTS),
    section('`pnpm vault:keys reencrypt`, about a card (exit code 2)', REENCRYPT_FAULTS),
  ]
  return [INTRODUCTION, ...sections].join('\n')
}

function section(title: string, codes: Readonly<Record<string, string>>): string {
  const rows = Object.entries(codes).map(([code, meaning]) => `| \`${code}\` | ${meaning} |`)
  return `## ${title}\n\n| code | meaning |\n| --- | --- |\n${rows.join('\n')}\n`
}

/** The codes of errors stand in payloads of mutations, others in what is answered. */
const titleOf = (name: SubgraphName, codes: string): string =>
  `${codes.endsWith('ErrorCode') ? `Mutations of ${name}` : `Answers of ${name}`}: \`${codes}\``

/** The enums of codes in a subgraph's SDL, with their descriptions. */
function errorEnums(name: SubgraphName): { title: string; codes: Record<string, string> }[] {
  return subgraphSdl(name)
    .definitions.filter(
      (definition): definition is EnumTypeDefinitionNode => definition.kind === Kind.ENUM_TYPE_DEFINITION,
    )
    .filter((definition) => definition.name.value.endsWith('Code'))
    .map((definition) => ({
      title: titleOf(name, definition.name.value),
      codes: Object.fromEntries(
        (definition.values ?? []).map((value) => [value.name.value, value.description?.value ?? '']),
      ),
    }))
}

/** JSON Schema of the data of each event that a subgraph publishes. */
async function publishedBy(name: SubgraphName): Promise<[string, string][]> {
  const module: { published: Record<string, z.ZodType> } = await import(`../subgraphs/${name}/src/events.ts`)
  return Object.entries(module.published).map(([type, schema]) => [
    type,
    `${JSON.stringify({ title: type, description: `Published by ${name}.`, ...z.toJSONSchema(schema) }, null, 2)}\n`,
  ])
}

const expected = await documents()
const present = globSync('docs/events/*.json', { cwd: repositoryFile('.') })
for (const file of present.filter((name) => !expected.has(name)))
  fault(`${file} belongs to no event any more: remove it.`)
for (const [name, text] of expected) {
  const file = repositoryFile(name)
  if (!process.argv.includes('--check')) {
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, text)
  } else if (!existsSync(file) || readFileSync(file, 'utf8') !== text) {
    fault(`${name} is not what the code says: run pnpm docs:generate and commit it.`)
  }
}

function fault(message: string): void {
  console.error(message)
  process.exitCode = 1
}
