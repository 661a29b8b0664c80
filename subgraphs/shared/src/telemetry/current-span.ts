import { AsyncLocalStorage } from 'node:async_hooks'
import type { Span } from '@opentelemetry/api'

const current = new AsyncLocalStorage<Span>()

/** The span of the work in hand; undefined where nothing is traced. */
export const currentSpan = (): Span | undefined => current.getStore()

/** Runs `fn`, and all that it awaits, as the work of `span`. */
export const runUnder = <T>(span: Span, fn: () => T): T => current.run(span, fn)
