import type { Composite, Message } from '#iso8583'
import type { CancelDeadline, Clock } from '#platform'
import type { NetworkRules } from './conduct/network-rules.ts'

/** What a gateway answered to a network request: its response code, or that it stayed silent. */
export type NetworkVerdict = string | 'silent'

/** The host's own network requests that wait for an answer. */
export interface NetworkAsks {
  /**
   * Build a network request for the function `code` and wait for its answer.
   *
   * @param besides the settlement date, `YYYY-MM-DD`, where the function has one, and elements
   */
  ask(
    code: string,
    besides?: AskedBesides,
  ): { readonly message: Message; readonly verdict: Promise<NetworkVerdict> }
  /** Take an answer; one that nobody waits for is ignored. */
  settle(answer: Message): void
  /** Nobody will answer any more. */
  abandon(): void
}

/** What a network request has beside its function. */
export interface AskedBesides {
  readonly settlementDate?: string
  readonly fields?: Composite
}

/** Trace numbers of the host's own requests count from here. */
const FIRST_STAN = 900_001

export function createNetworkAsks(
  rules: NetworkRules,
  clock: Clock,
  answerTimeoutMs: number,
): NetworkAsks {
  const waiting = new Map<
    number,
    { readonly tell: (verdict: NetworkVerdict) => void; readonly cancel: CancelDeadline }
  >()
  let stan = FIRST_STAN - 1

  const conclude = (trace: number, verdict: NetworkVerdict): void => {
    const ask = waiting.get(trace)
    waiting.delete(trace)
    ask?.cancel()
    ask?.tell(verdict)
  }

  return {
    ask(code, { settlementDate, fields } = {}) {
      stan = stan === 999_999 ? FIRST_STAN : stan + 1
      const trace = stan
      const verdict = new Promise<NetworkVerdict>((tell) => {
        const cancel = clock.after(answerTimeoutMs, () => conclude(trace, 'silent'))
        waiting.set(trace, { tell, cancel })
      })
      const asked = { code, stan, nowMs: clock.nowMs() }
      const message = rules.ask(settlementDate ? { ...asked, settlementDate } : asked)
      return { message: { ...message, fields: { ...message.fields, ...fields } }, verdict }
    },
    settle(answer) {
      if (!rules.isAnswer(answer)) return
      conclude(Number(rules.readStan(answer.fields)), rules.readCode(answer.fields))
    },
    abandon() {
      for (const trace of [...waiting.keys()]) conclude(trace, 'silent')
    },
  }
}
