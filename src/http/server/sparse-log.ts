/** How long a matter is not told again, in milliseconds. */
const pause = 60_000

/** Tells what happens again and again at once, and then at most once a minute. */
export class SparseLog {
  readonly #told = new Map<string, { at: number; times: number }>()

  /** `say` gets how often the matter came up since it was told last. Matters are few: words, no values. */
  tell(matter: string, say: (times: number) => void): void {
    const now = performance.now()
    const known = this.#told.get(matter)
    const times = (known?.times ?? 0) + 1
    if (known && now - known.at < pause) known.times = times
    else {
      this.#told.set(matter, { at: now, times: 0 })
      say(times)
    }
  }
}
