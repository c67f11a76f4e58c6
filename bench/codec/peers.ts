import { createRequire } from 'node:module'
import { MESSAGE, NUMBERS } from './message.ts'
import type { Subject } from './subjects.ts'

/**
 * The npm packages iso_8583 (2.6.7: raw bitmaps, the second always there) and iso8583 (0.0.1: text
 * only), each with bytes of its own making.
 */
export function createPeers(asciiBytes: Buffer): Subject[] {
  return [...createIso_8583(), ...createIso8583(asciiBytes.toString('latin1'))]
}

interface Iso_8583 {
  getRawMessage(): Buffer
  getIsoJSON(bytes: Buffer, config: { lenHeader: boolean }): Readonly<Record<string, string>>
}

interface Iso8583 {
  pack(fields: Readonly<Record<string, unknown>>): string
  unpack(text: string): Readonly<Record<string, string>>
}

const require = createRequire(import.meta.url)

function createIso_8583(): Subject[] {
  const Peer: new (fields?: object) => Iso_8583 = require('iso_8583')
  const fields = { 0: MESSAGE.mti, ...MESSAGE.fields }
  const raw = new Peer(fields).getRawMessage()
  const name = 'npm iso_8583'
  const { length } = raw
  return [
    {
      name,
      act: 'unpack',
      bytes: length,
      run: () => readAll(new Peer().getIsoJSON(raw, { lenHeader: false })),
    },
    { name, act: 'pack', bytes: length, run: () => new Peer(fields).getRawMessage().length },
  ]
}

/** It packs elements in the order of their numbers as text, so what it packs is no message. */
function createIso8583(text: string): Subject[] {
  const { ISO8583: Peer } = require('iso8583') as { ISO8583: new (packager: object) => Iso8583 }
  const fields = { 0: MESSAGE.mti, 1: '', ...MESSAGE.fields }
  const bytes = text.length
  return [
    {
      name: 'npm iso8583',
      act: 'unpack',
      bytes,
      run: () => readAll(new Peer(PACKAGER).unpack(text)),
    },
    {
      name: 'npm iso8583',
      act: 'pack',
      bytes,
      run: () => new Peer(PACKAGER).pack(fields).length,
    },
  ]
}

/** Its own table lacks elements of the message. */
const PACKAGER = {
  0: { type: 'n', length: 4 },
  1: { type: 'b', length: 16 },
  2: { type: 'lln', length: 19 },
  3: { type: 'n', length: 6 },
  4: { type: 'n', length: 12 },
  7: { type: 'n', length: 10 },
  11: { type: 'n', length: 6 },
  12: { type: 'n', length: 6 },
  13: { type: 'n', length: 4 },
  18: { type: 'n', length: 4 },
  22: { type: 'n', length: 3 },
  25: { type: 'n', length: 2 },
  32: { type: 'lln', length: 11 },
  37: { type: 'an', length: 12 },
  41: { type: 'ans', length: 8 },
  42: { type: 'ans', length: 15 },
  49: { type: 'n', length: 3 },
}

function readAll(fields: Readonly<Record<string, string>>): number {
  let length = 0
  for (const number of NUMBERS) length += fields[number]?.length ?? 0
  if (length === 0) throw new Error('a peer read nothing')
  return length
}
