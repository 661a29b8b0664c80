import type { Writable } from 'node:stream'
import { styleText } from 'node:util'

/** Shorter steps are not worth a moving line. */
const VISIBLE_AFTER_MS = 1_000
const REDRAW_MS = 100
const FRAMES = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏']
/** Of a terminal that does not say how wide it is. */
const COLUMNS = 80
const CLEAR_LINE = '\r\x1b[2K'

/** Where progress is shown: a terminal, or a file that somebody reads later. */
export type Terminal = Writable & { readonly isTTY?: boolean; readonly columns?: number }

/** Runs one step and shows how it goes. `detail` is told what is being done within it. */
export type Step = <T>(title: string, run: (detail: (text: string) => void) => Promise<T>) => Promise<T>

/**
 * Says how each step went: `✓ title (1.2 s)`. On a terminal a step that takes longer than a second shows a moving line
 * with what it is doing; elsewhere it prints a line when it passes that second.
 * @param cancelled no step begins once it is aborted; rejects with its reason
 */
export function stepsOn(out: Terminal, cancelled?: AbortSignal): Step {
  return async (title, run) => {
    cancelled?.throwIfAborted()
    const started = performance.now()
    const seconds = () => `${((performance.now() - started) / 1000).toFixed(1)} s`
    let detail = ''
    let frame = 0
    const draw = () => {
      if (performance.now() - started < VISIBLE_AFTER_MS) return
      const text = [FRAMES[frame++ % FRAMES.length], title, detail, `(${seconds()})`].filter(Boolean).join(' ')
      // A line that wraps would not be cleared whole.
      out.write(CLEAR_LINE + text.slice(0, (out.columns || COLUMNS) - 1))
    }
    const timer = out.isTTY
      ? setInterval(draw, REDRAW_MS)
      : setTimeout(() => out.write(`… ${[title, detail].filter(Boolean).join(': ')}\n`), VISIBLE_AFTER_MS)
    const finish = (color: 'green' | 'red', mark: string) => {
      clearTimeout(timer)
      const colored = (style: Parameters<typeof styleText>[0], text: string) => styleText(style, text, { stream: out })
      out.write(`${out.isTTY ? CLEAR_LINE : ''}${colored(color, mark)} ${title} ${colored('dim', `(${seconds()})`)}\n`)
    }
    try {
      const result = await run((text) => {
        detail = text
      })
      finish('green', '✓')
      return result
    } catch (error) {
      finish('red', '✗')
      throw error
    }
  }
}
