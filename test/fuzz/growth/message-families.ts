/** Messages and streams of messages that are slow to read, to write or to describe. */
import {
  type Composite,
  compileDialect,
  compileFrameHeader,
  createFramer,
  DecodeError,
  type Dialect,
  EncodeError,
  FrameError,
  type Message,
} from '#iso8583'
import { LENGTH_MAX, STRESS_DIALECTS } from '../targets/stress-dialects.ts'
import { endOf, type Family, nested, numbered } from './family.ts'
import {
  emptyObjects,
  emptyTags,
  longObject,
  longValue,
  messageWith,
  REPEATED_BYTES,
  repeatedParts,
  templates,
  textTag,
  threeByteTag,
  twice,
  wideTags,
} from './message-bytes.ts'

export function messageFamilies(): Family[] {
  return [...unpackFamilies(), ...packFamilies(), ...framerFamilies()]
}

function unpackFamilies(): Family[] {
  const ber = stress('ber')
  const berHex = stress('ber-hex')
  const tagged = stress('tagged')
  const long = stress('long')
  const at =
    (number: number, digits: number, value: (bytes: number) => Buffer) => (bytes: number) =>
      messageWith(number, { digits, value: value(bytes) })
  const berOf = (value: (bytes: number) => Buffer) => at(55, 5, value)
  const hexOf = (value: (bytes: number) => Buffer) => (bytes: number) => {
    const objects = value(bytes / 2)
    const text = Buffer.from(objects.toString('hex').toUpperCase())
    return messageWith(55, { digits: 5, value: text, count: objects.length })
  }
  return [
    reading('ber, objects of nothing', ber, berOf(emptyObjects)),
    reading('ber, tags of four bytes', ber, berOf(wideTags)),
    reading(
      'ber, filler',
      ber,
      berOf((bytes) => Buffer.alloc(bytes)),
    ),
    reading('ber, one long object', ber, berOf(longObject)),
    reading(
      'ber, the last object twice',
      ber,
      berOf((bytes) => twice(emptyObjects(bytes))),
    ),
    reading('ber, templates within templates', ber, berOf(templates)),
    reading('ber in hex, objects of nothing', berHex, hexOf(emptyObjects)),
    reading('tags of nothing', tagged, at(60, 5, emptyTags)),
    reading(
      'tags of nothing, the last one twice',
      tagged,
      at(60, 5, (bytes) => twice(emptyTags(bytes))),
    ),
    ...['text', 'ebcdic', 'packed', 'raw', 'hex'].map((name, index) => {
      const bytesMax = name === 'packed' ? LENGTH_MAX >> 1 : LENGTH_MAX - 1
      return reading(`one long value, ${name}`, long, at(2 + index, 5, longValue(name)), bytesMax)
    }),
    reading('parts of the same kind', long, at(57, 5, repeatedParts), 999 * REPEATED_BYTES),
    reading('bytes after the message', tagged, (bytes) =>
      Buffer.alloc(bytes, '08000000000000000000'),
    ),
  ]
}

/** A text too long for every element, and as many members as a composite can hold. */
function packFamilies(): Family[] {
  const tagged = stress('tagged')
  const ber = stress('ber')
  return [
    packing('tags of nothing', tagged, (bytes) => ({ 60: numbered(bytes / 10, textTag) })),
    packing('ber objects of nothing', ber, (bytes) => ({ 55: numbered(bytes / 12, threeByteTag) })),
    packing(
      'a text over its length',
      tagged,
      (bytes) => ({ 46: { varying: 'x'.repeat(bytes) } }),
      4_000_000,
    ),
    packing(
      'elements without number',
      tagged,
      (bytes) => numbered(bytes / 8, (at) => `no ${at}`),
      400_000,
    ),
    noting('leniencies', tagged),
    packing(
      'nested, where nothing nests',
      tagged,
      (bytes) => ({ 60: nested(Math.floor(bytes / 6)) }),
      24_000,
    ),
  ]
}

function framerFamilies(): Family[] {
  const header = compileFrameHeader({ length: { bytes: 2, encoding: 'binary' } })
  const framing = (
    name: string,
    chunkBytes: number,
    stream: (bytes: number) => Buffer,
  ): Family => ({
    name: `framer: ${name}`,
    bytesMax: 4_000_000,
    make: (bytes) => {
      const input = stream(bytes)
      const push = () => {
        const framer = createFramer(header, { frameBytesMax: 65_535 })
        for (let at = 0; at < input.length; at += chunkBytes) {
          framer.push(input.subarray(at, at + chunkBytes))
        }
      }
      return { bytes: input.length, run: () => endOf(push, FrameError) }
    },
  })
  const full = header.wrap(Buffer.alloc(65_535))
  const frames = (frame: Buffer) => (bytes: number) =>
    Buffer.concat(Array.from({ length: Math.ceil(bytes / frame.length) }, () => frame))
  return [
    framing('polls in one chunk', 4_000_000, (bytes) => Buffer.alloc(bytes)),
    framing('single bytes of long frames', 1, frames(full)),
    framing('single bytes of short frames', 1, frames(header.wrap(Buffer.of(1)))),
  ]
}

function reading(
  name: string,
  dialect: Dialect,
  input: (bytes: number) => Buffer,
  bytesMax = LENGTH_MAX,
): Family {
  return {
    name: `unpack: ${name}`,
    bytesMax,
    make: (bytes) => {
      const message = input(bytes)
      return {
        bytes: message.length,
        run: () => endOf(() => dialect.unpack(message), DecodeError),
      }
    },
  }
}

function packing(
  name: string,
  dialect: Dialect,
  fields: (bytes: number) => object,
  bytesMax = LENGTH_MAX,
): Family {
  return {
    name: `message: ${name}`,
    bytesMax,
    make: (bytes) => {
      const message: Message = { mti: '0200', fields: fields(bytes) as Message['fields'] }
      const run = () => {
        dialect.describe(message)
        dialect.describe(message, { unmasked: true })
        return endOf(() => dialect.pack(message), EncodeError)
      }
      return { bytes, run }
    },
  }
}

/** What was let through, all of it in one element. */
function noting(name: string, dialect: Dialect): Family {
  return {
    name: `message: ${name}`,
    bytesMax: 800_000,
    make: (bytes) => {
      const note = { path: '60.other', code: 'CONTENT_INVALID', offset: 20 } as const
      const lenient = Array.from({ length: bytes / 50 }, () => note)
      const fields = { 60: numbered(bytes / 50, textTag) as Composite }
      const describe = () => dialect.describe({ mti: '0200', fields, lenient })
      return { bytes, run: () => endOf(describe, EncodeError) }
    },
  }
}

function stress(name: string): Dialect {
  return compileDialect(STRESS_DIALECTS[name])
}
