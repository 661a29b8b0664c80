export const LINK_STATUSES = ['UP', 'DOWN'] as const
export type LinkStatus = (typeof LINK_STATUSES)[number]
