/**
 * Tables of what values mean: one table for the whole value, or a list of tables for stretches of
 * it; or the name of such a table or list, which the dialect gives once for several fields.
 */
import {
  anyMembersOf,
  fault,
  integerAt,
  itemsOf,
  membersOf,
  type Place,
  required,
  textAt,
} from './members.ts'
import type { Meanings, MeaningTable } from './plan.ts'

export type NamedMeanings = ReadonlyMap<string, Meanings>

export function readNamedMeanings(place: Place | undefined): NamedMeanings {
  const members = place && anyMembersOf(place)
  return new Map([...(members ?? [])].map(([name, member]) => [name, tablesAt(member)]))
}

export function readMeanings(place: Place | undefined, named: NamedMeanings): Meanings {
  if (place === undefined) return []
  if (typeof place.value !== 'string') return tablesAt(place)
  const meanings = named.get(place.value)
  if (meanings === undefined) fault(place, 'names no meanings of this dialect')
  return meanings ?? []
}

function tablesAt(place: Place): Meanings {
  if (!Array.isArray(place.value)) {
    const values = valuesAt(place)
    return values === undefined ? [] : [{ of: undefined, from: 0, to: undefined, values }]
  }
  return (itemsOf(place) ?? []).map(tableAt).filter((table) => table !== undefined)
}

function tableAt(place: Place): MeaningTable | undefined {
  const members = membersOf(place, ['from', 'to', 'of', 'values'])
  if (members === undefined) return undefined
  const of = textAt(members.get('of'))
  const from = integerAt(required(place, members, 'from'), { min: 0, max: 998 })
  const to = integerAt(required(place, members, 'to'), { min: 1, max: 999 })
  const valuesPlace = required(place, members, 'values')
  const values = valuesPlace && valuesAt(valuesPlace)
  if (from === undefined || to === undefined || values === undefined) return undefined
  if (to <= from) return fault(place, 'must be greater than from', 'to')
  return { of, from, to, values }
}

function valuesAt(place: Place): ReadonlyMap<string, string> | undefined {
  const members = anyMembersOf(place)
  if (members === undefined) return undefined
  const values = new Map<string, string>()
  for (const [value, meaning] of members) {
    const text = textAt(meaning)
    if (text !== undefined) values.set(value, text)
  }
  return values
}
