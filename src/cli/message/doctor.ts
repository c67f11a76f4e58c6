import type { Command } from 'commander'
import {
  DIAGNOSED_BYTES_MAX,
  DIAGNOSED_CANDIDATES_MAX,
  type Diagnosis,
  type DialectCandidate,
  diagnose,
  type Fit,
  type Misfit,
  type Reading,
} from '#iso8583'
import {
  dialectFileOf,
  EDITIONS,
  editionFileOf,
  hostNames,
  readDialect,
} from '../../host-profile.ts'
import { ProfileError } from '../../spec-files.ts'
import { type Paint, paintFor } from '../colour.ts'
import { EXIT, type ExitCode, type Finish } from '../exit-codes.ts'
import { bytesOf } from '../lines.ts'
import { complain, type Outside, say } from '../outside.ts'
import { CAPTURE_CHARACTERS_MAX, readingsOf } from './capture.ts'
import { headerBeside } from './dialect-option.ts'
import { counted, messageTable, widthOf } from './table.ts'

interface DoctorOptions {
  readonly hex?: string
  readonly dialect?: readonly string[]
  readonly json?: true
}

const EXAMPLE = `
Examples:
  sallyport doctor --hex 001A3038303030303230303030303030303030303030303030303031
  sallyport doctor < capture.txt
  sallyport doctor --dialect my-host/dialect.json --json < capture.txt

Takes hex with or without separators, what hexdump -C, xxd, tcpdump -X and Wireshark show, and
on standard input the bytes themselves. Tries every host of specs/hosts, every edition of
specs/editions and every file given, behind every usual frame header. Card numbers are always
masked. Exit code 0 when a dialect fits, 1 when none does.`

/** `sallyport doctor`: which dialect and which frame header captured bytes are of. */
export function addDoctor(program: Command, outside: Outside, finish: Finish): void {
  const command = program
    .command('doctor')
    .description('say which dialect and frame header captured bytes fit, and where others fail')
    .option('--hex <text>', 'the capture; without it, standard input is read')
    .option('--dialect <files...>', 'dialect files to try before the known ones')
    .option('--json', 'print JSON')
    .addHelpText('after', EXAMPLE)
  command.action(async (options: DoctorOptions) => {
    const candidates = candidatesOf(options, outside)
    if (candidates.length > DIAGNOSED_CANDIDATES_MAX) {
      command.error(`error: at most ${DIAGNOSED_CANDIDATES_MAX} dialects are tried at a time`)
    }
    const text = options.hex ?? captureIn(await bytesOf(outside.input))
    finish(doctor(text, candidates, { ...options, outside }))
  })
}

/** A character a byte, for a capture may be the message itself; without a byte order mark. */
function captureIn(bytes: Buffer): string {
  return bytes.toString('latin1').replace(/^\u00EF\u00BB\u00BF/, '')
}

/** Files given, hosts, editions; one of ours that cannot be used is named and left out. */
function candidatesOf({ dialect = [] }: DoctorOptions, outside: Outside): DialectCandidate[] {
  const given = dialect.map((file) => candidate(`--dialect ${file}`, file))
  const hosts = hostNames().map((name) => ({ name: `--host ${name}`, file: dialectFileOf(name) }))
  const editions = EDITIONS.map((name) => ({
    name: `--edition ${name}`,
    file: editionFileOf(name),
  }))
  const known = [...hosts, ...editions].flatMap(({ name, file }) => {
    try {
      return [candidate(name, file)]
    } catch (error) {
      if (!(error instanceof ProfileError)) throw error
      complain(outside, `${name} is not tried: ${error.message}`)
      return []
    }
  })
  return [...given, ...known]
}

/** @throws ProfileError */
function candidate(name: string, file: string): DialectCandidate {
  const header = headerBeside(file)
  return { name, dialect: readDialect(file), ...(header ? { header } : {}) }
}

interface Telling {
  readonly json?: true
  readonly outside: Outside
}

function doctor(
  text: string,
  candidates: readonly DialectCandidate[],
  { json, outside }: Telling,
): ExitCode {
  const readings = text.length > CAPTURE_CHARACTERS_MAX ? [] : readingsOf(text)
  const isTooLong = readings.some(({ bytes }) => bytes.byteLength > DIAGNOSED_BYTES_MAX)
  if (readings.length === 0 || isTooLong) {
    const reason = `no capture of 1 to ${DIAGNOSED_BYTES_MAX} bytes was given`
    if (json) say(outside, JSON.stringify({ error: { code: 'NO_CAPTURE', reason } }))
    else complain(outside, reason)
    return EXIT.refused
  }
  const diagnosis = diagnose(readings, candidates)
  if (json) say(outside, JSON.stringify(documentOf(diagnosis)))
  else tell(diagnosis, readings, outside)
  return diagnosis.verdicts[0]?.kind === 'fit' ? EXIT.done : EXIT.refused
}

