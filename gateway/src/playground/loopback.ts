const LOOPBACK = /^(?:localhost|[a-z0-9-]+\.localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d{1,5})?$/i

/** Whether a Host header names this machine in a way that no name server can give to another page. */
export const isLoopback = (host: string | undefined): boolean => host !== undefined && LOOPBACK.test(host)
