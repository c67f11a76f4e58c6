import type { Command } from 'commander'
import { isJsonObject } from '#domain'
import { type Dialect, EncodeError, FrameError, type FrameHeader, type Message } from '#iso8583'
import { EXIT, type ExitCode, type Finish } from '../exit-codes.ts'
import { linesOf, textOf } from '../lines.ts'
import { complain, type Outside, say } from '../outside.ts'
import {
  addDialectChoice,
  type DialectChoice,
  dialectChosen,
  frameChosen,
} from './dialect-option.ts'
import { type EncodeFault, explained, notJson } from './encode-fault.ts'
import { faultOf } from './json.ts'

interface EncodeOptions extends DialectChoice {
  readonly framed?: true
  readonly jsonl?: true
  readonly json?: true
}

const EXAMPLE = `
Examples:
  echo '{"mti":"0800","fields":{"7":"1122100000","11":"000001","70":"301"}}' |
    sallyport encode --host meridian
  sallyport encode --host meridian --framed < message.json
  sallyport encode --host meridian --jsonl < messages.jsonl > messages.hex

Takes what \`decode --json --unmasked\` prints. A message that the dialect cannot carry ends with
exit code 1; --json and --jsonl tell it as {"error":{"code","path"}}.`

/** `sallyport encode`: the inverse of decode. */
export function addEncode(program: Command, outside: Outside, finish: Finish): void {
  const command = program
    .command('encode')
    .description('write a host message as hex from JSON on standard input')
    .option('--jsonl', 'one JSON message a line in, one hex message a line out')
    .option('--framed', 'put each message behind the frame header of its host')
    .option('--json', 'print {"hex":"..."}')
    .addHelpText('after', EXAMPLE)
  addDialectChoice(command).action(async (options: EncodeOptions) => {
    const dialect = dialectChosen(command, options)
    const header = options.framed ? frameChosen(command, options) : undefined
    finish(await encode({ dialect, header }, options, outside))
  })
}

interface Target {
  readonly dialect: Dialect
  /** Undefined when a message goes without its frame. */
  readonly header: FrameHeader | undefined
}

async function encode(target: Target, options: EncodeOptions, outside: Outside): Promise<ExitCode> {
  if (!options.jsonl) {
    const result = encoded(target, await textOf(outside.input))
    if ('hex' in result) say(outside, options.json ? JSON.stringify(result) : result.hex)
    else if (options.json) say(outside, JSON.stringify(result))
    else complain(outside, faultLine(result.error))
    return 'hex' in result ? EXIT.done : EXIT.refused
  }
  let code: ExitCode = EXIT.done
  for await (const line of linesOf(outside.input)) {
    const result = encoded(target, line)
    say(outside, 'hex' in result && !options.json ? result.hex : JSON.stringify(result))
    if (!('hex' in result)) code = EXIT.refused
  }
  return code
}

function faultLine({ code, path, tag, line, column, reason }: EncodeFault['error']): string {
  const place = line === undefined ? '' : ` at line ${line}, column ${column}`
  const named = tag === undefined ? '' : `: tag ${tag}`
  return `${code}, ${path}${place}${named}${reason === undefined ? '' : `: ${reason}`}`
}

function encoded({ dialect, header }: Target, json: string): { hex: string } | EncodeFault {
  const found = messageOf(json)
  if ('error' in found) return found
  const { message } = found
  try {
    const bytes = dialect.pack(message)
    const line = header === undefined ? bytes : header.wrap(bytes)
    return { hex: line.toString('hex').toUpperCase() }
  } catch (error) {
    if (error instanceof EncodeError || error instanceof FrameError)
      return explained(faultOf(error), dialect, message)
    throw error
  }
}

function messageOf(json: string): { readonly message: Message } | EncodeFault {
  let value: unknown
  try {
    value = JSON.parse(json)
  } catch {
    return notJson(json)
  }
  if (isJsonObject(value) && typeof value['mti'] === 'string' && isJsonObject(value['fields'])) {
    // What the values are is for pack to judge, which refuses anything but text and composites.
    return { message: { mti: value['mti'], fields: value['fields'] as Message['fields'] } }
  }
  const reason = 'needs "mti", a text, and "fields", an object'
  return { error: { code: 'NOT_A_MESSAGE', path: 'message', reason } }
}
