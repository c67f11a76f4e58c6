import type { Note } from '#dialects'

/** A report for people: what is said of several elements is said once, with all their paths. */
export function noteLines(notes: readonly Note[]): string[] {
  const groups = Map.groupBy(notes, ({ kind, reason }) => `${kind} ${reason}`)
  return [...groups.values()].map(groupLine)
}

function groupLine(notes: readonly Note[]): string {
  const [first] = notes
  if (first === undefined) return ''
  const paths = [...new Set(notes.map((note) => note.path))].join(', ')
  const lines = [...new Set(notes.flatMap(({ place }) => (place ? [place.line] : [])))]
  const where = lines.length === 0 ? '' : ` (line ${lines.join(', ')})`
  return `${first.kind}: ${paths}${where}: ${first.reason}`
}
