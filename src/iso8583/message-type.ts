/**
 * What a message type indicator says of itself: version, class, function, originator
 * (ISO 8583:1987 clause 4.1; the 1993 and 2003 editions keep the places).
 */

/**
 * Even functions ask (request, advice, notification, instruction), the odd one after each answers.
 */
const FUNCTION_AT = 2
const ORIGINATOR_AT = 3
const LAST_PAIRED_FUNCTION = 6

export function isAnswerMti(mti: string): boolean {
  return digitAt(mti, FUNCTION_AT) % 2 === 1
}

/** Whether the sender says that it sent this before: 0421 repeats 0420. */
export function isRepeatMti(mti: string): boolean {
  return digitAt(mti, ORIGINATOR_AT) % 2 === 1
}

/** The type of a message that repeats one of this type: 0421 repeats 0420. */
export function repeatMtiOf(mti: string): string {
  return isRepeatMti(mti) ? mti : `${mti.slice(0, ORIGINATOR_AT)}${digitAt(mti, ORIGINATOR_AT) + 1}`
}

/** 0200 is answered 0210, 0421 is answered 0430; undefined for a function that nothing answers. */
export function answerMtiOf(mti: string): string | undefined {
  const asked = digitAt(mti, FUNCTION_AT)
  if (asked % 2 === 1 || asked > LAST_PAIRED_FUNCTION) return undefined
  const originator = digitAt(mti, ORIGINATOR_AT)
  return `${classOf(mti)}${asked + 1}${originator - (originator % 2)}`
}

/** Version and class together, such as 02 or 18: what a request and its answer have in common. */
export function classOf(mti: string): string {
  return mti.slice(0, FUNCTION_AT)
}

function digitAt(mti: string, at: number): number {
  return mti.charCodeAt(at) - 48
}
