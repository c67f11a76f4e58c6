/** Faults as a reader is told them: sentences, and the name that was probably meant. */
import type { LocatedFault } from '#processing'

/** What the JSON parser calls its faults. */
const PARSER_WORDS: ReadonlyMap<string, string> = new Map([
  ['InvalidSymbol', 'a word that JSON does not have'],
  ['InvalidNumberFormat', 'a number that is written wrongly'],
  ['PropertyNameExpected', 'the name of a member in double quotes is missing'],
  ['ValueExpected', 'a value is missing'],
  ['ColonExpected', 'a colon is missing'],
  ['CommaExpected', 'a comma is missing'],
  ['CloseBraceExpected', 'a closing brace is missing'],
  ['CloseBracketExpected', 'a closing bracket is missing'],
  ['EndOfFileExpected', 'there is more behind the end'],
  ['InvalidCommentToken', 'a comment, which JSON does not have'],
  ['UnexpectedEndOfComment', 'a comment that does not end'],
  ['UnexpectedEndOfString', 'a text that does not end'],
  ['UnexpectedEndOfNumber', 'a number that does not end'],
  ['InvalidUnicode', 'a \\u without four hex digits'],
  ['InvalidEscapeCharacter', 'an escape that JSON does not have'],
  ['InvalidCharacter', 'a control character in a text'],
])

const ANY_WORD = new RegExp(`\\b(${[...PARSER_WORDS.keys()].join('|')})\\b`, 'g')

/** A text with the parser's words made sentences. */
export function inWords(text: string): string {
  return text.replace(ANY_WORD, (word) => PARSER_WORDS.get(word) ?? word)
}

/** The fault in sentences; of a member that is not known, the one that was probably meant. */
export function faultInWords(fault: LocatedFault): LocatedFault {
  const reason = inWords(fault.reason)
  const [, told] = /; known are (.+)$/.exec(reason) ?? []
  const meant = meantName(fault.path.split('/').at(-1) ?? '', told?.split(', ') ?? [])
  if (meant === undefined) return { ...fault, reason }
  return { ...fault, reason: reason.replace('; known', `; did you mean ${meant}? Known`) }
}

/** The only name that is one or two letters from what was written. */
function meantName(written: string, names: readonly string[]): string | undefined {
  const near = names.filter((name) => editDistance(written, name) <= NEAR && name.length > NEAR)
  return near.length === 1 ? near[0] : undefined
}

const NEAR = 2

/** Letters put in, left out and exchanged (Levenshtein). */
function editDistance(a: string, b: string): number {
  let above = Array.from({ length: b.length + 1 }, (_, at) => at)
  for (const [row, letter] of [...a].entries()) {
    const line = [row + 1]
    for (const [at, other] of [...b].entries()) {
      const exchanged = (above[at] ?? 0) + (letter === other ? 0 : 1)
      line.push(Math.min(exchanged, (above[at + 1] ?? 0) + 1, (line[at] ?? 0) + 1))
    }
    above = line
  }
  return above[b.length] ?? 0
}
