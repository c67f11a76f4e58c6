import type { Command } from 'commander'
import { moneyText } from '#domain'
import { createSystemClock } from '#platform'
import { openWorkDesk, StoreError, type WorkDesk, type WorkItem } from '#store'
import { storePlaceOf } from '../gateway-files.ts'
import { addConfigOption, type ConfigOptions, configOf } from './config-option.ts'
import { EXIT, type ExitCode, type Finish } from './exit-codes.ts'
import { complain, type Outside, say } from './outside.ts'

const HELP = `
Examples:
  sallyport work list
  sallyport work show 3
  sallyport work retry 3 --by "J. Doe"     sends the reversal or the capture again
  sallyport work close 3 --by "J. Doe"     the host has done it otherwise

What is refused or overdue stays open until somebody answers it, or the host acknowledges. A gateway
that runs takes an answer up within a second. Exit code 1: there is none, or it is not open.`

interface WorkOptions extends ConfigOptions {
  readonly json?: true
}

interface AnswerOptions extends WorkOptions {
  readonly by: string
}

/** `sallyport work`: what an operator must look at, and the answers to it. */
export function addWork(program: Command, outside: Outside, finish: Finish): void {
  const work = program
    .command('work')
    .description('see and answer what needs an operator: what the host is owed and does not take')
    .addHelpText('after', HELP)
  const at = (options: WorkOptions, act: (desk: WorkDesk) => Promise<ExitCode>) =>
    onDesk(options, outside, act)

  addConfigOption(work.command('list').description('what is open, the oldest first'))
    .option('--json', 'print one JSON object an item, a line each')
    .action(async (options: WorkOptions) => {
      finish(await at(options, (desk) => list(desk, options, outside)))
    })
  addConfigOption(work.command('show <item>').description('all that is known of one item'))
    .option('--json', 'print JSON')
    .action(async (item: string, options: WorkOptions) => {
      finish(await at(options, (desk) => show(desk, item, { ...options, outside })))
    })
  for (const { name, description, answer } of ANSWERS) {
    addConfigOption(work.command(`${name} <item>`).description(description))
      .requiredOption('--by <name>', 'who decides; kept with the item')
      .action(async (item: string, options: AnswerOptions) => {
        const answerIt = (desk: WorkDesk) =>
          answered(item, outside, (seq) => answer(desk, seq, options))
        finish(await at(options, answerIt))
      })
  }
}

const ANSWERS: readonly {
  readonly name: string
  readonly description: string
  answer(desk: WorkDesk, seq: number, options: AnswerOptions): Promise<void>
}[] = [
  {
    name: 'retry',
    description: 'send its reversal or its capture again, from now on',
    answer: (desk, seq, { by }) => desk.retry(seq, by),
  },
  {
    name: 'close',
    description: 'say that the host has reversed or captured the payment otherwise',
    answer: (desk, seq, { by }) => desk.closeAsDone(seq, by),
  },
]

async function onDesk(
  options: WorkOptions,
  outside: Outside,
  act: (desk: WorkDesk) => Promise<ExitCode>,
): Promise<ExitCode> {
  const place = storePlaceOf(configOf(options, outside))
  const desk = await openWorkDesk(place, { clock: createSystemClock() })
  try {
    return await act(desk)
  } finally {
    await desk.close()
  }
}

async function list(desk: WorkDesk, { json }: WorkOptions, outside: Outside): Promise<ExitCode> {
  const items = await desk.list(SHOWN_MAX)
  for (const item of items) say(outside, json ? JSON.stringify(documentOf(item)) : lineOf(item))
  if (items.length === SHOWN_MAX) complain(outside, `only the oldest ${SHOWN_MAX} are shown`)
  if (items.length === 0) complain(outside, 'nothing needs an operator')
  return items.length > 0 ? EXIT.done : EXIT.refused
}

const SHOWN_MAX = 1_000

async function show(
  desk: WorkDesk,
  text: string,
  { json, outside }: WorkOptions & { readonly outside: Outside },
): Promise<ExitCode> {
  const item = await desk.find(Number(text))
  if (item === undefined) {
    complain(outside, 'there is no such open work item')
    return EXIT.refused
  }
  const facts = documentOf(item)
  if (json) say(outside, JSON.stringify(facts))
  else
    for (const [name, value] of Object.entries(facts)) say(outside, `${name.padEnd(20)} ${value}`)
  return EXIT.done
}

async function answered(
  text: string,
  outside: Outside,
  answer: (seq: number) => Promise<void>,
): Promise<ExitCode> {
  try {
    await answer(Number(text))
    return EXIT.done
  } catch (error) {
    if (!(error instanceof StoreError) || error.code !== 'WORK_NOT_OPEN') throw error
    complain(outside, error.message)
    return EXIT.refused
  }
}

function lineOf(item: WorkItem): string {
  const { seq, kind, payment, attempts, responseCode = '-' } = item
  const { merchant, id, amount, capture, panMasked, exchange } = payment
  const atStake = capture ? { ...amount, minor: capture.amountMinor } : amount
  const what = [moneyText(atStake), panMasked, exchange.rrn]
  return [seq, kind, merchant, id, ...what, `attempts ${attempts}`, responseCode].join('\t')
}

/** All that is needed to decide, and to find the payment at the host. */
function documentOf(item: WorkItem): Readonly<Record<string, string | number>> {
  const { payment, stan, putOff, responseCode } = item
  const { exchange, outcome, capture } = payment
  return {
    item: item.seq,
    kind: item.kind,
    merchant: payment.merchant,
    payment: payment.id,
    state: payment.state,
    operation: payment.operation,
    amount: moneyText(payment.amount),
    ...(capture ? { captured: moneyText({ ...payment.amount, minor: capture.amountMinor }) } : {}),
    card: payment.panMasked,
    host: exchange.host,
    mti: exchange.mti,
    stan: exchange.stan,
    transmittedAt: exchange.transmittedAt,
    rrn: exchange.rrn,
    terminal: exchange.terminal,
    businessDate: payment.businessDate,
    ...(outcome?.settlementDate ? { settlementDate: outcome.settlementDate } : {}),
    ...(outcome?.approvalCode ? { approvalCode: outcome.approvalCode } : {}),
    cause: item.cause,
    owedAt: timeOf(item.owedAtMs),
    openedAt: timeOf(item.openedAtMs),
    attempts: item.attempts,
    ...(stan === undefined ? {} : { owedStan: stan }),
    ...(putOff === undefined ? {} : { lastAttempt: putOff }),
    ...(responseCode === undefined ? {} : { lastResponseCode: responseCode }),
  }
}

function timeOf(atMs: number): string {
  return new Date(atMs).toISOString()
}
