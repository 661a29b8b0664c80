/** What somebody waits for until others bring it about: they tell that something has changed, and it is looked at again. */
export class Changes {
  readonly #waiting: (() => void)[] = []

  async until(condition: () => boolean): Promise<void> {
    while (!condition())
      await new Promise<void>((resolve) => {
        this.#waiting.push(resolve)
      })
  }

  tell(): void {
    for (const look of this.#waiting.splice(0)) look()
  }
}
