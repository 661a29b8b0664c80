// pnpm db:seed: loads the demo data into every subgraph's database. What is there already stays as it is.

import { databaseUrlOf } from './environment.ts'
import { reportMistakes } from './report-mistakes.ts'
import { loadDemoData } from './start/demo.ts'
import { SUBGRAPHS, type SubgraphName } from './subgraphs.ts'

await reportMistakes(async () => {
  const urls = SUBGRAPHS.map(({ name }) => [name, databaseUrlOf(name)] as const)
  await loadDemoData({ databaseUrls: Object.fromEntries(urls) as Record<SubgraphName, string> })
  console.log('The demo data is there.')
})
