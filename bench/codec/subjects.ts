import type { FieldValue, Message } from '#iso8583'
import { MESSAGE, NUMBERS, readEdition } from './message.ts'
import { createPeers } from './peers.ts'
import { packByHand, unpackByHand } from './probe.ts'

/** One way to read or write the message; each act gives a number, so that none is left out. */
export interface Subject {
  readonly name: string
  readonly act: 'unpack' | 'pack' | 'route'
  readonly bytes: number
  run(): number
}

/** Copies of the message, so that no reader meets the same bytes twice in a row. */
const COPIES = 16

/**
 * The probe first: what all others are measured against. What is wrong with a subject is found
 * here, before any is timed.
 */
export function createSubjects(): Subject[] {
  const ascii = readEdition('1987-ascii').dialect
  const bcd = readEdition('1987-binary').dialect
  const route = ascii.routing(['11', '41'])
  const asciiBytes = ascii.pack(MESSAGE)
  const bcdBytes = bcd.pack(MESSAGE)
  const texts = MESSAGE.fields as Readonly<Record<string, string>>
  const plain = { mti: MESSAGE.mti, fields: texts }
  expectSame('the probe packs', packByHand(plain).toString(), asciiBytes.toString())
  for (const read of [unpackByHand(asciiBytes), ascii.unpack(asciiBytes), bcd.unpack(bcdBytes)]) {
    expectSame('what is unpacked', JSON.stringify(read), JSON.stringify(MESSAGE))
  }
  return [
    reading('probe', asciiBytes, unpackByHand),
    reading('sallyport, ASCII', asciiBytes, ascii.unpack),
    reading('sallyport, BCD', bcdBytes, bcd.unpack),
    writing('probe', asciiBytes, () => packByHand(plain)),
    writing('sallyport, ASCII', asciiBytes, () => ascii.pack(MESSAGE)),
    writing('sallyport, BCD', bcdBytes, () => bcd.pack(MESSAGE)),
    {
      ...reading('sallyport, DE11 and DE41', asciiBytes, route, [11, 41]),
      act: 'route',
    },
    ...createPeers(asciiBytes),
  ]
}

/** Every field that is wanted is read: a value that nobody looks at may never be made. */
function reading(
  name: string,
  bytes: Buffer,
  unpack: (bytes: Buffer) => Pick<Message, 'fields'>,
  numbers: readonly number[] = NUMBERS,
): Subject {
  const copies = Array.from({ length: COPIES }, () => Buffer.from(bytes))
  let turn = 0
  return {
    name,
    act: 'unpack',
    bytes: bytes.length,
    run: () => {
      turn = (turn + 1) % COPIES
      const { fields } = unpack(copies[turn] as Buffer)
      let length = 0
      for (const number of numbers) length += lengthOf(fields[number])
      return length
    },
  }
}

function lengthOf(value: FieldValue | undefined): number {
  return typeof value === 'string' ? value.length : 0
}

function writing(name: string, { length }: Buffer, pack: () => Buffer): Subject {
  return { name, act: 'pack', bytes: length, run: () => pack().length }
}

function expectSame(what: string, actual: string, expected: string): void {
  if (actual !== expected) throw new Error(`${what} otherwise than expected`)
}
