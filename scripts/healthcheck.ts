// For containers: exits 0 when the service of this container answers that it is ready.

const DEADLINE_MS = 4_000
const url = `http://127.0.0.1:${process.env.PORT}/health/ready`
try {
  const response = await fetch(url, { signal: AbortSignal.timeout(DEADLINE_MS) })
  if (!response.ok) process.exitCode = 1
} catch {
  process.exitCode = 1
}
