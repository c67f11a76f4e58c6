/** One field of a packager to an element of a dialect, its parts included. */
import type { Mask } from '#iso8583'
import { type Candidate, chosenField, noField } from '../candidates.ts'
import type { FieldFile, PadFile, Surroundings } from '../dialect-file.ts'
import type { NoteTaker } from '../notes.ts'
import { compositeCandidate } from './composite-file.ts'
import { fieldClass, type TagClass, type ValueClass } from './field-class.ts'
import { classNameOf, lengthOf, nameOf, noteUnknownSettings } from './packager-xml.ts'
import type { XmlElement } from './xml.ts'

export interface FieldSetting {
  readonly mask: Mask | undefined
  /** Whether digits are those of a track, with a separator among them. */
  readonly isTrack: boolean
  readonly inside: Surroundings
  readonly notes: NoteTaker
}

export function fieldFileOf(element: XmlElement, setting: FieldSetting): FieldFile | undefined {
  const whole = () => valueCandidate(element, setting)
  const inParts = () => compositeCandidate(element, setting, fieldFileOf)
  const isComposite = element.name === 'isofieldpackager'
  const chosen = chosenField(isComposite ? [inParts, whole] : [whole], setting)
  if (chosen !== undefined) noteUnknownSettings(element, setting.notes)
  return chosen
}

/** A part of a tagged field is its value alone: the tag and the length are the composite's. */
function taggedPart(found: TagClass, element: XmlElement, { mask }: FieldSetting): Candidate {
  const max = lengthOf(element)
  if (max === undefined) return noField(NO_LENGTH)
  const encoding = found.content === 'b' ? 'binary' : found.encoding
  const value = { name: nameOf(element), content: found.content, encoding }
  const field = { ...value, length: { min: 0, max }, ...(mask ? { mask } : {}) }
  return { kind: 'field', field, remarks: [] }
}

const NO_LENGTH = 'its length is no whole number from 1 to 99999'

function valueCandidate(element: XmlElement, setting: FieldSetting): Candidate {
  const { mask, isTrack } = setting
  const className = classNameOf(element)
  const found = fieldClass(className)
  const length = lengthOf(element)
  if (found.kind === 'unused') return noField('is not used')
  if (found.kind === 'unsupported') return noField(`its class ${className} ${found.reason}`)
  if (found.kind === 'tag') return taggedPart(found, element, setting)
  if (found.kind === 'bitmap') return noField('is a bitmap where none can be')
  if (length === undefined) return noField(NO_LENGTH)
  const { content, encoding, prefix, unit } = found
  const max = found.countsNibbles ? Math.ceil(length / 2) : length
  const pad = padOf(found, element.attributes.get('pad') === 'true')
  const field: FieldFile = {
    name: nameOf(element),
    content: isTrack && content === 'n' ? 'z' : content,
    encoding,
    length: prefix === undefined ? max : { min: 0, max, prefix, ...(unit ? { unit } : {}) },
    ...(pad ? { pad } : {}),
    ...(mask ? { mask } : {}),
  }
  return { kind: 'field', field, remarks: [] }
}

/** jPOS fills text of fixed width and leaves the filling on what it reads. */
function padOf({ fill }: ValueClass, isLeft: boolean): PadFile | undefined {
  if (fill === undefined) return undefined
  if (fill === 'zeros') return { side: 'left', with: '0', kept: true }
  if (fill === 'spaces') return { side: 'right', with: ' ', kept: true }
  const { onLeft, onRight, counted } = fill
  const side = isLeft ? 'left' : 'right'
  const pad = { side, with: isLeft ? onLeft : onRight } as const
  return counted ? { ...pad, counted } : pad
}
