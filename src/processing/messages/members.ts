import { isJsonObject, type JsonObject, type JsonValue } from '#domain'

/** The schemas of specs/messages, keyed by file name without `.schema.json`. */
export type MessageSchemas = Readonly<Record<string, JsonObject>>

/** What a text can be: its content class and how long it is, in characters; base64 in bytes. */
export interface ValueFacts {
  /** A class of ISO 8583 such as `n`, `ans` or `YYMM`, or `base64`. */
  readonly content: string
  readonly min: number
  readonly max: number
}

/** What a schema says of one member of a message. */
export interface Member {
  /** Names from the outside in, e.g. `['card', 'pan']`. */
  readonly path: readonly string[]
  /** Whether a valid message always has it, once a token has brought what it stands for. */
  readonly always: boolean
  readonly sensitive: false | 'pan' | 'sad'
  /** In an answer: whether it is the host's to fill. */
  readonly filledByHost: boolean
  /** What its text can be; absent when the schema does not say so, and for objects. */
  readonly value?: ValueFacts
  /** All the texts it can have, where the schema lists them. */
  readonly words?: readonly string[]
}

/** A schema as it is read here: with every `$ref` followed. */
export interface SchemaNode {
  readonly schema: JsonObject
  /** Members of a closed object, in the schema's order; none for anything else. */
  readonly properties: readonly (readonly [name: string, node: SchemaNode])[]
  /** What the elements of a list are. */
  readonly items?: SchemaNode
}

/** Follow one kind's schema through its references into `definitions.schema.json`. */
export function schemaOf(schemas: MessageSchemas, kind: string): SchemaNode {
  const schema = schemas[kind]
  if (!schema) throw new TypeError(`there is no schema of ${kind}`)
  return nodeOf(schema, { schemas, root: schema })
}

/** Every member of a message kind, by dotted path; objects are listed before their parts. */
export function membersOf(schemas: MessageSchemas, kind: string): ReadonlyMap<string, Member> {
  const members = new Map<string, Member>()
  const visit = (node: SchemaNode, path: readonly string[], always: boolean): void => {
    for (const [name, part] of node.properties) {
      const partPath = [...path, name]
      const needed = listOf(node.schema['required']).includes(name)
      const present = always && (needed || part.schema['x-brought-by'] !== undefined)
      members.set(partPath.join('.'), memberOf(part.schema, partPath, present))
      visit(part.items ?? part, partPath, present)
    }
  }
  visit(schemaOf(schemas, kind), [], true)
  return members
}

interface Place {
  readonly schemas: MessageSchemas
  readonly root: JsonObject
}

function nodeOf(schema: JsonObject, place: Place): SchemaNode {
  const reference = schema['$ref']
  if (typeof reference === 'string') {
    const { $ref: _followed, ...beside } = schema
    const target = follow(reference, place)
    const node = nodeOf(target.schema, target)
    return { ...node, schema: { ...node.schema, ...beside } }
  }
  const { properties, items } = schema
  return {
    schema,
    ...(isJsonObject(items) ? { items: nodeOf(items, place) } : {}),
    properties: isJsonObject(properties)
      ? Object.entries(properties).map(([name, part]) => [name, nodeOf(objectOf(part), place)])
      : [],
  }
}

/** `file.schema.json#/$defs/name`, or `#/$defs/name` in the same file. */
function follow(reference: string, { schemas, root }: Place): Place & { schema: JsonObject } {
  const [file = '', pointer = ''] = reference.split('#')
  const document = file === '' ? root : objectOf(schemas[file.replace('.schema.json', '')])
  const names = pointer.split('/').slice(1)
  const schema = names.reduce((at, name) => objectOf(at[name]), document)
  return { schemas, root: document, schema }
}

function memberOf(schema: JsonObject, path: readonly string[], always: boolean): Member {
  const { 'x-value': value, 'x-sensitive': sensitive, enum: words, type } = schema
  return {
    path,
    always,
    sensitive: sensitive === 'pan' || sensitive === 'sad' ? sensitive : false,
    filledByHost: schema['x-filled-by'] === 'host',
    ...(isJsonObject(value) ? { value: valueFactsOf(value) } : {}),
    ...(words === undefined ? {} : { words: listOf(words) }),
    ...(type === 'boolean' ? { words: ['true', 'false'] } : {}),
  }
}

function valueFactsOf({ content, min, max }: JsonObject): ValueFacts {
  return { content: String(content), min: Number(min), max: Number(max) }
}

function listOf(value: JsonValue | undefined): readonly string[] {
  return Array.isArray(value) ? value.map(String) : []
}

function objectOf(value: JsonValue | undefined): JsonObject {
  if (isJsonObject(value)) return value
  throw new TypeError('a message schema refers to what is not there')
}
