/** Damage to XML that mostly keeps its tags whole. */
import { mutateBytes } from './bytes.ts'
import type { Material, Mutation } from './mutation.ts'

type Change = (pieces: string[], mutation: Mutation, material: Material) => string[]

const PIECES_MAX = 4000

const CHANGES: readonly Change[] = [
  (pieces, { at }) => pieces.toSpliced(at % pieces.length, 1),
  (pieces, { at, value }) => pieces.toSpliced(value % pieces.length, 0, pieceAt(pieces, at)),
  (pieces, { at, value }) => pieces.with(at % pieces.length, pieceAt(pieces, value)),
  insertWord,
  insertWord,
  otherAttribute,
  otherAttribute,
  attributeWord,
  attributeWord,
  nestPiece,
]

/** One change in five is made to the bytes, whatever they mean. */
export function mutateXml(input: Buffer, mutation: Mutation, material: Material): Buffer {
  if (mutation.kind % 5 === 0) return mutateBytes(input, mutation, material)
  const pieces = input.toString().split(/(?=<)/)
  const change = CHANGES[mutation.value % CHANGES.length]
  if (change === undefined || pieces.length > PIECES_MAX) return input
  return Buffer.from(change(pieces, mutation, material).join(''))
}

function insertWord(pieces: string[], { at, value }: Mutation, { lexicon }: Material): string[] {
  const word = lexicon[(value >>> 4) % lexicon.length]?.toString() ?? ''
  return pieces.toSpliced(at % pieces.length, 0, word)
}

/** The attribute of another tag, beside those that there are. */
function otherAttribute(pieces: string[], { at, value }: Mutation): string[] {
  const attributes = pieceAt(pieces, value).match(/\s[\w:]+="[^"]*"/g) ?? [' id="1"']
  const attribute = attributes[(value >>> 8) % attributes.length] ?? ''
  const name = attribute.split('=')[0] ?? ''
  const piece = pieceAt(pieces, at)
  const bare = value & 1 ? piece.replace(new RegExp(`${name}="[^"]*"`), '') : piece
  return pieces.with(at % pieces.length, bare.replace(/(\/?>)/, `${attribute}$1`))
}

/** Another value of an attribute: a word, a number, or nothing. */
function attributeWord(pieces: string[], { at, value }: Mutation, { lexicon }: Material): string[] {
  const numbers = ['', '0', '-1', '1', '65', '129', '999', '99999', '100000', '1e9', ' 8', '0x10']
  const words = [...numbers, ...lexicon.map(String).filter((word) => !/[<>"&$]/.test(word))]
  const piece = pieceAt(pieces, at)
  const values = piece.match(/="[^"]*"/g) ?? []
  const old = values[(value >>> 4) % values.length]
  if (old === undefined) return pieces
  const word = words[(value >>> 8) % words.length] ?? ''
  return pieces.with(at % pieces.length, piece.replace(old, `="${word}"`))
}

function nestPiece(pieces: string[], { at, value }: Mutation): string[] {
  const piece = pieceAt(pieces, at).trim()
  const name = /^<([\w:]+)/.exec(piece)?.[1]
  if (name === undefined) return pieces
  const open = piece.replace(/\/?>$/, '>')
  const depth = 1 + (value % 20)
  const nest = open.repeat(depth) + `</${name}>`.repeat(depth)
  return pieces.toSpliced(at % pieces.length, 0, nest)
}

function pieceAt(pieces: readonly string[], at: number): string {
  return pieces[at % pieces.length] ?? ''
}
