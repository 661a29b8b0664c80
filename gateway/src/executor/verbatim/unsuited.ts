/** Thrown while an operation is compiled that cannot be answered by text that is taken over; nobody else sees it. */
export class Unsuited extends Error {}
