import type { PlacedMessage } from './placed-messages.ts'
import type { Faults, MessageKind } from './specification.ts'

/**
 * Note message types that are no request and the answer to it. The third digit asks when it is
 * even, and the next one up answers; the fourth is whose message it is, and an odd one repeats
 * (ISO 8583:1987 clause 4.1; the 1993 and 2003 editions keep the places).
 */
export function checkTypes(kind: MessageKind, message: PlacedMessage, faults: Faults): void {
  const { mti, answerMti } = message
  const digits = [...mti].map(Number)
  const [, , asks = 0, originator = 0] = digits
  if (asks % 2 === 1 || asks > LAST_ANSWERED) {
    faults.add(['messages', kind, 'mti'], `${mti} is no type that is answered: 0100, 0420 ...`)
    return
  }
  if (originator % 2 === 1) {
    faults.add(['messages', kind, 'mti'], `${mti} is the type of a repeat, which is written later`)
  }
  const answer = `${mti.slice(0, 2)}${asks + 1}${originator - (originator % 2)}`
  if (answerMti !== answer) {
    faults.add(['messages', kind, 'answerMti'], `must be ${answer}, the answer to ${mti}`)
  }
}

const LAST_ANSWERED = 6
