import type { JsonLimits } from './limits.ts'

/**
 * Find why bytes are not I-JSON (RFC 7493) within limits.
 *
 * Beyond RFC 8259 it refuses invalid UTF-8, a byte order mark, lone surrogates and noncharacters,
 * a member given twice in one object (however it is spelled), the names `__proto__`, `constructor`
 * and `prototype`, and every number that is not an integer within 2^53 - 1 written without
 * fraction, exponent or minus zero.
 *
 * @returns the text, or what is wrong and where; a reason never holds a value of the document
 */
export function readIJson(bytes: Uint8Array, limits: JsonLimits): IJson {
  let text: string
  try {
    text = UTF8.decode(bytes)
  } catch {
    return { kind: 'faulty', reason: 'not UTF-8' }
  }
  const reason = findJsonFault(text, limits)
  return reason === undefined ? { kind: 'sound', text } : { kind: 'faulty', reason }
}

export type IJson =
  | { readonly kind: 'sound'; readonly text: string }
  | { readonly kind: 'faulty'; readonly reason: string }

/** As {@link readIJson}, for text; undefined when nothing is wrong. */
export function findJsonFault(text: string, limits: JsonLimits): string | undefined {
  const scan: Scan = { text, at: 0, limits, path: [], members: 0, fault: undefined }
  skipSpace(scan)
  if (!scanValue(scan)) return faultText(scan)
  skipSpace(scan)
  if (scan.at === text.length) return undefined
  fail(scan, 'something follows the value')
  return faultText(scan)
}

const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
const FORBIDDEN_NAMES: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype'])
/** Names that are shown in a reason: a developer's, never a card number put in the wrong place. */
const SHOWABLE_NAME = /^[A-Za-z_]{1,32}[0-9]{0,2}$/

/** Where the scan stands. Every scanner below moves `at` behind what it read, or sets `fault`. */
interface Scan {
  readonly text: string
  at: number
  readonly limits: JsonLimits
  /** Names and indexes down to the value being scanned. */
  readonly path: (string | number)[]
  members: number
  fault: string | undefined
}

function scanValue(scan: Scan): boolean {
  const code = scan.text.charCodeAt(scan.at)
  if (code === QUOTE) return scanString(scan)
  if (code === OPEN_BRACE) return scanObject(scan)
  if (code === OPEN_BRACKET) return scanArray(scan)
  if (code === MINUS || isDigit(code)) return scanNumber(scan)
  for (const word of WORDS) if (scan.text.startsWith(word, scan.at)) return advance(scan, word)
  return fail(scan, 'a value is missing or misspelt')
}

function scanObject(scan: Scan): boolean {
  if (!enter(scan)) return false
  if (leaves(scan, CLOSE_BRACE)) return true
  const names: string[] = []
  const slot = scan.path.push('') - 1
  for (;;) {
    if (scan.text.charCodeAt(scan.at) !== QUOTE) return fail(scan, 'a member name is missing')
    const start = scan.at
    if (!scanString(scan)) return false
    const name = unquoted(scan.text, start, scan.at)
    scan.path[slot] = name
    if (!admitName(scan, name, names)) return false
    skipSpace(scan)
    if (scan.text.charCodeAt(scan.at) !== COLON) return fail(scan, 'a colon is missing')
    scan.at++
    skipSpace(scan)
    if (!scanValue(scan)) return false
    const next = separator(scan, CLOSE_BRACE)
    if (next !== COMMA) return next === CLOSE_BRACE
    scan.path[slot] = ''
  }
}

function scanArray(scan: Scan): boolean {
  if (!enter(scan)) return false
  if (leaves(scan, CLOSE_BRACKET)) return true
  const slot = scan.path.push(0) - 1
  for (let index = 0; ; index++) {
    scan.path[slot] = index
    if (!countMember(scan)) return false
    if (!scanValue(scan)) return false
    const next = separator(scan, CLOSE_BRACKET)
    if (next !== COMMA) return next === CLOSE_BRACKET
  }
}

/** Steps over an opening bracket and the space behind it, one level down. */
function enter(scan: Scan): boolean {
  if (scan.path.length >= scan.limits.depthMax) return fail(scan, 'nested too deeply')
  scan.at++
  skipSpace(scan)
  return true
}

/** Whether the bracket just opened closes at once. */
function leaves(scan: Scan, close: number): boolean {
  if (scan.text.charCodeAt(scan.at) !== close) return false
  scan.at++
  return true
}

/** Steps over what follows a member: a comma and the space behind it, or the closing bracket. */
function separator(scan: Scan, close: number): number {
  skipSpace(scan)
  const code = scan.text.charCodeAt(scan.at)
  if (code !== COMMA && code !== close) {
    fail(scan, 'a comma or a closing bracket is missing')
    return 0
  }
  scan.at++
  if (code === COMMA) skipSpace(scan)
  else scan.path.pop()
  return code
}

function admitName(scan: Scan, name: string, names: string[]): boolean {
  if (FORBIDDEN_NAMES.has(name)) return fail(scan, 'a member name that is not allowed')
  if (!countMember(scan)) return false
  if (names.includes(name)) return fail(scan, 'a member is given twice')
  names.push(name)
  return true
}

