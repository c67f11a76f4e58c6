/** What a reviewer raises of a dialect that loads. */
import {
  type CompositePlan,
  type DialectPlan,
  type ElementPlan,
  type FieldPlan,
  isComposite,
} from '#iso8583'
import { CARD_DATA, CARD_OBJECTS, isSensitive, maskOfPart } from './card-data.ts'
import { partsOf } from './plans.ts'

export interface Warning {
  /** Where it is in the document of the dialect file. */
  readonly path: readonly (string | number)[]
  readonly reason: string
}

export function reviewDialect(dialect: DialectPlan): readonly Warning[] {
  return [
    ...unreachedBitmap(dialect),
    ...dialect.fields.flatMap((element) => {
      const path = ['fields', element.key]
      return [
        ...reviewElement(element, path),
        ...reviewField(element, { path, isMasked: element.mask !== false }),
      ]
    }),
  ]
}

function unreachedBitmap({ bitmap, fields }: DialectPlan): Warning[] {
  const last = fields.at(-1)?.number ?? 0
  if (last > 64 * (bitmap.count - 1) || bitmap.secondary === 'always') return []
  const reason = `has ${bitmap.count} bitmaps, and the last element is ${last}: one is never sent`
  return [{ path: ['bitmap', 'count'], reason }]
}

/** Card data by the numbers of the standard. */
function reviewElement(element: ElementPlan, path: Warning['path']): Warning[] {
  const held = CARD_DATA.get(element.number)
  if (held === undefined) return []
  if (!isMasked(element)) return [{ path, reason: `holds ${held} and has no mask` }]
  if (isSensitive(element.number) && element.mask !== 'sad' && !isComposite(element.body)) {
    return [{ path, reason: `holds ${held}, which may never be stored: its mask must be sad` }]
  }
  return []
}

/** Whether nothing of it is shown in clear. */
function isMasked({ mask, body }: FieldPlan): boolean {
  return mask !== false || (isComposite(body) && partsOf(body).every(isMasked))
}

interface Around {
  readonly path: Warning['path']
  /** Whether a composite around it masks it. */
  readonly isMasked: boolean
}

function reviewField(field: FieldPlan, around: Around): Warning[] {
  const { body, lenient } = field
  const { path } = around
  const warnings: Warning[] = []
  if (lenient.length > 0) {
    const reason = `is read leniently (${lenient.join(', ')}): say in a note what the host sends`
    warnings.push({ path, reason })
  }
  if (!isComposite(body)) return warnings
  if ((body.kind === 'tagged' || body.kind === 'ber') && body.other !== undefined) {
    const reason = 'lets through tags that are not listed, masked whole'
    warnings.push({ path: [...path, 'composite', 'other'], reason })
  }
  return [...warnings, ...reviewParts(body, around)]
}

function reviewParts(body: CompositePlan, around: Around): Warning[] {
  const isBer = body.kind === 'ber'
  return partsOf(body).flatMap((part, index) => {
    const path = [...around.path, 'composite', ...partPath(body, part, index)]
    const isMaskedHere = around.isMasked || part.mask !== false
    const held = isBer ? CARD_OBJECTS.get(part.key) : undefined
    const isTelling = maskOfPart(part.name) !== undefined && !isComposite(part.body)
    const own: Warning[] = []
    if (!isMaskedHere && held !== undefined) {
      own.push({ path, reason: `holds ${held} and has no mask` })
    } else if (!isMaskedHere && isTelling) {
      own.push({ path, reason: 'has a name that tells of card data, and no mask' })
    }
    return [...own, ...reviewField(part, { path, isMasked: isMaskedHere })]
  })
}

/** Where a part stands in the file, from its composite. */
function partPath(body: CompositePlan, part: FieldPlan, index: number): (string | number)[] {
  switch (body.kind) {
    case 'positional':
      return ['parts', index]
    case 'repeated':
      return ['part']
    case 'tagged':
    case 'ber':
      return part === body.other ? ['other'] : ['parts', part.key]
    default:
      return ['parts', part.key]
  }
}
