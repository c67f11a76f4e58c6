import { type Command, Option } from 'commander'
import { DecodeError, type Dialect, readBefore } from '#iso8583'
import { paintFor } from '../colour.ts'
import { EXIT, type ExitCode, type Finish } from '../exit-codes.ts'
import { linesOf, textOf } from '../lines.ts'
import { complain, type Outside, say } from '../outside.ts'
import { diff } from './decode-diff.ts'
import {
  addDialectChoice,
  type DialectChoice,
  dialectChosen,
  frameChosen,
  headerOf,
} from './dialect-option.ts'
import { type Framing, type ReadMessage, readHex, type Unread } from './framing.ts'
import { maskedMessage } from './json.ts'
import { counted, messageTable } from './table.ts'

interface DecodeOptions extends DialectChoice {
  readonly hex?: string
  readonly diff?: readonly string[]
  readonly files?: true
  readonly framed?: true
  readonly jsonl?: true
  readonly json?: true
  readonly unmasked?: true
}

const EXAMPLE = `
Examples:
  sallyport decode --host meridian --hex 3038303030303230303030303030303030303030303030303031
  sallyport decode --host meridian --json < message.hex
  sallyport decode --dialect my-host/dialect.json --jsonl --unmasked < messages.hex
  sallyport decode --edition 1987-ascii \\
    --diff 3038303030303230303030303030303030303030303030303031 \\
      3038303030303230303030303030303030303030303030303032
  sallyport decode --host meridian --diff sent.hex answered.hex --files

A message that is not one of the dialect ends with exit code 1, and so do two messages that differ;
--json and --jsonl tell it as {"error":{"code","offset","path"}}. A frame header that fits is
recognised where the host is known.`

/** `sallyport decode`: a host message, element by element, or what two of them differ in. */
export function addDecode(program: Command, outside: Outside, finish: Finish): void {
  const one = new Option('--hex <hex>', 'the message; without it, standard input is read')
  const two = new Option('--diff <messages...>', 'two messages: say where they differ')
  const command = program
    .command('decode')
    .description('show a host message element by element, card numbers masked')
    .addOption(one.conflicts('jsonl'))
    .addOption(two.conflicts(['hex', 'jsonl']))
    .option('--files', 'what --diff names are files of hex')
    .option('--framed', 'each message stands behind the frame header of its host')
    .option('--jsonl', 'one hex message a line on standard input, one JSON object a line out')
    .option('--json', 'print JSON')
    .option('--unmasked', 'show card numbers and other secrets in clear')
    .addHelpText('after', EXAMPLE)
  addDialectChoice(command).action(async (options: DecodeOptions) => {
    if (options.files && options.diff === undefined) {
      command.error('error: --files says what --diff names, and there is no --diff')
    }
    const framing = framingChosen(command, options)
    if (options.diff === undefined) finish(await decode(framing, options, outside))
    else if (options.diff.length !== 2) command.error('error: --diff takes two messages')
    else finish(diff(options.diff, framing, { ...options, outside }))
  })
}

/** The header of a host is at hand, should a message turn out to be in its frame. */
function framingChosen(command: Command, options: DecodeOptions): Framing {
  const dialect = dialectChosen(command, options)
  if (options.framed) return { dialect, header: frameChosen(command, options), isFramed: true }
  const header = options.host === undefined ? undefined : headerOf(options)
  return { dialect, header, isFramed: false }
}

async function decode(
  framing: Framing,
  options: DecodeOptions,
  outside: Outside,
): Promise<ExitCode> {
  if (options.jsonl) {
    let code: ExitCode = EXIT.done
    for await (const line of linesOf(outside.input)) {
      if (tellJson(framing, line, { ...options, outside }) !== EXIT.done) code = EXIT.refused
    }
    return code
  }
  const hex = options.hex ?? (await textOf(outside.input))
  const tellIt = options.json ? tellJson : tell
  return tellIt(framing, hex, { ...options, outside })
}

interface Telling extends Pick<DecodeOptions, 'unmasked'> {
  readonly outside: Outside
}

function tellJson(framing: Framing, hex: string, { unmasked, outside }: Telling): ExitCode {
  const read = readHex(hex, framing)
  if ('error' in read) {
    say(outside, JSON.stringify({ error: read.error }))
    return EXIT.refused
  }
  const { message } = read
  say(outside, JSON.stringify(unmasked ? message : maskedMessage(framing.dialect, message)))
  return EXIT.done
}

function tell(framing: Framing, hex: string, { unmasked, outside }: Telling): ExitCode {
  const read = readHex(hex, framing)
  if ('error' in read) {
    for (const line of faultLines(framing.dialect, read)) complain(outside, line)
    return EXIT.refused
  }
  const paint = paintFor(outside)
  const described = framing.dialect.describe(read.message, { unmasked: unmasked === true })
  for (const line of messageTable(described, paint)) say(outside, line)
  say(outside, `  ${paint.aside(sizeLine(read))}`)
  return EXIT.done
}

function sizeLine({ message, bytes, headerBytes }: ReadMessage): string {
  const frame = headerBytes === 0 ? '' : `, behind a frame header of ${headerBytes}`
  const lenient = message.lenient?.length ?? 0
  const leniency = lenient === 0 ? '' : `, ${counted(lenient, 'fault')} let through`
  const elements = Object.keys(message.fields).length
  return `${counted(bytes, 'byte')}, ${counted(elements, 'element')}${frame}${leniency}`
}

/** What was read up to the fault is always masked: of what comes after nothing is known. */
function faultLines(dialect: Dialect, { error, stop }: Unread): string[] {
  if (stop === undefined) return [`${error.code}: the input is not hex digits in pairs`]
  const { fault: stopped, bytes } = stop
  if (!(stopped instanceof DecodeError)) {
    return [`${stopped.code}: no frame of this host around a message of ${dialect.name}`]
  }
  const { code, offset, path } = stopped
  const fault = `${code} at byte ${offset}, ${path}: not a message of ${dialect.name}`
  const before = readBefore(dialect, bytes, stopped)
  if (before === undefined) return [fault, `  it has ${counted(bytes.byteLength, 'byte')}`]
  const place = path === 'message' ? 'the elements end' : `element ${path.split('.')[0]} begins`
  return [
    fault,
    `  ${place} at byte ${before.bytes} of ${bytes.byteLength}; read before it:`,
    ...messageTable(dialect.describe(before.message)).map((line) => `  ${line}`),
  ]
}
