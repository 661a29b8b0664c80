// The first thing that `pnpm start` and `pnpm dev` run, in plain JavaScript so that any Node can read it. It refuses an old Node with
// one sentence and hands over to scripts/start/main.ts, which needs a Node that runs TypeScript as it is.

// 24.2 is the first that knows import.meta.main.
const OLDEST = [24, 2]
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)

if (major < OLDEST[0] || (major === OLDEST[0] && minor < OLDEST[1])) {
  console.error(
    `CarrierGraph needs Node ${OLDEST.join('.')} or newer and this is ${process.version}: install it from https://nodejs.org and run the command again.`,
  )
  process.exit(1)
}
const { start } = await import('./start/main.ts')
await start({ watch: process.argv.includes('--watch') })
