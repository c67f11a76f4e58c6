/** Damage to a JSON document that keeps it JSON: settings, members, nesting and numbers. */
import type { Material, Mutation } from './mutation.ts'

/** A value of the document, and how to put another in its place. */
interface Spot {
  readonly value: unknown
  readonly key: string
  readonly parent: object | undefined
}

type Change = (spots: readonly Spot[], mutation: Mutation) => void

const DEPTH = 200
/** Copies of copies double a document each time. */
const DOCUMENT_CHARACTERS_MAX = 262_144

/** Never to be seen where card numbers are masked. */
export const PLANTED_PAN = '4539578763621486'

const ODD_VALUES: readonly unknown[] = [
  ...[PLANTED_PAN, `;${PLANTED_PAN}=3012`, '4539 5787 6362 1486', `PAN ${PLANTED_PAN}.`],
  ...[null, true, false, '', 'x', '0', '00', '=', '€', '\u0000', '\ud800', '__proto__', '$order'],
  ...[0, -0, -1, 1, 2, 3, 4, 5, 8, 16, 17, 64, 65, 99, 100, 128, 255, 256, 999, 1000, 9999],
  ...[99_999, 100_000, 999_999, 65_535, 65_536, 2 ** 31, 2 ** 53, 1e308, -1e308, 0.5, 1e-9],
  ...[[], {}, [null], [[]], { '': '' }, ['a', 'a'], 'y'.repeat(5000), '9'.repeat(5000)],
  ...[nested(DEPTH, false), nested(DEPTH, true), JSON.parse('{"__proto__":{"name":"x"}}')],
]

