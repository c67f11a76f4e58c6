/**
 * One element or part: its length prefix, its unit, its limits and its value, put together once
 * when the dialect is loaded. Each setting is a closure of its own, so none depends on another.
 */
import type { BerPlan, FieldPlan, PackedPlan } from '../specification/plan.ts'
import { prefixCount } from '../specification/sizes.ts'
import { compileBer } from './ber.ts'
import { compileBinary } from './binary.ts'
import { compileBitmapped } from './bitmapped.ts'
import { countedComposite } from './composite.ts'
import { type HexEncoding, hexCharacterSet } from './hex.ts'
import { hexComposite } from './hex-composite.ts'
import { bytesOfCount, checkLength, refuseLength } from './length.ts'
import {
  type CompilePart,
  type Counted,
  type FieldCodec,
  type Forms,
  refuseValue,
  textOf,
} from './line.ts'
import { compilePacked, compileTold } from './packed.ts'
import { compilePositional } from './positional.ts'
import { compilePrefix, compilePrefixed } from './prefix.ts'
import { compileRepeated } from './repeated.ts'
import { compileTagged } from './tagged.ts'
import { type Body, compileText } from './text.ts'

export function compileField(plan: FieldPlan, forms: Forms): FieldCodec {
  const counted = compileCounted(plan, forms)
  return { plan, ...counted, ...compileWhole(plan, counted) }
}

function compileWhole(
  plan: FieldPlan,
  { readCounted, writeCounted }: Counted,
): Pick<FieldCodec, 'read' | 'write'> {
  const { prefix: prefixPlan, max } = plan.length
  if (prefixPlan === undefined) {
    const width = prefixCount(plan, max)
    return {
      read: (source) => {
        source.lengthAt = source.at
        return readCounted(source, width)
      },
      write: writeCounted,
    }
  }
  const prefix = compilePrefix(prefixPlan, plan.path, plan.lenient.includes('length'))
  const writePrefixed = compilePrefixed(prefix)
  return {
    read: (source) => readCounted(source, prefix.read(source)),
    write: (sink, value) => writePrefixed(sink, value, writeCounted),
  }
}

function compileCounted(plan: FieldPlan, forms: Forms): Counted {
  const { body, path } = plan
  const compilePart: CompilePart = (part) => compileField(part, forms)
  switch (body.kind) {
    case 'text':
      forms.characterSets.add(body.characterSet)
      return countedText(plan, compileText(body, plan), body.pad !== undefined)
    case 'packed':
      forms.hex = true
      return countedPacked(plan, body)
    case 'binary':
      if (body.encoding === 'binary') forms.hex = true
      else forms.characterSets.add(hexCharacterSet(body.encoding))
      return countedBinary(plan, compileBinary(body, path))
    case 'positional':
      return compilePositional(plan, body, compilePart)
    case 'repeated':
      return compileRepeated(plan, body, compilePart)
    case 'bitmap':
      return compileBitmapped(plan, body, compilePart)
    case 'tagged':
      return compileTagged(plan, body, compilePart)
    case 'ber':
      if (body.encoding !== 'binary') return compileHexBer(plan, body, body.encoding)
      forms.hex = true
      return countedComposite(plan, compileBer(plan, body, compilePart))
  }
}

/** The parts are read from bytes of their own, so in forms of their own. */
function compileHexBer(plan: FieldPlan, body: BerPlan, encoding: HexEncoding): Counted {
  const forms: Forms = { characterSets: new Set(), hex: true }
  const objects = compileBer(plan, body, (part) => compileField(part, forms))
  return hexComposite(plan, encoding, { objects, forms })
}

/** One position is one character is one byte; on the line a padded value has all of them. */
function countedText(plan: FieldPlan, body: Body, isPadded: boolean): Counted {
  const { length, path } = plan
  const { max } = length
  const least = isPadded ? max : length.min
  return {
    readCounted: (source, count) => {
      if (count < least || count > max) refuseLength(source, count, plan)
      return body.read(source, count)
    },
    writeCounted: (sink, value) => {
      const text = textOf(value, path)
      checkLength(text.length, length, path)
      body.write(sink, text)
      return isPadded ? max : text.length
    },
  }
}

function countedPacked(plan: FieldPlan, packed: PackedPlan): Counted {
  const { length, path } = plan
  const { min, max, unit } = length
  const body = compilePacked(packed, plan)
  const told = unit === 'bytes' || packed.pad.counted ? compileTold(packed, plan) : undefined
  return {
    readCounted: (source, count) => {
      const positions = told === undefined ? count : told.positionsAt(source, count)
      if (positions < min || positions > max) refuseLength(source, positions, plan)
      return body.read(source, positions)
    },
    writeCounted: (sink, value) => {
      const text = textOf(value, path)
      const positions = text.length
      checkLength(positions, length, path)
      if (told !== undefined && !told.canTell(positions)) refuseValue('LENGTH_AMBIGUOUS', path)
      body.write(sink, text)
      return prefixCount(plan, positions)
    },
  }
}

function countedBinary(plan: FieldPlan, body: Body): Counted {
  const { length, path } = plan
  return {
    readCounted: (source, count) => body.read(source, bytesOfCount(source, count, plan)),
    writeCounted: (sink, value) => {
      const text = textOf(value, path)
      if (text.length % 2 === 1) refuseValue('CONTENT_INVALID', path)
      const bytes = text.length / 2
      checkLength(bytes, length, path)
      body.write(sink, text)
      return prefixCount(plan, bytes)
    },
  }
}
