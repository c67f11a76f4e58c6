import type { ElementReader } from '../conduct/element-reader.ts'
import type { DocumentReader } from '../document-reader.ts'

/** How the host authenticates messages, as data: specs/mac.schema.json as types. */
export interface MacDocument {
  readonly algorithm: 'iso9797-1-alg1' | 'iso9797-1-alg3' | 'cmac'
  readonly cipher: 'des' | 'tdes' | 'aes'
  readonly keyBytes: number
  /** 0 for CMAC. */
  readonly padding: number
  readonly macBytes: number
  readonly elements: readonly string[]
  /** `up-to-mac` or `mac-as-zeros` alone, or elements and `mti`. */
  readonly covers: readonly string[]
  readonly lengthsCovered: boolean
  readonly keyIndex: IndexDocument | undefined
  readonly classes: readonly string[]
  readonly functions: readonly ('signOff' | 'echo' | 'cutover')[]
  readonly wrongMacCode: string
  readonly wrongKeyCode: string
  readonly keys: KeysDocument
}

/** Where a key's number is: `from` counts characters of the element's value. */
export interface IndexDocument {
  readonly in: string
  readonly from: number
  readonly digits: number
}

export interface KeysDocument {
  readonly element: string
  readonly wrapping: 'tdes-ecb' | 'aes-wrap'
  readonly checkBytes: number
  readonly keyIndex: IndexDocument | undefined
  readonly gatewayStarts: { readonly code: string; readonly keyIn: KeyIn } | undefined
  readonly hostStarts: { readonly code: string } | undefined
  readonly bothLiveMs: number
}

export type KeyIn = 'request' | 'answer' | 'host-request'

/** Read what a conduct says of MACs. */
export function macDocumentOf(read: DocumentReader, elements: ElementReader): MacDocument {
  read.onlyMembers(MEMBERS)
  const keys = read.object('keys')
  return {
    algorithm: oneOf(read, 'algorithm', ['iso9797-1-alg1', 'iso9797-1-alg3', 'cmac']),
    cipher: oneOf(read, 'cipher', ['des', 'tdes', 'aes']),
    keyBytes: Number(read.text('keyBytes', /^(8|16|24|32)$/)),
    padding: Number(read.optional('padding', /^[123]$/) ?? '0'),
    macBytes: Number(read.text('macBytes', /^([4-9]|1[0-6])$/)),
    elements: elements.textElements(read, 'elements'),
    covers: read.textsIfAny('covers'),
    lengthsCovered: read.optional('lengthsCovered', /^(true|false)$/) === 'true',
    keyIndex: indexOf(read),
    classes: read.texts('classes', /^[1-7]$/),
    functions: read.texts('functions').flatMap((it) => FUNCTIONS.find((name) => name === it) ?? []),
    wrongMacCode: read.text('wrongMacCode', CODE),
    wrongKeyCode: read.text('wrongKeyCode', CODE),
    keys: keysOf(keys, elements),
  }
}

const MEMBERS = [
  ...['algorithm', 'cipher', 'keyBytes', 'padding', 'macBytes', 'elements', 'covers'],
  ...['lengthsCovered', 'keyIndex', 'classes', 'functions', 'wrongMacCode', 'wrongKeyCode', 'keys'],
]

const KEYS_MEMBERS = [
  ...['element', 'wrapping', 'checkBytes', 'keyIndex', 'gatewayStarts', 'hostStarts'],
  ...['bothLiveMs', 'renewAfterMs'],
]

const FUNCTIONS = ['signOff', 'echo', 'cutover'] as const
const CODE = /^[0-9A-Z]{1,6}$/
const MILLISECONDS = /^[1-9][0-9]{0,10}$/

function keysOf(read: DocumentReader, elements: ElementReader): KeysDocument {
  read.onlyMembers(KEYS_MEMBERS)
  const ours = read.has('hostStarts') ? read.object('hostStarts') : undefined
  const theirs = read.has('gatewayStarts') ? read.object('gatewayStarts') : undefined
  return {
    element: elements.textElement(read, 'element'),
    wrapping: oneOf(read, 'wrapping', ['tdes-ecb', 'aes-wrap']),
    checkBytes: Number(read.text('checkBytes', /^[0-8]$/)),
    keyIndex: indexOf(read),
    gatewayStarts: theirs && {
      code: theirs.text('code', CODE),
      keyIn: oneOf(theirs, 'keyIn', ['answer', 'request', 'host-request']),
    },
    hostStarts: ours && { code: ours.text('code', CODE) },
    bothLiveMs: Number(read.text('bothLiveMs', MILLISECONDS)),
  }
}

function indexOf(read: DocumentReader): IndexDocument | undefined {
  if (!read.has('keyIndex')) return undefined
  const place = read.object('keyIndex')
  place.onlyMembers(['in', 'from', 'digits'])
  return {
    in: place.text('in', /^(mac|[0-9]{1,3})$/),
    from: Number(place.text('from', /^[0-9]{1,3}$/)),
    digits: Number(place.text('digits', /^[1-9]$/)),
  }
}

function oneOf<Word extends string>(
  read: DocumentReader,
  member: string,
  words: readonly [Word, ...Word[]],
): Word {
  const text = read.text(member, new RegExp(`^(${words.join('|')})$`))
  return words.find((word) => word === text) ?? words[0]
}
