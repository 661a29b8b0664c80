import { type ChildProcess, type SpawnOptions, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync } from 'node:fs'

/** Jiffies of /proc: Linux counts CPU time in hundredths of a second wherever a program can see it. */
const TICK_MS = 10

const NO_TASKSET = spawnSync('taskset', ['--version']).status !== 0

/** Whether processes can be kept to a core each. */
export const canPin = !NO_TASKSET && process.platform === 'linux'

/** Starts a Node program, on one core where a core is named. */
export function startProgram(
  program: readonly string[],
  core: number | undefined,
  options: SpawnOptions,
): ChildProcess {
  const command = [process.execPath, ...program]
  const [first = '', ...rest] = core === undefined || !canPin ? command : ['taskset', '-c', String(core), ...command]
  return spawn(first, rest, options)
}

/** Keeps this process, with all its threads, to one core. */
export const pinSelf = (core: number): void => keepToCore(core, process.pid)

/** Keeps a process that runs, with all its threads, to one core. */
export function keepToCore(core: number, pid: number): void {
  if (canPin) spawnSync('taskset', ['-a', '-c', '-p', String(core), String(pid)])
}

/** Ends it at once: some of the contenders do not heed SIGTERM, and there is nothing to lose. */
export async function killProgram(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const exited = once(child, 'exit')
  for (const pid of familyOf(child)) process.kill(pid, 'SIGKILL')
  await exited
}

/** What a process and all its children have used so far. */
export interface Usage {
  readonly cpu_ms: number
  readonly rss_bytes: number
}

/** Of Linux's /proc; on another system nothing is known, and both are NaN. */
export function usageOf(child: ChildProcess): Usage {
  if (process.platform !== 'linux') return { cpu_ms: Number.NaN, rss_bytes: Number.NaN }
  let cpu_ms = 0
  let rss_bytes = 0
  for (const pid of familyOf(child)) {
    const { ticks, rss } = statOf(pid)
    cpu_ms += ticks * TICK_MS
    rss_bytes += rss
  }
  return { cpu_ms, rss_bytes }
}

function statOf(pid: number): { readonly ticks: number; readonly rss: number } {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  const rss_kib = /^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
  return { ticks: Number(fields[11]) + Number(fields[12]), rss: Number(rss_kib) * 1024 }
}

/** The process and its children, the workers of a gateway that runs as several. */
function familyOf({ pid }: ChildProcess): readonly number[] {
  if (pid === undefined) return []
  if (process.platform !== 'linux') return [pid]
  const children = readdirSync(`/proc/${pid}/task`).flatMap((thread) =>
    readFileSync(`/proc/${pid}/task/${thread}/children`, 'utf8').split(' ').filter(Boolean).map(Number),
  )
  return [pid, ...children]
}
