/** A topology as a file has it: two sites and the link between them, unless something else is said. */
export const topology = (change: Readonly<Record<string, unknown>> = {}) => ({
  id: 'ring',
  name: 'Ring',
  nodes: [node('a'), node('b', { lat: 47.5 })],
  links: [link('ab', 'a', 'b')],
  ...change,
})

export const node = (id: string, change: Readonly<Record<string, unknown>> = {}) => ({
  id,
  name: `Site ${id}`,
  country: 'Switzerland',
  lat: 47,
  lon: 8,
  ...change,
})

export const link = (id: string, a: string, b: string, change: Readonly<Record<string, unknown>> = {}) => ({
  id,
  a,
  b,
  km: 60,
  capacityMbps: 400_000,
  ...change,
})
