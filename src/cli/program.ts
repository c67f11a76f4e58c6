import { readFileSync } from 'node:fs'
import { Command, CommanderError } from 'commander'
import { LinkProfileError } from '#communication'
import { EnvelopeError } from '#envelope'
import { DiscoveryError } from '#merchant-client'
import { KeyringError } from '#security'
import { StoreError } from '#store'
import { ConfigError } from '../config.ts'
import { ProfileError } from '../spec-files.ts'
import { addDemo } from './demo.ts'
import { addEmulate } from './emulate.ts'
import { EXIT, type ExitCode, type Finish } from './exit-codes.ts'
import { addFees } from './fees/fees.ts'
import { addHostKey } from './host-key.ts'
import { HostNameError } from './host-name.ts'
import { addInit } from './init.ts'
import { addLedger } from './ledger/ledger.ts'
import { InputError } from './lines.ts'
import { withMeantName } from './meant-name.ts'
import { addCapture } from './merchant/capture.ts'
import { addCard } from './merchant/card.ts'
import { ClientFileError } from './merchant/client-file.ts'
import { addIncrement, addRefund } from './merchant/follow-up.ts'
import { addInquire } from './merchant/inquire.ts'
import { addMerchant } from './merchant/merchant.ts'
import { addReverse } from './merchant/reverse.ts'
import { addSend } from './merchant/send.ts'
import { addTab } from './merchant/tab.ts'
import { addDecode } from './message/decode.ts'
import { addDoctor } from './message/doctor.ts'
import { addEncode } from './message/encode.ts'
import { complain, type Outside } from './outside.ts'
import { addPayments } from './payments.ts'
import { addPinKey } from './pin-key/pin-key.ts'
import { addSpec } from './spec/spec.ts'
import { addStart } from './start.ts'
import { addStore } from './store/store.ts'
import { systemFault } from './system-fault.ts'
import { addWork } from './work.ts'

/**
 * Run one command of `sallyport`.
 *
 * @param words the command line without the program's name
 * @returns the exit code (exit-codes.ts)
 */
export async function runProgram(words: readonly string[], outside: Outside): Promise<ExitCode> {
  let code: ExitCode = EXIT.done
  const finish: Finish = (ended) => {
    code = ended
  }
  const program = createProgram(outside, finish)
  try {
    await program.parseAsync(words, { from: 'user' })
    return code
  } catch (error) {
    return codeOf(error, outside)
  }
}

function createProgram(outside: Outside, finish: Finish): Command {
  const { version } = JSON.parse(
    readFileSync(`${import.meta.dirname}/../../package.json`, 'utf8'),
  ) as { version: string }
  const program = new Command('sallyport')
    .description('A bank-side ISO 8583 protocol conversion gateway.')
    .version(version)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => outside.out.write(text),
      writeErr: (text) => outside.err.write(text),
    })
  const adders = [
    addInit,
    addStart,
    addDemo,
    addEmulate,
    addMerchant,
    addHostKey,
    addPinKey,
    addSend,
    addInquire,
    addCapture,
    addIncrement,
    addRefund,
    addReverse,
    addCard,
    addTab,
    addPayments,
    addWork,
    addLedger,
    addFees,
    addStore,
    addDecode,
    addEncode,
    addDoctor,
    addSpec,
  ]
  for (const add of adders) add(program, outside, finish)
  return program
}

function codeOf(error: unknown, outside: Outside): ExitCode {
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.usage
  if (error instanceof InputError) {
    complain(outside, `${error.code}: ${error.message}`)
    return EXIT.refused
  }
  if (isConfigurationFault(error)) {
    complain(outside, textOf(error))
    return EXIT.configuration
  }
  const fault = systemFault(error)
  if (fault === undefined) throw error
  complain(outside, fault)
  return EXIT.configuration
}

/** Whether the operator, and not a programmer, has something to put right. */
function isConfigurationFault(error: unknown): error is Error {
  return (
    error instanceof ConfigError ||
    error instanceof ProfileError ||
    error instanceof HostNameError ||
    error instanceof ClientFileError ||
    error instanceof KeyringError ||
    error instanceof StoreError ||
    error instanceof LinkProfileError ||
    error instanceof EnvelopeError ||
    error instanceof DiscoveryError
  )
}

function textOf(error: Error): string {
  if (!(error instanceof ProfileError)) return error.message
  return new ProfileError(error.file, error.faults.map(withMeantName)).message
}
