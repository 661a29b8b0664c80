import { drizzleConfig } from './src/db/drizzle-config.ts'

// The event bus's own database. The tables that subgraphs share are in each subgraph's migrations.
export default drizzleConfig({ schema: './src/bus/postgres/tables.ts', out: './migrations/bus' })
