import type { ErrorObject } from 'ajv'
import { type JsonObject, type Refusal, refusal } from '#domain'
import type { SchemaNode } from './members.ts'

/**
 * Say in one refusal what the first error of a schema check is about.
 *
 * The reason is the schema's own `x-rule`. Names of unknown members are repeated only when they
 * look like names, for a card number could have been put there; values never are.
 */
export function refusalOfError(error: ErrorObject, message: SchemaNode): Refusal {
  const path = error.instancePath.split('/').slice(1)
  if (error.keyword === 'required') {
    const field = [...path, String(error.params['missingProperty'])].join('.')
    return refusal('FIELD_MISSING', 'this member is needed', field)
  }
  if (error.keyword === 'additionalProperties') {
    const name = String(error.params['additionalProperty'])
    const known = MEMBER_NAME.test(name) ? [...path, name] : path
    return refusal('FIELD_UNKNOWN', 'this message has no such member', dotted(known))
  }
  return refusal('FIELD_INVALID', ruleAt(path, message), dotted(path))
}

const MEMBER_NAME = /^[A-Za-z]{1,32}[0-9]?$/

/** Every name on the path is one of the schema's: nothing is checked inside an unknown member. */
function dotted(path: readonly string[]): string | undefined {
  return path.length === 0 ? undefined : path.join('.')
}

function ruleAt(path: readonly string[], message: SchemaNode): string {
  const node = path.reduce<SchemaNode | undefined>(partOf, message)
  const rule: JsonObject[string] | undefined = node?.schema['x-rule']
  return typeof rule === 'string' ? rule : 'is not what the schema allows'
}

function partOf(node: SchemaNode | undefined, name: string): SchemaNode | undefined {
  return node?.items ?? node?.properties.find(([property]) => property === name)?.[1]
}
