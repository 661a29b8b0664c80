/** A terminal, or a pipe that looks at nobody. */
export type Output = NodeJS.WritableStream & { readonly isTTY?: boolean }

/** Where a command runs. */
export type Surroundings = {
  readonly env: NodeJS.ProcessEnv
  /** `.carriergraph/environment.json`: written by a local `pnpm start`. */
  readonly environmentFile: URL
  readonly stdout: Output
  readonly stderr: Output
}

/** The process's own. */
export const processSurroundings = (): Surroundings => ({
  env: process.env,
  environmentFile: new URL('../../../../.carriergraph/environment.json', import.meta.url),
  stdout: process.stdout,
  stderr: process.stderr,
})
