/** `vitest` called past pnpm runs on the machine's own Node, which may be too old to load the rest of the setup. */
const OLDEST_MAJOR = 24

if (Number.parseInt(process.versions.node, 10) < OLDEST_MAJOR) {
  throw new Error(
    `Node ${process.versions.node} is too old for these tests: run them by "pnpm exec vitest run <paths>".`,
  )
}
