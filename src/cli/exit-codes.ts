/** Exit codes of every command; README.md lists them. */
export const EXIT = {
  /** The command did what it was asked; a payment was approved. */
  done: 0,
  /** The input (a message, a file, a request) is bad or was refused. */
  refused: 1,
  /** The command line itself is wrong. */
  usage: 2,
  /** The configuration, a host profile or the keys cannot be used. */
  configuration: 3,
  /** The gateway cannot be reached, or the outcome of the payment is not known. */
  unknown: 4,
  /** The payment was declined, or failed before it reached the host. */
  declined: 5,
  /** The store or a thread failed; the gateway stopped rather than go on. */
  failed: 6,
} as const

export type ExitCode = (typeof EXIT)[keyof typeof EXIT]

/** A command reports how it ended by this. */
export type Finish = (code: ExitCode) => void
