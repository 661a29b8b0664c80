/**
 * Whether a header such as Accept or Accept-Encoding names a value and does not refuse it by `q=0`. Wildcards do not
 * count: a bare wildcard, as curl sends it, is no wish for a web page.
 */
export const acceptsListed = (header: string | undefined, value: string): boolean =>
  (header ?? '').split(',').some((item) => {
    const [name, ...parameters] = item.split(';').map((part) => part.trim().toLowerCase())
    return name === value && !parameters.some((parameter) => /^q=0(\.0*)?$/.test(parameter))
  })
