/** Where two dialects differ: elements and parts by path, and each of their settings. */
import {
  type BodyPlan,
  type CompositePlan,
  type DialectPlan,
  type FieldPlan,
  isComposite,
  type LengthPlan,
  type Meanings,
  type PrefixPlan,
} from '#iso8583'
import { classNameOf, partsOf } from './plans.ts'

export interface Difference {
  /** `mti`, `bitmap`, or the path of an element such as `48.92`. */
  readonly path: string
  readonly kind: 'added' | 'removed' | 'changed'
  /** What the element is called, in the second dialect where it is in both. */
  readonly name: string
  /** Of what was changed; empty for what is in one dialect only. */
  readonly settings: readonly SettingChange[]
}

/** A setting that only one of the dialects has lacks the other side. */
export interface SettingChange {
  readonly setting: string
  readonly before?: string
  readonly after?: string
}

/** In the order of the elements; a dialect's own name and title are no difference. */
export function compareDialects(before: DialectPlan, after: DialectPlan): readonly Difference[] {
  return [
    ...changed('mti', 'Message type', [mtiSettings(before), mtiSettings(after)]),
    ...changed('bitmap', 'Bitmap', [bitmapSettings(before), bitmapSettings(after)]),
    ...compareFields(before.fields, after.fields),
  ]
}

type Settings = ReadonlyMap<string, string>

function compareFields(
  before: readonly FieldPlan[],
  after: readonly FieldPlan[],
): readonly Difference[] {
  const earlier = byKey(before)
  const later = byKey(after)
  const keys = [...new Set([...earlier.keys(), ...later.keys()])]
  if (keys.every((key) => /^\d+$/.test(key))) keys.sort((a, b) => Number(a) - Number(b))
  return keys.flatMap((key) => compareField(earlier.get(key), later.get(key)))
}

function byKey(fields: readonly FieldPlan[]): ReadonlyMap<string, FieldPlan> {
  return new Map(fields.map((field) => [field.key, field]))
}

function compareField(
  before: FieldPlan | undefined,
  after: FieldPlan | undefined,
): readonly Difference[] {
  if (before === undefined) return after === undefined ? [] : [only('added', after)]
  if (after === undefined) return [only('removed', before)]
  const own = changed(after.path, after.name, [fieldSettings(before), fieldSettings(after)])
  const [was, is] = [before.body, after.body]
  return isComposite(was) && isComposite(is) && was.kind === is.kind
    ? [...own, ...compareFields(partsOf(was), partsOf(is))]
    : own
}

function only(kind: 'added' | 'removed', { path, name }: FieldPlan): Difference {
  return { path, kind, name, settings: [] }
}

function changed(path: string, name: string, [before, after]: [Settings, Settings]): Difference[] {
  const settings: SettingChange[] = []
  for (const setting of new Set([...before.keys(), ...after.keys()])) {
    const was = before.get(setting)
    const is = after.get(setting)
    if (was === is) continue
    settings.push({
      setting,
      ...(was === undefined ? {} : { before: was }),
      ...(is === undefined ? {} : { after: is }),
    })
  }
  return settings.length === 0 ? [] : [{ path, kind: 'changed', name, settings }]
}

function mtiSettings({ mti }: DialectPlan): Settings {
  return new Map([['encoding', mti.encoding], ...meaningSettings(mti.meanings)])
}

function bitmapSettings({ bitmap }: DialectPlan): Settings {
  return new Map([
    ['encoding', bitmap.encoding],
    ['count', String(bitmap.count)],
    ['secondary', bitmap.secondary],
  ])
}

function fieldSettings({ name, body, length, mask, meanings, lenient }: FieldPlan): Settings {
  return new Map([
    ['name', name],
    ['content', classNameOf(body)],
    ...bodySettings(body),
    ...lengthSettings(length),
    ...(mask === false ? [] : [['mask', mask] as const]),
    ...(lenient.length === 0 ? [] : [['lenient', [...lenient].sort().join(', ')] as const]),
    ...meaningSettings(meanings),
  ])
}

function lengthSettings({ min, max, prefix, unit }: LengthPlan): [string, string][] {
  return [
    ['length.min', String(min)],
    ['length.max', String(max)],
    ['length.unit', unit],
    ...(prefix === undefined ? [] : [['length.prefix', prefixText(prefix)] as [string, string]]),
  ]
}

function prefixText({ encoding, size }: PrefixPlan): string {
  return `${size} ${encoding === 'binary' ? 'bytes' : 'digits'} ${encoding}`
}

function bodySettings(body: BodyPlan): [string, string][] {
  switch (body.kind) {
    case 'text': {
      const { characterSet, pad } = body
      const filled = pad && `${pad.side} ${JSON.stringify(pad.with)}${pad.kept ? ', kept' : ''}`
      return [['encoding', characterSet], ...(filled ? [['pad', filled] as [string, string]] : [])]
    }
    case 'packed': {
      const { side, nibble, counted } = body.pad
      const half = nibble.toString(16).toUpperCase()
      return [
        ['encoding', 'bcd'],
        ['pad', `${side} ${half}${counted ? ', counted' : ''}`],
        ...(body.content.kind === 'signed' ? [['sign', body.sign] as [string, string]] : []),
      ]
    }
    case 'binary':
      return [['encoding', body.encoding]]
    default:
      return [['composite', body.kind], ...compositeSettings(body)]
  }
}

function compositeSettings(body: CompositePlan): [string, string][] {
  switch (body.kind) {
    case 'positional':
      return [['order', body.parts.map((part) => part.key).join(' ')]]
    case 'repeated':
      return [['repeated', `1 to ${body.max} times`]]
    case 'bitmap': {
      const { encoding, bytes, count } = body.bitmap
      return [['bitmap', `${count} of ${bytes} bytes ${encoding}`]]
    }
    case 'tagged': {
      const { content, encoding, length } = body.tag
      return [
        ['tag', `${content.name} ${length} ${encoding}`],
        ['prefix', prefixText(body.prefix)],
      ]
    }
    case 'ber':
      return [['encoding', body.encoding]]
  }
}

function meaningSettings(meanings: Meanings): [string, string][] {
  return meanings.flatMap(({ from, to, values }) => {
    const stretch = `meanings ${from}-${to ?? ''}`
    return [...values].map(([value, text]): [string, string] => [`${stretch} ${value}`, text])
  })
}
