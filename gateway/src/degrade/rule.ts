import { z } from 'zod'

/** More rules than an operator could keep in mind. */
const RULES_MAX = 100
/** Longer says nothing about now. */
const WINDOW_S_MAX = 3600

const window = {
  /** The calls of so many seconds count. */
  window_s: z.number().int().min(1).max(WINDOW_S_MAX).default(30),
  /** Fewer calls in the window say nothing. */
  calls_min: z.number().int().min(1).default(20),
}

/** How long clients are told to wait where a rule does not say. */
const RETRY_AFTER_S = 30
/** A day: whoever waits longer does not wait. */
const RETRY_AFTER_S_MAX = 86_400
/** Names in one rule. */
const NAMES_MAX = 1_000

const everyRule = {
  name: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/),
  /** Coordinates: the rule is about calls that ask for one of these fields. Without it, about all calls. */
  fields: z
    .array(z.string().regex(/^\w+\.\w+$/))
    .min(1)
    .optional(),
  /** Without it the rule acts as long as it is enabled. */
  when: z
    .union([
      z.strictObject({ ...window, errorRate: z.number().gt(0).max(1) }),
      z.strictObject({ ...window, latency_p95_ms: z.number().gt(0) }),
    ])
    .optional(),
  enabled: z.boolean().default(true),
}

/** About calls of a subgraph. */
const callRule = z.strictObject({
  ...everyRule,
  subgraph: z.string().min(1),
  /** STALE: answers from before first, where there are any. SKIP: and where there is none, the subgraph is not asked. */
  action: z.enum(['STALE', 'SKIP']),
})

const names = z.array(z.string().min(1)).min(1).max(NAMES_MAX).optional()

/** About operations that can wait while a subgraph does badly, whatever they ask for. */
const operationRule = z
  .strictObject({
    ...everyRule,
    /** The one whose calls are measured. */
    subgraph: z.string().min(1).optional(),
    /** REFUSE: they are not run. */
    action: z.literal('REFUSE'),
    /** Names of operations. */
    operations: names,
    /** What clients call themselves. Where both are given, it is these operations of these clients. */
    clients: names,
    retryAfter_s: z.number().int().min(1).max(RETRY_AFTER_S_MAX).default(RETRY_AFTER_S),
  })
  .refine(({ operations, clients }) => operations !== undefined || clients !== undefined, {
    path: ['operations'],
    message: 'REFUSE needs operations or clients',
  })
  .refine(({ subgraph, when }) => (subgraph === undefined) === (when === undefined), {
    path: ['when'],
    message: 'REFUSE measures a subgraph by when, or acts as long as it is enabled: both are given or none',
  })

const ruleSchema = z.discriminatedUnion('action', [callRule, operationRule])

const fileSchema = z.strictObject({
  rules: z
    .array(ruleSchema)
    .max(RULES_MAX)
    .refine((rules) => new Set(rules.map(({ name }) => name)).size === rules.length, 'two rules have the same name'),
})

/** What an operator wants to be done when a subgraph does badly. */
export type DegradeRule = z.infer<typeof ruleSchema>

/** One that keeps calls away from a subgraph. */
export type CallRule = z.infer<typeof callRule>

/** One that refuses operations. */
export type OperationRule = z.infer<typeof operationRule>

/**
 * Reads the text of a rules file: JSON, `{ "rules": [ … ] }`.
 * @throws Error that says what is wrong with it
 */
export function parseDegradeRules(text: string): readonly DegradeRule[] {
  const file = fileSchema.safeParse(JSON.parse(text))
  if (!file.success) throw new Error(z.prettifyError(file.error))
  return file.data.rules
}
