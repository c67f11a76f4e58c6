/** What is wrong only in company: settings that are each fine and do not fit one another. */
import type { ContentClass } from '../content.ts'
import { fault, type Place } from './members.ts'
import {
  type CompositePlan,
  type FieldPlan,
  isComposite,
  isOpenEnded,
  type PrefixPlan,
  type TextPlan,
} from './plan.ts'
import type { FieldContext } from './read-field.ts'
import { bitmapBytes, lineBytes, prefixCount } from './sizes.ts'

export function checkField(place: Place, plan: FieldPlan, context: FieldContext): void {
  const { body } = plan
  checkPrefix(place, plan, context)
  checkUnit(place, plan)
  checkLenient(place, plan)
  if (isComposite(body)) {
    if (plan.mask === 'pan') {
      fault(place, 'a composite has no first six and last four: mask its parts', 'mask')
    }
    checkParts(place, body, plan)
    return
  }
  checkContent(place, body.content, plan)
  if (body.kind === 'text') checkPad(place, body, plan)
}

function checkPrefix(place: Place, plan: FieldPlan, context: FieldContext): void {
  const { inside, outerPrefix, isLast } = context
  const { max, prefix } = plan.length
  const isOpen = isOpenEnded(plan)
  const isSaidOutside = inside === 'tagged' || inside === 'ber'
  if (isSaidOutside && prefix !== undefined) {
    fault(place, 'a tagged part has no length prefix of its own', 'length')
  }
  if (!isSaidOutside && !isLast && isOpen) {
    fault(place, 'a length that varies needs a prefix, or a pad that fills it up', 'length')
  }
  const count = prefixCount(plan, max)
  const said = prefix ?? outerPrefix
  if (said !== undefined && count > prefixMax(said)) {
    fault(place, 'the prefix is too short to say the greatest length', 'length')
  }
  if (inside === 'ber' && count !== lineBytes(plan.body, max)) {
    fault(place, 'in BER-TLV a length counts the bytes on the line', 'length')
  }
  if (isLast && isOpen && count !== lineBytes(plan.body, max)) {
    fault(place, 'to the end of a composite a length counts the bytes on the line', 'length')
  }
}

function prefixMax({ encoding, size }: PrefixPlan): number {
  return encoding === 'binary' ? 256 ** size - 1 : 10 ** size - 1
}

function checkUnit(place: Place, { body, length }: FieldPlan): void {
  const { unit, min, max } = length
  if (body.kind === 'text' && unit === 'digits' && body.content.kind === 'text') {
    fault(place, 'digits are counted of numeric values only', 'length')
  }
  if (body.kind === 'binary' && body.encoding === 'binary' && unit === 'characters') {
    fault(place, 'raw binary has no characters: count its bytes, or its digits', 'length')
  }
  const isHex = body.kind === 'ber' && body.encoding !== 'binary'
  if (isComposite(body) && unit !== 'bytes' && !(isHex && unit === 'characters')) {
    fault(place, 'the length of a composite counts bytes, or characters of one in hex', 'length')
  }
  if (body.kind === 'packed' && unit === 'characters') {
    fault(place, 'packed values are counted in digits or in bytes', 'length')
  }
  const isTold = body.kind === 'packed' && (unit === 'bytes' || body.pad.counted)
  if (isTold && body.content.kind === 'signed' && min !== max) {
    fault(place, 'a packed amount with a sign has a fixed length', 'length')
  }
}

function checkLenient(place: Place, { body, length: { prefix }, lenient }: FieldPlan): void {
  if (lenient.includes('content') && body.kind !== 'text') {
    fault(place, 'content is lenient in text only', 'lenient')
  }
  if (lenient.includes('pad') && body.kind !== 'packed') {
    fault(place, 'only packed values have a filling half byte to be lenient of', 'lenient')
  }
  const isSpaced = prefix?.encoding === 'ascii' || prefix?.encoding === 'ebcdic'
  if (lenient.includes('length') && !isSpaced && body.kind !== 'ber') {
    fault(place, 'only a prefix in ASCII or EBCDIC, or BER-TLV, can be lenient', 'lenient')
  }
}

function checkContent(place: Place, content: ContentClass, { length }: FieldPlan): void {
  const { min, max } = length
  if (content.ranges.length > 0 && (min !== max || max !== content.name.length)) {
    fault(place, `${content.name} has the fixed length ${content.name.length}`, 'length')
  }
  if (content.kind === 'signed' && min < 2) {
    fault(place, 'a sign and a digit are at least 2 positions', 'length')
  }
}

function checkPad(place: Place, { content, pad }: TextPlan, { length: { prefix } }: FieldPlan) {
  if (pad === undefined) return
  if (prefix !== undefined) {
    fault(place, 'only a field without a length prefix is padded with characters', 'pad')
  }
  if (pad.kept && content.characters[pad.with.charCodeAt(0)] !== 1) {
    fault(place, `a pad that is kept is part of the value: ${content.name} lacks it`, 'pad')
  }
}

function checkParts(place: Place, body: CompositePlan, plan: FieldPlan): void {
  const { min, max } = plan.length
  switch (body.kind) {
    case 'positional': {
      const bytes = sum(body.parts.map(fixedBytes))
      if (body.parts.every(isFixed) && min === max && bytes !== max) {
        fault(place, `its parts take ${bytes} bytes and it has ${max}`, 'length')
      }
      if (body.parts.some(isOpenEnded) && min === max) {
        fault(place, 'its last part runs to its end, so it cannot have a fixed length', 'length')
      }
      return
    }
    case 'repeated': {
      const bytes = fixedBytes(body.part)
      const isWhole = max % bytes === 0 && max / bytes <= body.max
      if (isFixed(body.part) && min === max && !isWhole) {
        fault(place, `1 to ${body.max} parts of ${bytes} bytes never take ${max}`, 'length')
      }
      return
    }
    case 'bitmap': {
      const bytes = bitmapBytes(body.bitmap)
      if (bytes > max) fault(place, `its bitmap alone takes ${bytes} bytes`, 'length')
    }
  }
}

function isFixed({ length: { prefix } }: FieldPlan): boolean {
  return prefix === undefined
}

function fixedBytes({ body, length: { max } }: FieldPlan): number {
  return lineBytes(body, max)
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0)
}
