/** Where time comes from; tests give one that they move by hand. */
export type Clock = () => Date

export const systemClock: Clock = () => new Date()
