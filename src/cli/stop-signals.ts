/** Signals within so many milliseconds are one: npm sends on what its terminal has sent already. */
const oneAndTheSame = 1000
const signals = ['SIGTERM', 'SIGINT', 'SIGHUP'] as const

/**
 * Calls `stop` at the first SIGTERM, SIGINT or SIGHUP, and `hurry` at one that comes a second later or more. None of them
 * ends the process by itself, until the function that this returns is called.
 */
export function onStopSignals(stop: () => void, hurry: () => void = () => {}): () => void {
  let first: number | undefined
  const hear = () => {
    const now = performance.now()
    if (first === undefined) {
      first = now
      stop()
    } else if (now - first >= oneAndTheSame) hurry()
  }
  for (const signal of signals) process.on(signal, hear)
  return () => {
    for (const signal of signals) process.off(signal, hear)
  }
}
