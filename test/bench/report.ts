import { writeFile } from 'node:fs/promises'
import { cpus, totalmem } from 'node:os'

const GIB = 1024 ** 3

/** One line of a table, and one object of the JSON file. */
export type Row = Readonly<Record<string, string | number>>

/** What this machine is, in one line. */
export function machine(): string {
  const [cpu] = cpus()
  return `${cpu?.model.trim() ?? 'unknown CPU'}, ${cpus().length} cores, ${Math.round(totalmem() / GIB)} GiB, ${process.platform} ${process.arch}, Node ${process.versions.node}`
}

/** A table for people, in Markdown. Columns are those of the first row; numbers are aligned and cut to what says something. */
export function tableOf(rows: readonly Row[]): string {
  const columns = Object.keys(rows[0] ?? {})
  const cells = rows.map((row) => columns.map((column) => cellOf(row[column])))
  const widths = columns.map((column, index) =>
    Math.max(column.length, ...cells.map((line) => line[index]?.length ?? 0)),
  )
  const isText = columns.map((column) => typeof rows[0]?.[column] === 'string')
  const lineOf = (line: readonly string[]): string =>
    `| ${line.map((cell, index) => (isText[index] ? cell.padEnd(widths[index] ?? 0) : cell.padStart(widths[index] ?? 0))).join(' | ')} |`
  const rule = `| ${widths.map((width, index) => (isText[index] ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`)).join(' | ')} |`
  return [lineOf(columns), rule, ...cells.map(lineOf)].join('\n')
}

function cellOf(value: string | number | undefined): string {
  if (typeof value !== 'number') return value ?? ''
  if (Number.isNaN(value)) return '?'
  if (value >= 100 || Number.isInteger(value)) return Math.round(value).toLocaleString('en')
  return value >= 10 ? value.toFixed(1) : value.toFixed(value >= 1 ? 2 : 3)
}

/** The figures of a bench as JSON, for programs. */
export async function writeReport(file: string, name: string, rows: readonly Row[]): Promise<void> {
  const report = { name, machine: machine(), date: new Date().toISOString(), rows }
  await writeFile(file, `${JSON.stringify(report, undefined, 2)}\n`)
}
