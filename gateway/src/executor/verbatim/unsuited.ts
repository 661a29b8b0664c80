/** Thrown while an operation is compiled that cannot be answered by text that is taken over; nobody else sees it. */
export class Unsuited extends Error {}

/** Thrown while a request is answered that something else came for than was prepared for; nobody else sees it. */
export class Surprise extends Error {}