function countMember(scan: Scan): boolean {
  if (++scan.members <= scan.limits.membersMax) return true
  return fail(scan, `more than ${scan.limits.membersMax} members and elements`)
}

function scanString(scan: Scan): boolean {
  const { text } = scan
  const start = ++scan.at
  for (;;) {
    const code = text.charCodeAt(scan.at)
    if (code === QUOTE) break
    if (code === BACKSLASH) {
      if (!scanEscape(scan)) return false
    } else if (code >= 0x20 && code < 0xd800) scan.at++
    else if (!scanRare(scan, code)) return false
  }
  if (scan.at - start > scan.limits.stringUnitsMax) {
    return fail(scan, `a string longer than ${scan.limits.stringUnitsMax} characters`)
  }
  scan.at++
  return true
}

/**
 * What ends a text too soon, may not stand in a string, or needs a look at its whole code point.
 */
function scanRare(scan: Scan, code: number): boolean {
  if (Number.isNaN(code)) return fail(scan, 'a string does not end')
  if (code < 0x20) return fail(scan, 'a control character in a string')
  const point = scan.text.codePointAt(scan.at) ?? 0
  if (isSurrogate(point)) return fail(scan, 'half a surrogate pair')
  if (isNoncharacter(point)) return fail(scan, 'a noncharacter')
  scan.at += point > 0xffff ? 2 : 1
  return true
}

/** Steps over one escape, or over two that are a surrogate pair. */
function scanEscape(scan: Scan): boolean {
  const letter = scan.text.charAt(scan.at + 1)
  if (letter !== 'u') {
    if (letter === '' || !'"\\/bfnrt'.includes(letter)) return fail(scan, 'an unknown escape')
    scan.at += 2
    return true
  }
  let point = codeEscapedAt(scan.text, scan.at)
  if (Number.isNaN(point)) return fail(scan, 'an unknown escape')
  if (isHigh(point)) {
    const low = codeEscapedAt(scan.text, scan.at + 6)
    if (low >= 0xdc00 && low <= 0xdfff) {
      point = 0x10000 + ((point - 0xd800) << 10) + (low - 0xdc00)
      scan.at += 6
    }
  }
  if (isSurrogate(point)) return fail(scan, 'half a surrogate pair')
  if (isNoncharacter(point)) return fail(scan, 'a noncharacter')
  scan.at += 6
  return true
}

/** The code unit of a `\uXXXX` that begins at `at`; NaN when there is none. */
function codeEscapedAt(text: string, at: number): number {
  if (text.charCodeAt(at) !== BACKSLASH || text.charAt(at + 1) !== 'u') return Number.NaN
  const digits = text.slice(at + 2, at + 6)
  return /^[0-9A-Fa-f]{4}$/.test(digits) ? Number.parseInt(digits, 16) : Number.NaN
}

function scanNumber(scan: Scan): boolean {
  const { text } = scan
  const start = scan.at
  if (text.charCodeAt(scan.at) === MINUS) scan.at++
  const first = text.charCodeAt(scan.at)
  if (!isDigit(first)) return fail(scan, 'a number without digits')
  while (isDigit(text.charCodeAt(scan.at))) scan.at++
  const written = text.slice(start, scan.at)
  if (first === ZERO && written !== '0') return fail(scan, 'a number with a leading or minus zero')
  if (/^[.eE]/.test(text.charAt(scan.at))) return fail(scan, 'a number that is not an integer')
  return Number.isSafeInteger(Number(written)) || fail(scan, 'a number beyond 2^53 - 1')
}

/** A name from its place in the text, quotes included. */
function unquoted(text: string, start: number, end: number): string {
  const inner = text.slice(start + 1, end - 1)
  return inner.includes('\\') ? String(JSON.parse(text.slice(start, end))) : inner
}

function skipSpace(scan: Scan): void {
  for (;;) {
    const code = scan.text.charCodeAt(scan.at)
    if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) return
    scan.at++
  }
}

function advance(scan: Scan, word: string): boolean {
  scan.at += word.length
  return true
}

function fail(scan: Scan, fault: string): false {
  scan.fault ??= fault
  return false
}

function faultText({ fault, path }: Scan): string {
  const steps = path.map((step) => {
    if (typeof step === 'number') return `[${step}]`
    if (step === '') return ''
    return SHOWABLE_NAME.test(step) ? `.${step}` : '.?'
  })
  const place = steps.join('').replace(/^\./, '')
  return place === '' ? String(fault) : `${fault} at ${place}`
}

const isDigit = (code: number) => code >= ZERO && code <= 0x39
const isHigh = (code: number) => code >= 0xd800 && code <= 0xdbff
const isSurrogate = (point: number) => point >= 0xd800 && point <= 0xdfff
const isNoncharacter = (point: number) =>
  (point >= 0xfdd0 && point <= 0xfdef) || (point & 0xfffe) === 0xfffe

const WORDS = ['true', 'false', 'null']
const QUOTE = 0x22
const COMMA = 0x2c
const MINUS = 0x2d
const ZERO = 0x30
const COLON = 0x3a
const OPEN_BRACKET = 0x5b
const BACKSLASH = 0x5c
const CLOSE_BRACKET = 0x5d
const OPEN_BRACE = 0x7b
const CLOSE_BRACE = 0x7d
