import { execFile } from 'node:child_process'
import path from 'node:path'
import { promisify } from 'node:util'
import type { Owner } from './owner.ts'

const execFileAsync = promisify(execFile)

/** PG* variables meant for somebody else's server must not reach ours; messages in English, so that failures are recognised. */
export function serverEnvironment(inherited: NodeJS.ProcessEnv = process.env): NodeJS.ProcessEnv {
  const kept = Object.entries(inherited).filter(([name]) => !/^(PG|LC_|LANG)/.test(name))
  return { ...Object.fromEntries(kept), LC_ALL: 'C', TZ: 'UTC' }
}

/** Runs a PostgreSQL program to its end as `owner`. What it printed when it fails. */
export async function run(
  program: string,
  args: string[],
  owner: Owner | undefined,
): Promise<{ ok: true } | { ok: false; output: string }> {
  try {
    // A directory that every user can enter: the caller's own may be root's private home.
    await execFileAsync(program, args, { ...owner, env: serverEnvironment(), cwd: path.parse(program).root })
    return { ok: true }
  } catch (error) {
    const stderr = error instanceof Error && 'stderr' in error ? String(error.stderr) : ''
    return { ok: false, output: stderr.trim() === '' ? String(error) : stderr }
  }
}
