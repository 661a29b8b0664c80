import { execFileSync } from 'node:child_process'
import fs from 'node:fs/promises'
import path from 'node:path'
import { poll } from './poll.ts'

/** What PostgreSQL writes into `postmaster.pid`, as far as it has got. */
export interface PidFile {
  pid: number
  port: number
  /** `starting`, `ready`, `stopping`, `standby`, or empty while the file is being written. */
  state: string
  /** System V identifier of the segment that every process of the server is attached to. */
  sharedMemoryId: string | undefined
}

const pidFilePath = (dataDir: string) => path.join(dataDir, 'postmaster.pid')

export async function readPidFile(dataDir: string): Promise<PidFile | undefined> {
  const text = await fs.readFile(pidFilePath(dataDir), 'utf8').catch(() => undefined)
  if (text === undefined) return undefined
  const lines = text.split('\n').map((line) => line.trim())
  return {
    pid: Number.parseInt(lines[0] ?? '', 10),
    port: Number.parseInt(lines[3] ?? '', 10),
    state: lines[7] ?? '',
    sharedMemoryId: lines[6]?.split(/\s+/)[1],
  }
}

function pidExists(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}

/** A postmaster works in its data directory; another process that got its pid does not. */
async function worksIn(pid: number, dataDir: string): Promise<boolean> {
  const place = await fs.realpath(dataDir)
  try {
    return (await fs.readlink(`/proc/${pid}/cwd`)) === place
  } catch {
    // Root in a container may not look there (no CAP_SYS_PTRACE), but everybody may read the command line.
    const words = (await fs.readFile(`/proc/${pid}/cmdline`, 'utf8')).split('\0')
    const option = words.indexOf('-D')
    return option >= 0 && (await fs.realpath(words[option + 1] ?? '/')) === place
  }
}

async function isLivePostmasterOnLinux(pid: number, dataDir: string): Promise<boolean> {
  try {
    const stat = await fs.readFile(`/proc/${pid}/stat`, 'utf8')
    // The state follows the program's name, which may itself contain blanks and parentheses.
    const state = stat.slice(stat.lastIndexOf(')') + 2).charAt(0)
    return state !== 'Z' && state !== 'X' && (await worksIn(pid, dataDir))
  } catch {
    // Gone meanwhile.
    return false
  }
}

function isLivePostmasterByPs(pid: number): boolean {
  try {
    const line = execFileSync('ps', ['-o', 'stat=,command=', '-p', String(pid)], { encoding: 'utf8' }).trim()
    return !line.startsWith('Z') && line.includes('postgres')
  } catch {
    return false
  }
}

/** Whether `pid` is the living postmaster of `dataDir`: neither a zombie nor somebody else who was given its pid. */
export async function isRunning(pid: number, dataDir: string): Promise<boolean> {
  if (!(pid > 0) || !pidExists(pid)) return false
  if (process.platform === 'linux') return isLivePostmasterOnLinux(pid, dataDir)
  return process.platform === 'win32' || isLivePostmasterByPs(pid)
}

async function attachedProcesses(sharedMemoryId: string): Promise<number> {
  const table = await fs.readFile('/proc/sysvipc/shm', 'utf8').catch(() => '')
  const row = table.split('\n').find((line) => line.trim().split(/\s+/)[1] === sharedMemoryId)
  return Number(row?.trim().split(/\s+/)[6] ?? 0)
}

/**
 * Makes way for a new postmaster after the one of `pidFile` died. PostgreSQL clears a file whose pid is gone, but takes a
 * zombie or a stranger with the same pid for a rival. Removing the file also removes PostgreSQL's own check for backends
 * that outlive a killed postmaster, and two servers on one directory destroy it: so those are waited for first.
 */
export async function clearStalePidFile(dataDir: string, pidFile: PidFile, deadlineMs: number): Promise<void> {
  const { pid, sharedMemoryId } = pidFile
  if (sharedMemoryId !== undefined) {
    const released = await poll(async () => (await attachedProcesses(sharedMemoryId)) === 0 || undefined, deadlineMs)
    if (!released) return
  }
  if (!(pid > 0) || pidExists(pid)) await fs.rm(pidFilePath(dataDir), { force: true })
}

/** The postmaster that serves `dataDir` now, once it has finished starting; `undefined` when there is none any more. */
export async function findPostmaster(dataDir: string, deadlineMs: number): Promise<PidFile | undefined> {
  const settled = await poll(async () => {
    const pidFile = await readPidFile(dataDir)
    if (!pidFile || !(await isRunning(pidFile.pid, dataDir))) return { pidFile: undefined }
    return pidFile.state === 'ready' ? { pidFile } : undefined
  }, deadlineMs)
  return settled?.pidFile
}
