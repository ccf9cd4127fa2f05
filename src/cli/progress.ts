import type { Terminal } from './terminal.ts'

const interactiveMs = 100
const otherwiseMs = 5000

/**
 * Shows how far a long command is: one line that overwrites itself where people watch, else a line every five
 * seconds. `end` removes it.
 */
export function showProgress(terminal: Terminal): {
  show: (done: number, total: number) => void
  end: () => void
} {
  let last = performance.now()
  let isShown = false
  const wait = terminal.isInteractive ? interactiveMs : otherwiseMs
  return {
    show: (done, total) => {
      if (performance.now() - last < wait) return
      last = performance.now()
      isShown = true
      if (terminal.isInteractive) terminal.raw(`\r\x1b[K${done} of ${total} sessions`)
      else terminal.say(`${done} of ${total} sessions`)
    },
    end: () => {
      if (isShown && terminal.isInteractive) terminal.raw('\r\x1b[K')
    },
  }
}
