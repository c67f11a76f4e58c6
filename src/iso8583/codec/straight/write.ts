/**
 * Straight-line writers, generated for one set of elements.
 *
 * Neighbouring elements of ASCII text go on the line as one piece of text. Whether each of them is
 * what the dialect says is seen by the steps of the reader, which run over the bytes written: so
 * nothing is written that would not be read, and no character is looked at twice. Other elements
 * are written by their codecs.
 *
 * The generated writer answers `undefined` at the first doubt, and the closures, which are the
 * definition, write the message again and say what is wrong.
 */
import type { FieldValue, Message } from '../../message.ts'
import type { FieldCodec, Sink } from '../line.ts'
import { createDraft } from './draft.ts'
import { bitmapPiece, type Piece, pieceOf } from './pieces.ts'

/** Writes into the sink from its beginning, and says whether it did. */
export type WriteStraight = (
  sink: Sink,
  message: Message,
  fields: Fields,
  count: number,
) => true | undefined

type Fields = Readonly<Record<string, FieldValue>>

/** The elements of a message in ascending order, and the bitmaps that announce them. */
export interface FieldsShape {
  readonly bitmap: Uint8Array
  readonly numbers: readonly number[]
}

export function compileWrite(
  { bitmap, numbers }: FieldsShape,
  mti: FieldCodec,
  elements: readonly (FieldCodec | undefined)[],
): WriteStraight {
  const draft = createDraft()
  const pieces = [
    pieceOf(mti, 'message.mti', draft),
    bitmapPiece(bitmap),
    ...numbers.map((number) => pieceOf(elements[number], elementOf(number), draft)),
  ]
  return draft.compile(
    'sink, message, fields, count',
    `if (count !== ${numbers.length}) return undefined
    const { bytes } = sink
    let at = 0, size = 0, end = 0, index = 0, good = 1
    ${pieces.some(({ kind }) => kind === 'codec') ? allThere(numbers) : ''}
    ${inRuns(pieces).map(writeRun).join('\n')}
    sink.at = at
    return true`,
  ) as WriteStraight
}

function elementOf(number: number): string {
  return `fields[${number}]`
}

/** A codec that refuses its value must not do so before one that comes first in another set. */
function allThere(numbers: readonly number[]): string {
  return numbers.map((one) => `if (${elementOf(one)} === undefined) return undefined`).join('\n')
}

/** Neighbouring pieces of text in one run. */
function inRuns(pieces: readonly Piece[]): (readonly Piece[])[] {
  const runs: Piece[][] = []
  for (const piece of pieces) {
    const last = runs.at(-1)
    if (last !== undefined && last[0]?.kind === 'text' && piece.kind === 'text') last.push(piece)
    else runs.push([piece])
  }
  return runs
}

/** A character outside ASCII becomes bytes that belong to no class, which the look finds. */
function writeRun(run: readonly Piece[]): string {
  const texts = run.filter((piece) => piece.kind === 'text')
  const [first] = run
  if (first !== undefined && first.kind !== 'text') return first.code
  const text = texts.map((piece) => piece.text).join(' + ')
  return `${texts.map((piece) => piece.code).join('\n')}
    size = at + ${texts.map((piece) => piece.length).join(' + ')}
    bytes.write(${text}, at)
    ${texts.map((piece) => piece.look).join('\n')}
    if (at !== size || (good & 1) !== 1) return undefined`
}
