import { bool, ConfigError, csv, nodeEnv } from '@carriergraph/shared/config.ts'
import { z } from 'zod'
import { type AddressPolicy, type AddressRange, addressPolicy, parseRange } from './guard/address-policy.ts'

const ports = csv.transform((entries, context): readonly number[] => {
  const numbers = entries.map((entry) => (/^\d{1,5}$/.test(entry) ? Number(entry) : 0))
  if (numbers.every((number) => number >= 1 && number <= 65_535)) return numbers
  context.addIssue({ code: 'custom', message: 'has an entry that is no port, expected such as 443,8443' })
  return z.NEVER
})

const ranges = csv.transform((entries, context): readonly AddressRange[] => {
  const parsed = entries.map(parseRange)
  if (parsed.every((range) => range !== undefined)) return parsed
  context.addIssue({
    code: 'custom',
    message: 'has an entry that is no range, expected such as 192.0.2.0/24,2001:db8::/32',
  })
  return z.NEVER
})

/** Where webhooks may go. */
export const WEBHOOK_SETTINGS = {
  /** Ports of receivers. */
  WEBHOOK_PORTS: ports.prefault('443,8443'),
  /** Ranges of the operator's own network that look public. */
  WEBHOOK_REFUSED_RANGES: ranges.optional(),
  /** Receivers on this machine, by plain http and at any port. Never in production. */
  WEBHOOK_LOOPBACK: bool.prefault('false'),
  NODE_ENV: nodeEnv.optional(),
} as const

const settings = z.object(WEBHOOK_SETTINGS)
export type WebhookSettings = z.output<typeof settings>

/** @throws ConfigError for loopback in production */
export function webhookPolicy(settings: WebhookSettings): AddressPolicy {
  if (settings.WEBHOOK_LOOPBACK && settings.NODE_ENV === 'production')
    throw new ConfigError([
      'WEBHOOK_LOOPBACK: is true in production, expected false: whoever registers a webhook could call the services of the machine',
    ])
  return addressPolicy({
    allowsLoopback: settings.WEBHOOK_LOOPBACK,
    ports: settings.WEBHOOK_PORTS,
    refusedRanges: settings.WEBHOOK_REFUSED_RANGES ?? [],
  })
}
