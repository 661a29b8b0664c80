import { parseFileArguments, type ReadArguments } from '@carriergraph/shared/command/arguments.ts'
import { type ExitCode, runCommand } from '@carriergraph/shared/command/run-command.ts'
import type { Surroundings } from '@carriergraph/shared/command/surroundings.ts'
import { ok } from '@carriergraph/shared/outcome.ts'
import { printable } from '../../../statements/amounts.ts'
import { fileSource } from '../../../statements/check/files.ts'
import { placeText } from '../../../statements/check/report.ts'
import { type PaymentMessage, readMessage } from '../read-message.ts'

const USAGE = `Reads a payment message as the iso20022 rail does, and says what it holds or why it is refused.

  pnpm message:check FILE

FILE is pain.001 (001.03, 001.09), pacs.008 (001.08) or pain.002 (001.03, 001.10 to 001.14). Nothing is stored. Exit code 0: it holds;
2: it is refused; 1: it could not be read.
`

type CheckArguments = { readonly file: string }

/** `pnpm message:check`: see USAGE. What the message holds goes to stdout, why it is refused to stderr. */
export function messageCheck(
  argv: readonly string[],
  surroundings: Pick<Surroundings, 'stdout' | 'stderr'>,
): Promise<ExitCode> {
  return runCommand(argv, surroundings, { usage: USAGE, readArguments, run: (options) => check(options, surroundings) })
}

function readArguments(argv: readonly string[]): ReadArguments<CheckArguments> {
  const parsed = parseFileArguments(argv, {})
  if (!parsed.ok || parsed.value === 'help') return parsed
  return ok({ file: parsed.value.file })
}

async function check(
  { file }: CheckArguments,
  { stdout, stderr }: Pick<Surroundings, 'stdout' | 'stderr'>,
): Promise<ExitCode> {
  const read = await readMessage(await fileSource(file))
  if (read.ok) {
    stdout.write(messageText(read.value))
    return 0
  }
  const place = read.position === undefined ? '' : ` at ${placeText(read.position)}`
  stderr.write(`${read.code}${place}: ${printable(read.message)}\n`)
  return 2
}

/** What a message holds, for a person. */
function messageText({ kind, message, content }: PaymentMessage): string {
  const rows: [string, string | number][] = [
    ['message', message],
    ['id', content.messageId],
  ]
  if (kind === 'CREDIT_TRANSFERS') {
    const { transactions, controlSum, currencies } = content
    rows.push(['transactions', transactions], ['control sum', controlSum], ['currencies', currencies.join(', ')])
  } else {
    const { originalMessageId, group, batches, transactions } = content
    rows.push(['about', originalMessageId], ['group', group?.status ?? 'not said'])
    for (const [id, { status }] of batches) rows.push(['batch', `${id} ${status}`])
    for (const [status, count] of counted(transactions)) rows.push(['transactions', `${count} ${status}`])
  }
  return rows.map(([name, value]) => `${name.padEnd(14)}${printable(String(value))}\n`).join('')
}

function counted(transactions: readonly { readonly status: string }[]): Map<string, number> {
  const counts = new Map<string, number>()
  for (const { status } of transactions) counts.set(status, (counts.get(status) ?? 0) + 1)
  return counts
}
