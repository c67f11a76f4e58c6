/**
 * Reading a JSON document that people write: every fault is noted with its path and a reason, and
 * reading goes on, so that an author sees all of them at once.
 */
import { DialectError, type SpecFault } from '../errors.ts'

/** One value of the document and where it stands. */
export interface Place {
  readonly value: unknown
  readonly path: readonly (string | number)[]
  readonly faults: SpecFault[]
}

export type Members = ReadonlyMap<string, Place>

/** Reads a document with `read`; throws `DialectError` with every fault when there is one. */
export function readDocument<Plan>(
  document: unknown,
  read: (place: Place) => Plan | undefined,
): Plan {
  const faults: SpecFault[] = []
  const plan = read(documentPlace(document, faults))
  if (plan === undefined || faults.length > 0) throw new DialectError(faults)
  return plan
}

/** The whole document; what is wrong in it is noted among `faults`. */
export function documentPlace(document: unknown, faults: SpecFault[]): Place {
  return { value: document, path: [], faults }
}

/** Notes a fault; the value of the expression is `undefined`, which readers hand on. */
export function fault(place: Place, reason: string, member?: string | number): undefined {
  const path = member === undefined ? place.path : [...place.path, member]
  place.faults.push({ path, reason })
  return undefined
}

/** The members of an object, none but those `known`; undefined when it is no object. */
export function membersOf(place: Place, known: readonly string[]): Members | undefined {
  const members = anyMembersOf(place)
  if (members === undefined) return undefined
  for (const [name, member] of members) {
    if (!known.includes(name)) fault(member, `is not a setting here; known are ${known.join(', ')}`)
  }
  return members
}

export function anyMembersOf(place: Place): Members | undefined {
  const { value } = place
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return fault(place, 'must be an object')
  }
  return new Map(
    Object.entries(value).map(([name, member]) => [
      name,
      { value: member, path: [...place.path, name], faults: place.faults },
    ]),
  )
}

export function itemsOf(place: Place): Place[] | undefined {
  if (!Array.isArray(place.value)) return fault(place, 'must be a list')
  return place.value.map((value: unknown, index) => ({
    value,
    path: [...place.path, index],
    faults: place.faults,
  }))
}

/** A member that has to be there; notes its absence at the object. */
export function required(place: Place, members: Members, name: string): Place | undefined {
  return members.get(name) ?? fault(place, `needs the setting ${name}`)
}

export function textAt(place: Place | undefined): string | undefined {
  if (place === undefined) return undefined
  if (typeof place.value === 'string' && place.value !== '') return place.value
  return fault(place, 'must be a text that is not empty')
}

export function integerAt(
  place: Place | undefined,
  { min, max }: { min: number; max: number },
): number | undefined {
  if (place === undefined) return undefined
  const { value } = place
  if (typeof value === 'number' && Number.isInteger(value) && value >= min && value <= max) {
    return value
  }
  return fault(place, `must be a whole number from ${min} to ${max}`)
}

export function booleanAt(place: Place | undefined): boolean | undefined {
  if (place === undefined) return undefined
  if (typeof place.value === 'boolean') return place.value
  return fault(place, 'must be true or false')
}

export function choiceAt<Choice extends string>(
  place: Place | undefined,
  choices: readonly Choice[],
): Choice | undefined {
  if (place === undefined) return undefined
  const choice = choices.find((one) => one === place.value)
  return choice ?? fault(place, `must be one of ${choices.join(', ')}`)
}