const ODD_KEYS = [
  ...['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'length', 'valueOf', 'name', ''],
  ...['0', '1', '2', '02', '3', '54', '55', '62', '64', '65', '128', '129', '192', '193', '1000'],
  ...['-1', '1e2', '2.0', ' 2', '4294967295', '9F26', '5A', 'DF8101', '9f26', '00', 'FF', '$order'],
  ...['kind', 'parts', 'other', 'composite', 'prefix', 'min', 'max', 'unit', 'lenient', 'meanings'],
  ...['pad', 'bitmap', 'count', 'tag', 'encoding', 'content', 'mask', 'note', 'k'.repeat(300)],
]

const CHANGES: readonly Change[] = [
  oddValue,
  oddValue,
  removeMember,
  oddKey,
  copyOver,
  copyOver,
  copyBeside,
  swapValues,
  bumpNumber,
  bumpNumber,
  spoilText,
  putInside,
]

/** Text that is not JSON comes back as it is. */
export function mutateDocument(input: Buffer, mutation: Mutation, material: Material): Buffer {
  const { other } = material
  const root = { document: parsed(mutation.kind === 63 ? other : input) }
  if (root.document === undefined) return input
  const spots = spotsOf(root)
  const change = CHANGES[mutation.kind % CHANGES.length] ?? oddValue
  change(spots, mutation)
  const text = JSON.stringify(root.document) ?? 'null'
  return text.length > DOCUMENT_CHARACTERS_MAX ? input : Buffer.from(text)
}

function parsed(text: Buffer): unknown {
  try {
    return JSON.parse(text.toString())
  } catch {
    return undefined
  }
}

/** Every value of the document, breadth first, the document itself among them. */
function spotsOf(root: object): Spot[] {
  const spots: Spot[] = Object.entries(root).map(([key, value]) => ({ value, key, parent: root }))
  for (let next = 0; next < spots.length && spots.length < 20_000; next += 1) {
    const value = spots[next]?.value
    if (typeof value !== 'object' || value === null) continue
    for (const [key, member] of Object.entries(value)) {
      spots.push({ value: member, key, parent: value })
    }
  }
  return spots
}

function oddValue(spots: readonly Spot[], { at, value }: Mutation): void {
  put(spotAt(spots, at), ODD_VALUES[value % ODD_VALUES.length])
}

function removeMember(spots: readonly Spot[], { at }: Mutation): void {
  const { parent, key } = spotAt(spots, at)
  if (Array.isArray(parent)) parent.splice(Number(key), 1)
  else if (parent !== undefined) Reflect.deleteProperty(parent, key)
}

function oddKey(spots: readonly Spot[], { at, value }: Mutation): void {
  const { parent, key, value: member } = spotAt(spots, at)
  if (parent === undefined) return
  Reflect.deleteProperty(parent, key)
  define(parent, ODD_KEYS[value % ODD_KEYS.length] ?? '', member)
}

/** One value of the document in the place of another: settings that are fine, elsewhere. */
function copyOver(spots: readonly Spot[], { at, value }: Mutation): void {
  const target = spotAt(spots, at)
  const alike = spots.filter((spot) => spot.key === target.key)
  const source = value & 1 && alike.length > 1 ? alike : spots
  put(target, copyOf(spotAt(source, value >>> 1).value))
}

function copyBeside(spots: readonly Spot[], { at, value }: Mutation): void {
  const { parent, value: member } = spotAt(spots, at)
  if (parent === undefined) return
  if (Array.isArray(parent)) parent.push(copyOf(member))
  else define(parent, ODD_KEYS[value % ODD_KEYS.length] ?? '', copyOf(member))
}

function swapValues(spots: readonly Spot[], { at, value }: Mutation): void {
  const left = spotAt(spots, at)
  const right = spotAt(spots, value)
  const [first, second] = [copyOf(left.value), copyOf(right.value)]
  put(left, second)
  put(right, first)
}

function bumpNumber(spots: readonly Spot[], { at, value }: Mutation): void {
  const numbers = spots.filter((spot) => typeof spot.value === 'number')
  if (numbers.length === 0) return
  const spot = spotAt(numbers, at)
  const by = [1, -1, 9, 10, -10, 100, 0.5][value % 7] ?? 1
  put(spot, value % 3 === 0 ? Number(spot.value) * by : Number(spot.value) + by)
}

/** A character more, less, or another. */
function spoilText(spots: readonly Spot[], { at, value }: Mutation): void {
  const texts = spots.filter((spot) => typeof spot.value === 'string')
  if (texts.length === 0) return
  const spot = spotAt(texts, at)
  const text = String(spot.value)
  const place = (value >>> 8) % (text.length + 1)
  const character = String.fromCharCode(value & 127 || 0x20ac)
  const rest = text.slice(place + (value & 128 ? 1 : 0))
  put(spot, text.slice(0, place) + (value & 512 ? '' : character) + rest)
}

/** A value within itself, under the key of another. */
function putInside(spots: readonly Spot[], { at, value }: Mutation): void {
  const objects = spots.filter((spot) => typeof spot.value === 'object' && spot.value !== null)
  const outer = spotAt(objects, at)
  const key = spotAt(spots, value).key
  if (typeof outer.value === 'object' && outer.value !== null) {
    define(outer.value, key, copyOf(spotAt(objects, value).value))
  }
}

function spotAt(spots: readonly Spot[], at: number): Spot {
  return spots[at % spots.length] ?? { value: undefined, key: '', parent: undefined }
}

function put({ parent, key }: Spot, value: unknown): void {
  if (parent !== undefined) define(parent, key, value)
}

/** An assignment to `__proto__` would set the prototype. */
function define(parent: object, key: string, value: unknown): void {
  if (Array.isArray(parent) && !/^\d{1,4}$/.test(key)) return
  Object.defineProperty(parent, key, {
    value,
    configurable: true,
    enumerable: true,
    writable: true,
  })
}

function copyOf(value: unknown): unknown {
  return value === undefined ? null : JSON.parse(JSON.stringify(value))
}

function nested(depth: number, isList: boolean): unknown {
  let value: unknown = 'deep'
  for (let level = 0; level < depth; level += 1) value = isList ? [value] : { 2: value }
  return value
}
