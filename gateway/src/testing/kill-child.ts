import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'

/** SIGKILL: no farewell on any socket. Resolves when it is gone. */
export async function killChild(child: ChildProcess | undefined): Promise<void> {
  if (child === undefined) return
  const exited = once(child, 'exit')
  child.kill('SIGKILL')
  await exited
}
