/** Source of an expression that puts a text together. What stands side by side in it is added once, while it is made. */
export class TextSource {
  readonly #terms: { readonly isLiteral: boolean; source: string }[] = []

  literal(text: string): this {
    const last = this.#terms.at(-1)
    if (last?.isLiteral) last.source += text
    else this.#terms.push({ isLiteral: true, source: text })
    return this
  }

  /** @param source of a text */
  expression(source: string): this {
    this.#terms.push({ isLiteral: false, source })
    return this
  }

  toString(): string {
    return this.#terms.map(({ isLiteral, source }) => (isLiteral ? JSON.stringify(source) : source)).join(' + ')
  }
}
