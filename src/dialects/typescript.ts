/** TypeScript types for the messages of a dialect. */
import { type CompositePlan, type DialectPlan, type FieldPlan, isComposite } from '#iso8583'
import { classNameOf, partsOf } from './plans.ts'

/**
 * A module that stands alone: `NameMessage`, what `unpack` returns and `pack` takes, its elements
 * as members by number, and a type for each composite with its parts as members.
 */
export function typesOfDialect(dialect: DialectPlan): string {
  const prefix = typeName(dialect.name)
  const elements = dialect.fields.map((field) => memberOf(field, { prefix, isOptional: true }))
  const isLenient = dialect.fields.some(readsLeniently)
  const message = objectType(`${prefix}Message`, `A message of ${dialect.title ?? dialect.name}.`, [
    '  readonly mti: string',
    `  readonly fields: ${prefix}Fields`,
    ...(isLenient ? LENIENCIES : []),
  ])
  const fields = objectType(
    `${prefix}Fields`,
    'Elements by number; an element that is not there is not in the message.',
    elements,
  )
  const composites = dialect.fields.flatMap((field) => compositesOf(field, prefix))
  const parts = ['/* Made by `sallyport spec types`. */', message, fields, ...composites]
  return `${parts.join('\n\n')}\n`
}

const LENIENCIES = [
  '  /** What was read although the dialect says otherwise. */',
  '  readonly lenient?: readonly {',
  '    readonly path: string',
  '    readonly code: string',
  '    readonly offset: number',
  '  }[]',
]

function readsLeniently({ lenient, body }: FieldPlan): boolean {
  return lenient.length > 0 || (isComposite(body) && partsOf(body).some(readsLeniently))
}

/** The name of a dialect as that of a type: `iso87-ascii` is `Iso87Ascii`. */
function typeName(name: string): string {
  const words = name.split(/[^A-Za-z0-9]+/).filter((word) => word !== '')
  const joined = words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join('')
  return /^[A-Za-z]/.test(joined) ? joined : `Dialect${joined}`
}

interface Member {
  readonly prefix: string
  readonly isOptional: boolean
}

function memberOf(field: FieldPlan, { prefix, isOptional }: Member): string {
  const mark = isOptional ? '?' : ''
  return [
    `  /** ${commentOf(field)} */`,
    `  readonly '${field.key}'${mark}: ${typeOf(field, prefix)}`,
  ].join('\n')
}

function typeOf({ body, path }: FieldPlan, prefix: string): string {
  return isComposite(body) ? compositeName(prefix, path) : 'string'
}

/** Keys are letters and digits, so the paths of two composites never give one name. */
function compositeName(prefix: string, path: string): string {
  return `${prefix}Element${path.replaceAll('.', '_')}`
}

function commentOf({ name, body, length, mask }: FieldPlan): string {
  const { min, max } = length
  const isBytes = isComposite(body) || body.kind === 'binary'
  const size = `${min === max ? max : `${min} to ${max}`} ${isBytes ? 'bytes' : 'characters'}`
  const hex = body.kind === 'binary' ? ' as hex' : ''
  const masked = mask === false ? '' : `, masked (${mask})`
  return inComment(`${name}: ${classNameOf(body)}, ${size}${hex}${masked}.`)
}

/** The type of a composite, and those of the composites in it. */
function compositesOf(field: FieldPlan, prefix: string): string[] {
  const { body, path } = field
  if (!isComposite(body)) return []
  const parts = partsOf(body)
  const name = compositeName(prefix, path)
  const own = objectType(name, `Element ${path}, ${field.name}.`, compositeMembers(body, prefix))
  return [own, ...parts.flatMap((part) => compositesOf(part, prefix))]
}

function compositeMembers(body: CompositePlan, prefix: string): string[] {
  switch (body.kind) {
    case 'positional':
      return body.parts.map((part) => memberOf(part, { prefix, isOptional: false }))
    case 'repeated': {
      const comment = `  /** ${inComment(body.part.name)}, by its place: 1 to ${body.max}. */`
      return [comment, `  readonly [place: \`\${number}\`]: ${typeOf(body.part, prefix)}`]
    }
    case 'bitmap':
      return body.parts.map((part) => memberOf(part, { prefix, isOptional: true }))
    case 'tagged':
    case 'ber': {
      const members = body.parts.map((part) => memberOf(part, { prefix, isOptional: true }))
      return [...members, ORDER, ...otherMembers(body.parts, body.other, prefix)]
    }
  }
}

const ORDER = [
  '  /** The tags in the order of the line, where that is not the order of the members. */',
  '  readonly $order?: string',
].join('\n')

function otherMembers(
  parts: readonly FieldPlan[],
  other: FieldPlan | undefined,
  prefix: string,
): string[] {
  if (other === undefined) return []
  const types = new Set([...parts, other].map((part) => typeOf(part, prefix)))
  const any = [...new Set(['string', ...types, 'undefined'])].join(' | ')
  return [`  /** Tags that are not listed. */\n  readonly [tag: string]: ${any}`]
}

/** An alias rather than an interface: only of an alias is a value also one of `Message`. */
function objectType(name: string, comment: string, members: readonly string[]): string {
  return [`/** ${inComment(comment)} */`, `export type ${name} = {`, ...members, '}'].join('\n')
}

/** Text that cannot end the comment it stands in, on one line. */
function inComment(text: string): string {
  return text.replace(/\p{Cc}/gu, ' ').replaceAll('*/', '* /')
}
