// The first thing that `pnpm start` runs, in plain JavaScript so that any Node can read it. It refuses an old Node with
// one sentence and hands over to scripts/start/main.ts, which needs a Node that runs TypeScript as it is.

const NODE_MAJOR_MIN = 24
const major = Number(process.versions.node.split('.')[0])

if (major < NODE_MAJOR_MIN) {
  console.error(
    `CarrierGraph needs Node ${NODE_MAJOR_MIN} or newer and this is ${process.version}: install it from https://nodejs.org and run the command again.`,
  )
  process.exit(1)
}
const { start } = await import('./start/main.ts')
await start()
