/**
 * One element or part: its length prefix, its unit, its limits and its value, put together once
 * when the dialect is loaded. Each setting is a closure of its own, so none depends on another.
 */
import type { FieldPlan, PackedPlan } from '../specification/plan.ts'
import { compileBer } from './ber.ts'
import { compileBinary } from './binary.ts'
import { checkLength, refuseLength } from './length.ts'
import {
  type Counted,
  type FieldCodec,
  type Forms,
  refuseBytes,
  refuseValue,
  type Source,
  textOf,
} from './line.ts'
import { compilePacked, compileTold, type Told } from './packed.ts'
import { compilePositional } from './positional.ts'
import { compilePrefix } from './prefix.ts'
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
    const width = isComposite(plan) ? max : fixedCount(plan)
    return {
      read: (source) => {
        source.lengthAt = source.at
        return readCounted(source, width)
      },
      write: writeCounted,
    }
  }
  const prefix = compilePrefix(prefixPlan, plan.path)
  return {
    read: (source) => readCounted(source, prefix.read(source)),
    write: (sink, value) => {
      const start = sink.at
      sink.at += prefix.width
      const count = writeCounted(sink, value)
      const end = sink.at
      sink.at = start
      prefix.write(sink, count)
      sink.at = end
    },
  }
}

function compileCounted(plan: FieldPlan, forms: Forms): Counted {
  const { body, length, path } = plan
  switch (body.kind) {
    case 'text':
      forms.characterSets.add(body.characterSet)
      return countedText(plan, compileText(body, length, path), body.pad !== undefined)
    case 'packed':
      forms.hex = true
      return countedPacked(plan, body)
    case 'binary': {
      if (body.encoding === 'binary') forms.hex = true
      else forms.characterSets.add(body.encoding === 'hex' ? 'ascii' : 'ebcdic-037')
      return countedBinary(plan, compileBinary(body, path))
    }
    case 'positional':
      return compilePositional(plan, body, (part) => compileField(part, forms))
    case 'tagged':
      forms.characterSets.add(body.tag.characterSet)
      return compileTagged(plan, body, (part) => compileField(part, forms))
    case 'ber':
      forms.hex = true
      return compileBer(plan, body, (part) => compileField(part, forms))
  }
}

/** One position is one character is one byte. */
function countedText(plan: FieldPlan, body: Body, isPadded: boolean): Counted {
  const { length, path } = plan
  const { min, max } = length
  return {
    readCounted: (source, count) => {
      if (count < min || count > max) refuseLength(source, count, plan)
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
  const body = compilePacked(packed, path)
  const isTold = unit === 'bytes' || packed.pad.counted
  const told = isTold ? compileTold(packed, length) : undefined
  return {
    readCounted: (source, count) => {
      const positions = told === undefined ? count : digitsTold(source, count, { told, plan })
      if (positions < min || positions > max) refuseLength(source, positions, plan)
      return body.read(source, positions)
    },
    writeCounted: (sink, value) => {
      const text = textOf(value, path)
      const positions = text.length
      checkLength(positions, length, path)
      if (told !== undefined && !told.canTell(positions)) refuseValue('LENGTH_AMBIGUOUS', path)
      body.write(sink, text)
      if (told === undefined) return positions
      return unit === 'bytes' ? (positions + 1) >> 1 : positions + (positions & 1)
    },
  }
}

function digitsTold(
  source: Source,
  count: number,
  { told, plan }: { told: Told; plan: FieldPlan },
): number {
  if (plan.length.unit === 'bytes') return told.positionsAt(source, 2 * count)
  if (count % 2 === 1) refuseBytes('LENGTH_INVALID', source.lengthAt, plan.path)
  return told.positionsAt(source, count)
}

function countedBinary(plan: FieldPlan, body: Body): Counted {
  const { length, path } = plan
  const { min, max, unit } = length
  const perByte = unit === 'bytes' ? 1 : 2
  return {
    readCounted: (source, count) => {
      if (perByte === 2 && count % 2 === 1) refuseBytes('LENGTH_INVALID', source.lengthAt, path)
      const bytes = count / perByte
      if (bytes < min || bytes > max) refuseLength(source, bytes, plan)
      return body.read(source, bytes)
    },
    writeCounted: (sink, value) => {
      const text = textOf(value, path)
      if (text.length % 2 === 1) refuseValue('CONTENT_INVALID', path)
      const bytes = text.length / 2
      checkLength(bytes, length, path)
      body.write(sink, text)
      return bytes * perByte
    },
  }
}

/** What a prefix would say of a field of fixed width, had it one. */
function fixedCount(plan: FieldPlan): number {
  const { max, unit } = plan.length
  if (plan.body.kind === 'packed') return unit === 'bytes' ? (max + 1) >> 1 : max
  return plan.body.kind === 'binary' && unit !== 'bytes' ? 2 * max : max
}

function isComposite(plan: FieldPlan): boolean {
  const { kind } = plan.body
  return kind === 'positional' || kind === 'tagged' || kind === 'ber'
}
