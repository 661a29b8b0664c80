/** A fault that the person at the terminal can mend. The message is one sentence that says how. */
export class StartError extends Error {
  override readonly name = 'StartError'
}
