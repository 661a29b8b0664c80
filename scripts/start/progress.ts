import { styleText } from 'node:util'

/** Shorter steps are not worth a moving line. */
const VISIBLE_AFTER_MS = 1_000
const REDRAW_MS = 100
const FRAMES = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏']

/**
 * Runs one step of the start and says how it went: `✓ title (1.2 s)`. On a terminal a step that takes longer than a
 * second shows a moving line with what it is doing; elsewhere it prints a line when it passes that second.
 */
export async function step<T>(title: string, run: (detail: (text: string) => void) => Promise<T>): Promise<T> {
  const started = performance.now()
  const seconds = () => `${((performance.now() - started) / 1000).toFixed(1)} s`
  const terminal = process.stderr.isTTY === true
  let detail = ''
  let frame = 0
  const draw = () => {
    if (performance.now() - started < VISIBLE_AFTER_MS) return
    const text = [FRAMES[frame++ % FRAMES.length], title, detail, `(${seconds()})`].filter(Boolean).join(' ')
    process.stderr.write(`\r\x1b[2K${text}`)
  }
  const timer = terminal
    ? setInterval(draw, REDRAW_MS)
    : setTimeout(() => console.error(`… ${[title, detail].filter(Boolean).join(': ')}`), VISIBLE_AFTER_MS)
  const finish = (mark: string) => {
    clearTimeout(timer)
    if (terminal) process.stderr.write('\r\x1b[2K')
    console.error(`${mark} ${title} ${styleText('dim', `(${seconds()})`)}`)
  }
  try {
    const result = await run((text) => {
      detail = text
    })
    finish(styleText('green', '✓'))
    return result
  } catch (error) {
    finish(styleText('red', '✗'))
    throw error
  }
}
