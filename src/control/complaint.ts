import type { Log } from '#platform'

/** What is tried again and again, and may fail each time for the same reason. */
export interface Complaint {
  /** Log the first failure of a row, and each that has another code than the one before. */
  failed(error: unknown): void
  worked(): void
}

export function createComplaint(log: Log, message: string): Complaint {
  let told: unknown
  return {
    failed(error) {
      const why = codeOf(error)
      if (why !== told) log.error(message, { error })
      told = why
    },
    worked() {
      told = undefined
    },
  }
}

function codeOf(error: unknown): unknown {
  const hasCode = error instanceof Error && 'code' in error
  return hasCode ? error.code : String(error)
}
