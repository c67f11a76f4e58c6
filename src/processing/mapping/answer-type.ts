import { answerMtiOf, isRepeatMti } from '#iso8583'
import type { PlacedMessage } from './placed-messages.ts'
import type { Faults, MessageKind } from './specification.ts'

/** Note message types that are no request and the answer to it. */
export function checkTypes(kind: MessageKind, message: PlacedMessage, faults: Faults): void {
  const { mti, answerMti } = message
  const answer = answerMtiOf(mti)
  if (answer === undefined) {
    faults.add(['messages', kind, 'mti'], `${mti} is no type that is answered: 0100, 0420 ...`)
    return
  }
  if (isRepeatMti(mti)) {
    faults.add(['messages', kind, 'mti'], `${mti} is the type of a repeat, which is written later`)
  }
  if (answerMti !== answer) {
    faults.add(['messages', kind, 'answerMti'], `must be ${answer}, the answer to ${mti}`)
  }
}
