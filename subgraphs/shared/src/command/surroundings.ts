import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

/** A terminal, or a pipe that looks at nobody. */
export type Output = NodeJS.WritableStream & { readonly isTTY?: boolean }

/** Where a command runs. */
export type Surroundings = {
  readonly env: NodeJS.ProcessEnv
  /** Written by a local `pnpm start`. */
  readonly environmentFile: string
  readonly stdout: Output
  readonly stderr: Output
}

/** The process's own. */
export const processSurroundings = (): Surroundings => ({
  env: process.env,
  environmentFile: environmentFile(process.env),
  stdout: process.stdout,
  stderr: process.stderr,
})

/** What `pnpm start` says of its databases lies in its home: CARRIERGRAPH_HOME, or `.carriergraph` of the repository. */
export const environmentFile = ({ CARRIERGRAPH_HOME: home }: NodeJS.ProcessEnv): string =>
  resolve(home || LOCAL_HOME, 'environment.json')

const LOCAL_HOME = fileURLToPath(new URL('../../../../.carriergraph', import.meta.url))
