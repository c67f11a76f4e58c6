import type { Readable } from 'node:stream'

/** More is no message, on a line or as a whole, and would be kept in memory. */
export const INPUT_BYTES_MAX = 1_048_576

/** Standard input holds more than a command takes. */
export class InputError extends Error {
  override readonly name = 'InputError'
  readonly code = 'INPUT_TOO_LARGE'

  constructor() {
    super(`standard input has more than ${INPUT_BYTES_MAX} bytes in one message`)
  }
}

/**
 * The lines of standard input that hold anything, without surrounding space.
 *
 * @throws InputError at a line of more than `INPUT_BYTES_MAX`
 */
export async function* linesOf(input: Readable): AsyncGenerator<string> {
  let pieces: Buffer[] = []
  let bytes = 0
  for await (const piece of input) {
    let rest = Buffer.from(piece)
    for (let end = rest.indexOf(LINE_END); end >= 0; end = rest.indexOf(LINE_END)) {
      const line = textIn([...pieces, rest.subarray(0, end)]).trim()
      if (bytes + end > INPUT_BYTES_MAX) throw new InputError()
      if (line !== '') yield line
      rest = rest.subarray(end + 1)
      pieces = []
      bytes = 0
    }
    pieces.push(rest)
    bytes += rest.byteLength
    if (bytes > INPUT_BYTES_MAX) throw new InputError()
  }
  const last = textIn(pieces).trim()
  if (last !== '') yield last
}

const LINE_END = 0x0a

/** All of standard input as text, without a byte order mark. @throws InputError */
export async function textOf(input: Readable): Promise<string> {
  return textIn([await bytesOf(input)]).replace(/^\uFEFF/, '')
}

/** All of standard input. @throws InputError */
export async function bytesOf(input: Readable): Promise<Buffer> {
  const pieces: Buffer[] = []
  let bytes = 0
  for await (const piece of input) {
    const taken = Buffer.from(piece)
    bytes += taken.byteLength
    if (bytes > INPUT_BYTES_MAX) throw new InputError()
    pieces.push(taken)
  }
  return Buffer.concat(pieces)
}

function textIn(pieces: readonly Buffer[]): string {
  return Buffer.concat(pieces).toString('utf8')
}
