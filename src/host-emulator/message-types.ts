/**
 * What all editions say of message types: specs/hosts/meridian/interface.md 2. Of the emulator's
 * own, for by it a derived host judges the types of the gateway's answers.
 */

/** A request's or advice's type, in contrast to an answer's: its third digit is even. */
export function isRequestType(mti: string): boolean {
  return mti.charCodeAt(2) % 2 === 0
}

/** 0200 to 0210, 0421 to 0430: one step on in the function, a repeat's 1 taken back. */
export function answerTypeOf(mti: string): string {
  const originator = mti.charCodeAt(3) - 48
  return `${mti.slice(0, 2)}${Number(mti[2]) + 1}${originator - (originator % 2)}`
}

/** The type of a message that repeats one of this type. */
export function repeatTypeOf(mti: string): string {
  const originator = mti.charCodeAt(3) - 48
  return `${mti.slice(0, 3)}${originator + 1 - (originator % 2)}`
}
