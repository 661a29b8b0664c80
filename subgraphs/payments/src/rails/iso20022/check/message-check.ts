import { parseArguments } from '@carriergraph/shared/command/arguments.ts'
import { faultText } from '@carriergraph/shared/command/fault.ts'
import type { Surroundings } from '@carriergraph/shared/command/surroundings.ts'
import { printable } from '../../../statements/amounts.ts'
import { fileSource } from '../../../statements/check/files.ts'
import { placeText } from '../../../statements/check/report.ts'
import { type PaymentMessage, readMessage } from '../read-message.ts'

const USAGE = `Reads a payment message as the iso20022 rail does, and says what it holds or why it is refused.

  pnpm message:check FILE

FILE is pain.001 (001.03, 001.09), pacs.008 (001.08) or pain.002 (001.03, 001.10). Nothing is stored. Exit code 0: it holds;
2: it is refused; 1: it could not be read.
`

/** 0: the message holds; 2: it is refused; 1: it could not be read. */
type ExitCode = 0 | 1 | 2

/** `pnpm message:check`: see USAGE. What the message holds goes to stdout, why it is refused to stderr. */
export async function messageCheck(
  argv: readonly string[],
  { stdout, stderr }: Pick<Surroundings, 'stdout' | 'stderr'>,
): Promise<ExitCode> {
  const parsed = parseArguments(argv, { help: { type: 'boolean', short: 'h', default: false } })
  const [file, ...others] = parsed.ok ? parsed.value.positionals : []
  if (parsed.ok && parsed.value.values.help) {
    stdout.write(USAGE)
    return 0
  }
  if (!parsed.ok || file === undefined || others.length > 0) {
    stderr.write(`${parsed.ok ? 'Name one file.' : parsed.message}\n\n${USAGE}`)
    return 1
  }
  try {
    const read = await readMessage(await fileSource(file))
    if (read.ok) stdout.write(messageText(read.value))
    else {
      const place = read.position === undefined ? '' : ` at ${placeText(read.position)}`
      stderr.write(`${read.code}${place}: ${printable(read.message)}\n`)
    }
    return read.ok ? 0 : 2
  } catch (error) {
    stderr.write(`${faultText(error)}\n`)
    return 1
  }
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
