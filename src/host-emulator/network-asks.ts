import type { Message } from '#iso8583'
import type { CancelDeadline, Clock } from '#platform'
import { transmissionTime } from './calendar.ts'
import { textOf } from './elements.ts'

/** What a gateway answered to a network request: its DE39, or that it stayed silent. */
export type NetworkVerdict = string | 'silent'

/** The host's own 0800s that wait for an answer. */
export interface NetworkAsks {
  /**
   * Build an 0800 with DE70 = `code` and wait for its answer.
   *
   * @param settlement DE15, where the function has one
   */
  ask(
    code: string,
    settlement?: string,
  ): { readonly message: Message; readonly verdict: Promise<NetworkVerdict> }
  /** Take an answer; one that nobody waits for is ignored. */
  settle(answer: Message): void
  /** Nobody will answer any more. */
  abandon(): void
}

/** Trace numbers of the host's own requests count from here. */
const FIRST_STAN = 900_001

export function createNetworkAsks(clock: Clock, answerTimeoutMs: number): NetworkAsks {
  const waiting = new Map<
    string,
    { readonly tell: (verdict: NetworkVerdict) => void; readonly cancel: CancelDeadline }
  >()
  let stan = FIRST_STAN - 1

  const conclude = (trace: string, verdict: NetworkVerdict): void => {
    const ask = waiting.get(trace)
    waiting.delete(trace)
    ask?.cancel()
    ask?.tell(verdict)
  }

  return {
    ask(code, settlement) {
      stan = stan === 999_999 ? FIRST_STAN : stan + 1
      const trace = String(stan)
      const verdict = new Promise<NetworkVerdict>((tell) => {
        const cancel = clock.after(answerTimeoutMs, () => conclude(trace, 'silent'))
        waiting.set(trace, { tell, cancel })
      })
      const fields = { 7: transmissionTime(clock.nowMs()), 11: trace, 70: code }
      return {
        message: { mti: '0800', fields: settlement ? { ...fields, 15: settlement } : fields },
        verdict,
      }
    },
    settle(answer) {
      if (answer.mti === '0810') conclude(textOf(answer, '11'), textOf(answer, '39'))
    },
    abandon() {
      for (const trace of [...waiting.keys()]) conclude(trace, 'silent')
    },
  }
}
