import { type Command, Option } from 'commander'
import type { ChargeInput, MerchantClient, MerchantResult, TabInput } from '#merchant-client'
import type { Finish } from '../exit-codes.ts'
import type { Outside } from '../outside.ts'
import { addQuestion, type Question } from './ask-about.ts'
import { minorUnitsOf } from './payment-options.ts'
import { exitOfResult } from './result-lines.ts'

const EXAMPLE = `
Example:
  sallyport tab open tab-1 --payment order-1001 --maximum 20 --until 2026-12-01T09:00:00Z \\
    --consent consents/8817 --client data/merchants/M-1001/client.json
  sallyport tab charge tab-1 --id article-17 --amount 2.5 --item "The tides of Fundy" \\
    --client data/merchants/M-1001/client.json
  sallyport tab post tab-1 --client data/merchants/M-1001/client.json`

/** `sallyport tab`: charges of a fraction of a cent that gather on a tab. */
export function addTab(program: Command, outside: Outside, finish: Finish): void {
  const tab = program
    .command('tab')
    .description('open, charge, post, show and refund tabs of small charges')
    .addHelpText('after', EXAMPLE)
  const parts = { outside, finish }
  addQuestion(tab, OPEN, parts)
  addQuestion(tab, CHARGE, parts)
  addQuestion(tab, POST, parts)
  addQuestion(tab, SHOW, parts)
  addQuestion(tab, REFUND, parts)
}

const EXIT_CODES = `
Exit codes: 0 done, 1 refused, else as those of send.`

interface OpenOptions {
  readonly payment: string
  readonly maximum: string
  readonly currency: string
  readonly until: string
  readonly consent: string
  readonly threshold?: string
  readonly charges?: string
  readonly afterSeconds?: string
  readonly dayEnd?: true
  readonly increment?: string
  readonly rate?: string
  readonly unit?: 'second' | 'kilobyte'
}

const OPEN: Question<OpenOptions> = {
  name: 'open',
  names: 'tab',
  description: 'open a tab on an approved authorization',
  help: EXIT_CODES,
  options: [
    new Option('--payment <id>', 'the authorization that holds the money').makeOptionMandatory(),
    new Option('--maximum <decimal>', 'the most that its holder agreed to').makeOptionMandatory(),
    new Option('--currency <code>', 'ISO 4217 alphabetic code').default('USD'),
    new Option('--until <time>', 'when the consent ends, RFC 3339 in UTC').makeOptionMandatory(),
    new Option('--consent <reference>', 'where the proof of it is').makeOptionMandatory(),
    new Option('--threshold <decimal>', 'post it once so much is charged'),
    new Option('--charges <count>', 'post it once it has so many charges'),
    new Option('--after-seconds <count>', 'post it so long after it was opened'),
    new Option('--day-end', 'post it when the business day ends'),
    new Option('--increment <decimal>', 'have so much more held before it runs out'),
    new Option('--rate <minor>', 'what a unit costs, in minor units with up to four decimals'),
    new Option('--unit <unit>', 'what a stream is measured in').choices(['second', 'kilobyte']),
  ],
  ask(client, id, options) {
    const tab = tabOf(id, options)
    return typeof tab === 'string' ? tab : client.tab.open(tab)
  },
  exitOf: exitOfResult,
}

/** The tab that the options describe, or what is wrong with them. */
function tabOf(id: string, options: OpenOptions): TabInput | string {
  const { payment, currency, until, consent: reference, rate, unit } = options
  const { maximum, threshold, increment } = options
  const decimals = { maximum, threshold, increment }
  for (const [name, decimal] of Object.entries(decimals)) {
    if (decimal !== undefined && minorUnitsOf(decimal, currency) === undefined) {
      return `--${name} ${decimal} is not an amount in ${currency}`
    }
  }
  if ((rate === undefined) !== (unit === undefined)) return '--rate and --unit go together'
  const minor = (decimal: string) => minorUnitsOf(decimal, currency) ?? ''
  const posting = postingOf(options, minor)
  return {
    ...{ id, payment },
    consent: { reference, maximum: { value: minor(maximum), currency }, until },
    ...(Object.keys(posting).length === 0 ? {} : { posting }),
    ...(increment === undefined ? {} : { increment: minor(increment) }),
    ...(rate === undefined || unit === undefined ? {} : { rate: { unit, value: rate } }),
  }
}

function postingOf(
  { threshold, charges, afterSeconds, dayEnd }: OpenOptions,
  minor: (decimal: string) => string,
): NonNullable<TabInput['posting']> {
  return {
    ...(threshold === undefined ? {} : { threshold: minor(threshold) }),
    ...(charges === undefined ? {} : { charges: Number(charges) }),
    ...(afterSeconds === undefined ? {} : { afterSeconds: Number(afterSeconds) }),
    ...(dayEnd ? { dayEnd } : {}),
  }
}

interface ChargeOptions {
  readonly id: string
  readonly amount?: string
  readonly quantity?: string
  readonly item?: string
}

const CHARGE: Question<ChargeOptions> = {
  name: 'charge',
  names: 'tab',
  description: 'charge a tab',
  help: EXIT_CODES,
  options: [
    new Option('--id <id>', 'the charge’s own id, new on its tab').makeOptionMandatory(),
    new Option('--amount <minor>', 'minor units with up to four decimals'),
    new Option('--quantity <count>', 'units of the tab’s rate').conflicts('amount'),
    new Option('--item <text>', 'what it is for, as the receipt says it'),
  ],
  ask(client, tab, { id, amount, quantity, item }) {
    if (amount === undefined && quantity === undefined) return '--amount or --quantity is needed'
    const charge: ChargeInput = {
      id,
      ...(amount === undefined ? {} : { amount }),
      ...(quantity === undefined ? {} : { quantity: Number(quantity) }),
      ...(item === undefined ? {} : { item }),
    }
    return client.tab.charge(tab, [charge])
  },
  exitOf: exitOfResult,
}

const POST: Question<object> = {
  name: 'post',
  names: 'tab',
  description: 'post a tab now: its whole minor units are captured',
  help: EXIT_CODES,
  ask: (client: MerchantClient, tab: string): Promise<MerchantResult> => client.tab.post(tab),
  exitOf: exitOfResult,
}

const SHOW: Question<{ readonly after?: string }> = {
  name: 'show',
  names: 'tab',
  description: 'show how a tab stands, and a page of its receipt',
  help: EXIT_CODES,
  options: [new Option('--after <number>', 'charges after this number')],
  ask: (client, tab, { after = '0' }) => client.tab.inquire(tab, Number(after)),
  exitOf: exitOfResult,
}

const REFUND: Question<{ readonly id: string; readonly charge: string }> = {
  name: 'refund',
  names: 'tab',
  description: 'give one charge of a posted tab back',
  help: EXIT_CODES,
  options: [
    new Option('--id <id>', 'the refund’s own id, new').makeOptionMandatory(),
    new Option('--charge <id>', 'the charge to give back').makeOptionMandatory(),
  ],
  ask: (client, tab, { id, charge }) => client.tab.refund({ id, tab, charge }),
  exitOf: exitOfResult,
}