function documentOf({ verdicts, hints }: Diagnosis): object {
  const fits = fitsOf(verdicts)
  const common = ({ candidate, how, frame, isOwnHeader }: Fit | Misfit) => ({
    dialect: candidate.name,
    reading: how,
    frame,
    isOwnHeader,
  })
  return {
    fits: fits.map((fit) => ({
      ...common(fit),
      elements: Object.keys(fit.message.fields).map(Number),
      lenient: fit.message.lenient?.length ?? 0,
    })),
    misfits: misfitsOf(verdicts).map((misfit) => {
      const { code, offset, path, hint } = misfit
      return { ...common(misfit), code, offset, path, hint }
    }),
    hints,
  }
}

function fitsOf(verdicts: Diagnosis['verdicts']): Fit[] {
  return verdicts.filter((verdict) => verdict.kind === 'fit')
}

function misfitsOf(verdicts: Diagnosis['verdicts']): Misfit[] {
  return verdicts.filter((verdict) => verdict.kind === 'misfit')
}

function tell(
  { verdicts, hints }: Diagnosis,
  readings: readonly Reading[],
  outside: Outside,
): void {
  const paint = paintFor(outside)
  const names = widthOf(verdicts.map(({ candidate }) => candidate.name))
  const sizes = readings.map(({ how, bytes }) => `${counted(bytes.byteLength, 'byte')} as ${how}`)
  say(outside, paint.aside(sizes.join(', ')))
  const fits = fitsOf(verdicts)
  if (fits.length > 0) say(outside, paint.good('fits'))
  for (const fit of fits) say(outside, `  ${fit.candidate.name.padEnd(names)}  ${fitLine(fit)}`)
  const misfits = misfitsOf(verdicts)
  if (misfits.length > 0) say(outside, paint.bad('does not fit'))
  for (const line of misfitLines(misfits, { names, paint })) say(outside, line)
  for (const hint of hints) say(outside, `hint: ${hint}`)
  const [best] = fits
  if (best === undefined) return
  say(outside, `as ${best.candidate.name} reads it`)
  for (const line of messageTable(best.candidate.dialect.describe(best.message), paint)) {
    say(outside, line)
  }
}

function fitLine({ frame, how, message, isOwnHeader }: Fit): string {
  const own = isOwnHeader ? ', as its host sends it' : ''
  const lenient = message.lenient === undefined ? '' : ', leniently'
  const elements = counted(Object.keys(message.fields).length, 'element')
  return `${frameText(frame, how)}${own}; ${elements}${lenient}`
}

/** Two lines for each that got somewhere; those that stop at the message type are named once. */
function misfitLines(
  misfits: readonly Misfit[],
  { names, paint }: { readonly names: number; readonly paint: Paint },
): string[] {
  const atOnce = misfits.filter(({ offset, path }) => offset === 0 || path === 'mti')
  const later = misfits.filter((misfit) => !atOnce.includes(misfit))
  const lines = later.flatMap(({ candidate, frame, how, code, offset, path, hint }) => [
    `  ${candidate.name.padEnd(names)}  ${code} at byte ${offset} of ${frame.bytes}, ${path}`,
    `    ${frameText(frame, how)}`,
    ...(hint === undefined ? [] : [`    ${paint.aside(hint)}`]),
  ])
  if (atOnce.length === 0) return lines
  const codes = [...new Set(atOnce.map(({ code }) => code))].join(', ')
  const dialects = counted(atOnce.length, 'dialect')
  return [
    ...lines,
    `  ${dialects} ${atOnce.length === 1 ? 'fails' : 'fail'} at the message type: ${codes}`,
    ...atOnce.map(({ candidate }) => `    ${paint.aside(candidate.name)}`),
  ]
}

function frameText(frame: Fit['frame'], how: string): string {
  const { header, at, bytes, missingBytes, restBytes } = frame
  const lack = missingBytes === 0 ? '' : `, ${missingBytes} more counted than there are`
  const rest = restBytes === 0 ? '' : `, ${restBytes} left behind it`
  const as = how === 'hex' || how === 'dump' ? '' : `${how}, `
  return `${as}${header}, ${counted(bytes, 'byte')} from byte ${at}${lack}${rest}`
}
