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

const ruleSchema = z.strictObject({
  name: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/),
  subgraph: z.string().min(1),
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
  /** STALE: answers from before first, where there are any. SKIP: and where there is none, the subgraph is not asked. */
  action: z.enum(['STALE', 'SKIP']),
  enabled: z.boolean().default(true),
})

const fileSchema = z.strictObject({
  rules: z
    .array(ruleSchema)
    .max(RULES_MAX)
    .refine((rules) => new Set(rules.map(({ name }) => name)).size === rules.length, 'two rules have the same name'),
})

/** What an operator wants to be done to calls of a subgraph when it does badly. */
export type DegradeRule = z.infer<typeof ruleSchema>

/**
 * Reads the text of a rules file: JSON, `{ "rules": [ … ] }`.
 * @throws Error that says what is wrong with it
 */
export function parseDegradeRules(text: string): readonly DegradeRule[] {
  const file = fileSchema.safeParse(JSON.parse(text))
  if (!file.success) throw new Error(z.prettifyError(file.error))
  return file.data.rules
}
