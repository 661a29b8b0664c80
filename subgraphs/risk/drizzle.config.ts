import { drizzleConfig } from '@carriergraph/shared/db/drizzle-config.ts'

export default drizzleConfig()
