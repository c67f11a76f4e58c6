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
import { faultOf, type MessageFault } from './json.ts'

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

Takes what \`decode --json --unmasked\` prints. A message that the dialect cannot carry gives
{"error":{"code","path"}} and exit code 1.`

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
    else complain(outside, `${result.error.code}, ${result.error.path}`)
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

function encoded({ dialect, header }: Target, json: string): { hex: string } | MessageFault {
  const message = messageOf(json)
  if (!message) return { error: { code: 'NOT_A_MESSAGE', path: 'message' } }
  try {
    const bytes = dialect.pack(message)
    const line = header === undefined ? bytes : header.wrap(bytes)
    return { hex: line.toString('hex').toUpperCase() }
  } catch (error) {
    if (error instanceof EncodeError || error instanceof FrameError) return faultOf(error)
    throw error
  }
}

function messageOf(json: string): Message | undefined {
  try {
    const value: unknown = JSON.parse(json)
    if (!isJsonObject(value) || typeof value['mti'] !== 'string') return undefined
    const { mti, fields } = value
    // What the values are is for pack to judge, which refuses anything but text and composites.
    return isJsonObject(fields) ? { mti, fields: fields as Message['fields'] } : undefined
  } catch {
    return undefined
  }
}
