import { readConfig } from '@carriergraph/shared/config.ts'
import { runService } from '@carriergraph/shared/lifecycle.ts'
import { environmentOf } from '@carriergraph/shared/service/settings.ts'
import { SETTINGS } from './config.ts'
import { createPaymentsService } from './service.ts'

await runService('payments', (resources) =>
  createPaymentsService(readConfig(SETTINGS, environmentOf('payments')), resources),
)
