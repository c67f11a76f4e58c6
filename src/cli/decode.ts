import type { Command } from 'commander'
import type { Dialect } from '#iso8583'
import { addDialectChoice, type DialectChoice, dialectChosen } from './dialect-option.ts'
import { EXIT, type ExitCode, type Finish } from './exit-codes.ts'
import { linesOf, textOf } from './lines.ts'
import { bytesOfHex, faultOf, maskedMessage, messageTable } from './message-json.ts'
import { complain, type Outside, say } from './outside.ts'

interface DecodeOptions extends DialectChoice {
  readonly hex?: string
  readonly jsonl?: true
  readonly json?: true
  readonly unmasked?: true
}

const EXAMPLE = `
Examples:
  sallyport decode --host meridian --hex 30383030...
  sallyport decode --host meridian --json < message.hex
  sallyport decode --dialect my-host/dialect.json --jsonl --unmasked < messages.hex

A message that is not one of the dialect gives {"error":{"code","offset","path"}} and exit code 1.`

/** `sallyport decode`: a host message, element by element. */
export function addDecode(program: Command, outside: Outside, finish: Finish): void {
  const command = program
    .command('decode')
    .description('show a host message element by element, card numbers masked')
    .option('--hex <hex>', 'the message; without it, standard input is read')
    .option('--jsonl', 'one hex message a line on standard input, one JSON object a line out')
    .option('--json', 'print JSON')
    .option('--unmasked', 'show card numbers and other secrets in clear')
    .addHelpText('after', EXAMPLE)
  addDialectChoice(command).action(async (options: DecodeOptions) => {
    finish(await decode(dialectChosen(command, options), options, outside))
  })
}

async function decode(
  dialect: Dialect,
  options: DecodeOptions,
  outside: Outside,
): Promise<ExitCode> {
  if (options.jsonl) {
    let code: ExitCode = EXIT.done
    for await (const line of linesOf(outside.input)) {
      const { text, ok } = decodedJson(dialect, line, options)
      say(outside, text)
      if (!ok) code = EXIT.refused
    }
    return code
  }
  const hex = options.hex ?? (await textOf(outside.input))
  return options.json
    ? tellJson(dialect, hex, options, outside)
    : tell(dialect, hex, options, outside)
}

function decodedJson(
  dialect: Dialect,
  hex: string,
  { unmasked }: DecodeOptions,
): { text: string; ok: boolean } {
  const bytes = bytesOfHex(hex)
  if (!bytes) return { text: JSON.stringify(NOT_HEX), ok: false }
  try {
    const message = dialect.unpack(bytes)
    return { text: JSON.stringify(unmasked ? message : maskedMessage(dialect, message)), ok: true }
  } catch (error) {
    return { text: JSON.stringify(faultOf(error)), ok: false }
  }
}

const NOT_HEX = { error: { code: 'NOT_HEX', offset: 0, path: 'message' } }

function tellJson(
  dialect: Dialect,
  hex: string,
  options: DecodeOptions,
  outside: Outside,
): ExitCode {
  const { text, ok } = decodedJson(dialect, hex, options)
  say(outside, text)
  return ok ? EXIT.done : EXIT.refused
}

function tell(dialect: Dialect, hex: string, options: DecodeOptions, outside: Outside): ExitCode {
  const bytes = bytesOfHex(hex)
  if (!bytes) {
    complain(outside, 'NOT_HEX: the input is not hex digits in pairs')
    return EXIT.refused
  }
  try {
    const described = dialect.describe(dialect.unpack(bytes), {
      unmasked: options.unmasked === true,
    })
    for (const line of messageTable(described)) say(outside, line)
    return EXIT.done
  } catch (error) {
    const { code, offset, path } = faultOf(error).error
    complain(outside, `${code} at byte ${offset}, ${path}: not a message of ${dialect.name}`)
    return EXIT.refused
  }
}
