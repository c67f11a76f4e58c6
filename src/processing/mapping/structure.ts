import type { Ajv2020, ErrorObject } from 'ajv/dist/2020.js'
import type { JsonObject } from '#domain'
import type { SpecFault } from '#iso8583'

/** What a schema of specs/ has against a document; every fault, each with its place. */
export function structureFaults(
  document: unknown,
  ajv: Ajv2020,
  schema: JsonObject,
): readonly SpecFault[] {
  const valid = ajv.compile(schema)
  if (valid(document)) return []
  // A member's name that is refused is told once, by the rule on names.
  const errors = (valid.errors ?? []).filter((error) => error.keyword !== 'propertyNames')
  return errors.map((error) => ({ path: pathOf(error, document), reason: reasonOf(error) }))
}

function reasonOf(error: ErrorObject): string {
  if (error.propertyName !== undefined) return 'is no element path such as 4 or 48.92'
  switch (error.keyword) {
    case 'required':
      return `needs ${String(error.params['missingProperty'])}`
    case 'additionalProperties':
      return `there is no such setting; known are ${knownIn(error).join(', ')}`
    case 'enum':
      return `must be one of ${error.params['allowedValues'].join(', ')}`
    default:
      return error.message ?? 'is not what the schema allows'
  }
}

/** Settings where one is unknown; a verbose checker tells its schema with an error. */
function knownIn({ parentSchema }: ErrorObject): string[] {
  return Object.keys(parentSchema?.['properties'] ?? {})
}

/** A JSON pointer as segments; a number where an array is indexed. */
function pathOf(error: ErrorObject, document: unknown): SpecFault['path'] {
  const names = error.instancePath.split('/').slice(1).map(unescaped)
  if (error.keyword === 'additionalProperties') {
    names.push(String(error.params['additionalProperty']))
  }
  if (error.propertyName !== undefined) names.push(error.propertyName)
  let at = document
  return names.map((name) => {
    const segment = Array.isArray(at) ? Number(name) : name
    at = typeof at === 'object' && at !== null ? Reflect.get(at, name) : undefined
    return segment
  })
}

/** RFC 6901, section 4. */
function unescaped(name: string): string {
  return name.replaceAll('~1', '/').replaceAll('~0', '~')
}
