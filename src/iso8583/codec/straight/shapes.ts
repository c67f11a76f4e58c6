/**
 * The sets of elements that a line really carries: a dozen or so. Each gets code of its own once it
 * has come `TIMES_BEFORE_COMPILE` times in good order, and at most `SHAPES_MAX` have it at a time,
 * so a hostile line can neither make us compile at will nor fill the memory.
 */

const SHAPES_MAX = 64
const TIMES_BEFORE_COMPILE = 32

/** Code by the hash of a shape; a new shape takes the place of an old one with the same hash. */
export interface Shapes<Shape, Code> {
  /** The code in this place, if any. It may be another shape's and has to look for itself. */
  codeAt(hash: number): Code | undefined
  /** Notes that a message of a shape came in good order. */
  note(hash: number, shape: Shape): void
}

interface Place<Shape, Code> {
  readonly shape: Shape
  times: number
  code: Code | undefined
}

export function createShapes<Shape, Code>(
  isSame: (left: Shape, right: Shape) => boolean,
  compile: (shape: Shape) => Code,
): Shapes<Shape, Code> {
  const places: (Place<Shape, Code> | undefined)[] = new Array(SHAPES_MAX).fill(undefined)
  return {
    codeAt: (hash) => places[hash & (SHAPES_MAX - 1)]?.code,
    note: (hash, shape) => {
      const index = hash & (SHAPES_MAX - 1)
      const found = places[index]
      const place =
        found !== undefined && isSame(found.shape, shape)
          ? found
          : { shape, times: 0, code: undefined }
      places[index] = place
      place.times += 1
      if (place.times === TIMES_BEFORE_COMPILE) place.code = compile(place.shape)
    },
  }
}
