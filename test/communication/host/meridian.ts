import { readFileSync } from 'node:fs'
import { compileDialect, type Message } from '#iso8583'
import {
  compileLinkProfile,
  type LinkProfile,
} from '../../../src/communication/host/link-profile.ts'

const FOLDER = 'specs/hosts/meridian'

function read(file: string): unknown {
  return JSON.parse(readFileSync(`${FOLDER}/${file}`, 'utf8'))
}

/** The reference host's own specification, as the gateway loads it. */
export const dialectSpec = read('dialect.json')
export const dialect = compileDialect(dialectSpec)
export const linkSpec = read('link.json')
export const profile: LinkProfile = compileLinkProfile(linkSpec, dialect)

export interface Transcript {
  readonly steps: readonly {
    readonly from: 'gateway' | 'host'
    readonly mti: string
    readonly fields: Message['fields']
    readonly hex: string
  }[]
}

export function transcript(name: string): Transcript {
  return read(`transcripts/${name}.json`) as Transcript
}

/** A sale with this trace number, as far as a line cares. */
export function sale(stan: number): Message {
  const fields = { '3': '000000', '4': '000000001000', '7': '1122100000', '11': sixDigits(stan) }
  return { mti: '0200', fields: { ...fields, '41': 'TERM0001' } }
}

export function answerTo(request: Message, code = '00'): Message {
  const { '7': time = '', '11': stan = '', '41': terminal, '70': network } = request.fields
  return {
    mti: `${request.mti.slice(0, 2)}10`,
    fields: {
      ...{ '7': time, '11': stan, '39': code },
      ...(terminal !== undefined && { '41': terminal }),
      ...(network !== undefined && { '70': network }),
    },
  }
}

function sixDigits(stan: number): string {
  return String(stan).padStart(6, '0')
}
