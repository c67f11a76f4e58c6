/**
 * The sets of elements that a line really carries: a dozen or so. Each gets a straight-line reader
 * after it has been read whole `READS_BEFORE_COMPILE` times, and at most `SHAPES_MAX` have one at a
 * time, so a hostile line can neither make us compile at will nor fill the memory.
 */
import type { FieldCodec, Source } from './line.ts'
import { compileStraightLine, type Fields, type ReadStraight } from './straight-line.ts'

const SHAPES_MAX = 64
const READS_BEFORE_COMPILE = 32

interface Shape {
  readonly words: Int32Array
  reads: number
  readStraight: ReadStraight | undefined
}

/** `codecs` by element number: there is one for every bit that a caller sets. */
export function createShapes(
  codecs: readonly (FieldCodec | undefined)[],
): (source: Source, words: Int32Array) => Fields {
  const shapes: (Shape | undefined)[] = new Array(SHAPES_MAX).fill(undefined)
  return (source, words) => {
    const slot = slotOf(words)
    let shape = shapes[slot]
    if (shape === undefined || !isSame(shape.words, words)) {
      shape = { words: Int32Array.from(words), reads: 0, readStraight: undefined }
      shapes[slot] = shape
    }
    if (shape.readStraight === undefined) return readOften(source, shape, codecs)
    const start = source.at
    const fields = shape.readStraight(source)
    if (fields !== undefined) return fields
    source.at = start
    return readEach(source, words, codecs)
  }
}

function readOften(
  source: Source,
  shape: Shape,
  codecs: readonly (FieldCodec | undefined)[],
): Fields {
  const fields = readEach(source, shape.words, codecs)
  shape.reads += 1
  if (shape.reads === READS_BEFORE_COMPILE) {
    shape.readStraight = compileStraightLine(numbersIn(shape.words), codecs)
  }
  return fields
}

function readEach(
  source: Source,
  words: Int32Array,
  codecs: readonly (FieldCodec | undefined)[],
): Fields {
  const fields: Fields = {}
  for (const number of numbersIn(words)) {
    fields[number] = (codecs[number] as FieldCodec).read(source)
  }
  return fields
}

function numbersIn(words: Int32Array): number[] {
  const numbers: number[] = []
  for (let index = 0; index < words.length; index += 1) {
    let word = words[index] as number
    while (word !== 0) {
      const bit = Math.clz32(word)
      numbers.push(32 * index + bit + 1)
      word ^= 0x80000000 >>> bit
    }
  }
  return numbers
}

function slotOf(words: Int32Array): number {
  let hash = 0
  for (let index = 0; index < words.length; index += 1) {
    hash = Math.imul(hash ^ (words[index] as number), 0x9e3779b1)
    hash ^= hash >>> 15
  }
  return (hash >>> 0) % SHAPES_MAX
}

function isSame(left: Int32Array, right: Int32Array): boolean {
  for (let index = 0; index < left.length; index += 1) {
    if (left[index] !== right[index]) return false
  }
  return true
}
