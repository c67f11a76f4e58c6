import { isJsonObject, type JsonObject, type JsonValue } from '#domain'
import type { SchemaNode } from './members.ts'

/**
 * Compile the writer of a message kind's content: the RFC 8785 form of the message without its
 * `time` and without what the schema marks as sensitive authentication data.
 *
 * It is what an idempotency key stands for, so two texts of the same request give the same content.
 * The message must be valid: members that the schema does not have are left out.
 */
export function compileContent(message: SchemaNode): (body: JsonObject) => string {
  const properties = message.properties.filter(([name]) => name !== 'time')
  return writerOfObject({ schema: message.schema, properties })
}

type Writer = (value: JsonValue) => string

function writerOf(node: SchemaNode): Writer {
  if (node.properties.length > 0) {
    const write = writerOfObject(node)
    return (value) => (isJsonObject(value) ? write(value) : JSON.stringify(value))
  }
  return needsNoEscape(node.schema) ? (value) => `"${value}"` : (value) => JSON.stringify(value)
}

/** RFC 8785 3.2.3: members sorted by the UTF-16 code units of their names, no white space. */
function writerOfObject({ properties }: SchemaNode): (value: JsonObject) => string {
  const members = properties
    .filter(([, part]) => part.schema['x-sensitive'] !== 'sad')
    .map(([name, part]) => ({ name, label: `${JSON.stringify(name)}:`, write: writerOf(part) }))
    .sort((a, b) => (a.name < b.name ? -1 : 1))
  return (value) => {
    let text = ''
    for (const { name, label, write } of members) {
      const member = value[name]
      if (member === undefined) continue
      text += (text === '' ? '{' : ',') + label + write(member)
    }
    return text === '' ? '{}' : `${text}}`
  }
}

/** Texts that cannot hold a quote, a backslash or a control character are written as they are. */
function needsNoEscape(schema: JsonObject): boolean {
  const value = schema['x-value']
  if (isJsonObject(value)) return PLAIN_CONTENT.includes(String(value['content']))
  const words = Array.isArray(schema['enum']) ? schema['enum'] : [schema['const']]
  return words.every((word) => typeof word === 'string' && JSON.stringify(word) === `"${word}"`)
}

const PLAIN_CONTENT = ['n', 'a', 'an', 'YYMM', 'base64']
