import { readFileSync } from 'node:fs'
import { compareMessages, type DescribedField, type Difference } from '#iso8583'
import { type Paint, paintFor } from '../colour.ts'
import { EXIT, type ExitCode } from '../exit-codes.ts'
import { complain, type Outside, say } from '../outside.ts'
import { type Framing, readHex } from './framing.ts'
import type { MessageFault } from './json.ts'
import { shownValue, widthOf } from './table.ts'

interface DiffOptions {
  readonly files?: true
  readonly json?: true
  readonly unmasked?: true
  readonly outside: Outside
}

/**
 * `sallyport decode --diff`: where two messages differ. Exit code 0 when they do not.
 *
 * @throws a system error for a file that cannot be read
 */
export function diff(
  texts: readonly string[],
  framing: Framing,
  { files, json, unmasked, outside }: DiffOptions,
): ExitCode {
  const [a, b] = texts.map((text) => readHex(files ? readFileSync(text, 'utf8') : text, framing))
  if (a === undefined || b === undefined) throw new TypeError('two messages are compared')
  if ('error' in a) return refused('a', a, { json, outside })
  if ('error' in b) return refused('b', b, { json, outside })
  const differences = compareMessages(framing.dialect, [a.message, b.message], {
    unmasked: unmasked === true,
  })
  if (json) say(outside, JSON.stringify(documentOf(differences)))
  else tell(differences, outside)
  return differences.length === 0 ? EXIT.done : EXIT.refused
}

function refused(
  message: 'a' | 'b',
  { error }: MessageFault,
  { json, outside }: { json: true | undefined; outside: Outside },
): ExitCode {
  if (json) say(outside, JSON.stringify({ error: { ...error, message } }))
  else complain(outside, `message ${message}: ${error.code} at byte ${error.offset}, ${error.path}`)
  return EXIT.refused
}

function documentOf(differences: readonly Difference[]): object {
  const shown = differences.map(({ kind, path, name, a, b }) => ({
    kind,
    path,
    name,
    ...(a ? { a: a.value } : {}),
    ...(b ? { b: b.value } : {}),
  }))
  return { same: differences.length === 0, differences: shown }
}

function tell(differences: readonly Difference[], outside: Outside): void {
  const paint = paintFor(outside)
  if (differences.length === 0) say(outside, '  the messages are the same')
  const paths = widthOf(differences.map(({ path }) => path))
  const names = widthOf(differences.map(({ name }) => name))
  for (const difference of differences) {
    const { path, name } = difference
    const place = paint.place(path.padEnd(paths))
    say(outside, `  ${place}  ${name.padEnd(names)}  ${sidesOf(difference, paint)}`)
  }
}

function sidesOf({ kind, a, b }: Difference, paint: Paint): string {
  switch (kind) {
    case 'only-in-a':
      return `${paint.bad('only in a')}  ${sideText(a, paint)}`
    case 'only-in-b':
      return `${paint.good('only in b')}  ${sideText(b, paint)}`
    case 'order':
      return 'the same tags in another order'
    case 'value':
      return a?.value === b?.value
        ? `${sideText(a, paint)}  differs ${paint.aside('(masked)')}`
        : `${sideText(a, paint)}  ->  ${sideText(b, paint)}`
  }
}

function sideText(field: DescribedField | undefined, paint: Paint): string {
  return field === undefined ? '' : shownValue(field, paint)
}
