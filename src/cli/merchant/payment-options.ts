import { type Command, Option } from 'commander'
import { currencyOf } from '#domain'
import type {
  AddressInput,
  CardInput,
  CardQuestionInput,
  PaymentInput,
  PinInput,
} from '#merchant-client'

/** The options that say which card. */
export interface CardOptions {
  readonly currency: string
  readonly pan?: string
  readonly expiry?: string
  readonly cvv2?: string
  readonly entry: CardInput['entryMode']
  readonly terminal?: string
}

export interface AddressOptions {
  readonly street?: string
  readonly postcode?: string
}

export interface PinOptions {
  readonly pinBlock?: string
  readonly pinFormat: PinInput['format']
  readonly pinKey?: string
  readonly pinKsn?: string
}

/** The options of `send` that make up one card payment. */
export interface PaymentOptions extends CardOptions, AddressOptions, PinOptions {
  readonly token?: string
  readonly initiator?: NonNullable<PaymentInput['initiator']>
  readonly storedCredential?: NonNullable<PaymentInput['storedCredential']>
  readonly id?: string
  readonly amount?: string
  readonly acceptPartial?: true
}

export function addPaymentOptions(command: Command): Command {
  command
    .option('--id <id>', 'idempotency key; a fresh one when not given')
    .option('--amount <decimal>', 'e.g. 12.50, or 1250 for a currency without minor units')
  addAddressOptions(addCredentialOptions(addCardOptions(command))).option(
    '--accept-partial',
    'a part of the amount may be approved',
  )
  return addPinOptions(command)
}

export function addCardOptions(command: Command): Command {
  return command
    .option('--currency <code>', 'ISO 4217 alphabetic code', 'USD')
    .option('--pan <digits>', 'card number')
    .option('--expiry <yymm>', 'expiry date')
    .option('--cvv2 <digits>', 'card verification value')
    .addOption(
      new Option('--entry <mode>', 'how the card number was entered')
        .choices(['ecommerce', 'stored', 'moto', 'manual', 'terminal'])
        .default('ecommerce'),
    )
    .option('--terminal <id>', 'card acceptor terminal; the merchant’s first when not given')
}

function addCredentialOptions(command: Command): Command {
  return command
    .option('--token <token>', 'a registered card, in place of --pan and --expiry')
    .addOption(
      new Option('--initiator <who>', 'who started the payment').choices([
        'cardholder',
        'merchant',
      ]),
    )
    .addOption(
      new Option(
        '--stored-credential <why>',
        'why a stored card is used, or that it will be',
      ).choices(['initial', 'unscheduled', 'recurring', 'instalment']),
    )
}

export function addAddressOptions(command: Command): Command {
  return command
    .option('--street <text>', 'for the address check')
    .option('--postcode <text>', 'for the address check')
}

export function addPinOptions(command: Command): Command {
  return command
    .option('--pin-block <hex>', 'PIN block of the terminal, with --entry terminal')
    .addOption(
      new Option('--pin-format <name>', 'format of the PIN block')
        .choices(['iso-0', 'iso-3', 'iso-4'])
        .default('iso-0'),
    )
    .option('--pin-key <name>', 'name of the terminal’s key')
    .option('--pin-ksn <hex>', 'key serial number, where the key is derived (DUKPT)')
}

/** The payment that the options describe, or what is missing or wrong with them. */
export function paymentOf(options: PaymentOptions, freshId: string): PaymentInput | string {
  const { amount, currency, terminal } = options
  const card = paidWith(options)
  if (amount === undefined || card === undefined) {
    return '--amount is needed, and --pan with --expiry or --token, or --file'
  }
  if (typeof card === 'string') return card
  const pin = pinOf(options)
  if (typeof pin === 'string') return pin
  const value = minorUnitsOf(amount, currency)
  if (value === undefined) return `--amount ${amount} is not an amount in ${currency}`
  return {
    id: options.id ?? freshId,
    ...(terminal === undefined ? {} : { terminal }),
    amount: { value, currency },
    ...(options.acceptPartial ? { acceptPartial: true } : {}),
    ...card,
    ...pin,
    ...addressOf(options),
  }
}

type PaidWith = Pick<PaymentInput, 'card' | 'initiator' | 'storedCredential'>

/** @returns undefined when there is none, and a sentence when there is too much */
function paidWith(options: PaymentOptions): PaidWith | string | undefined {
  const { pan, expiry, cvv2, token, initiator, storedCredential } = options
  if (token !== undefined) {
    if (pan !== undefined || expiry !== undefined || cvv2 !== undefined) {
      return '--token stands in place of --pan, --expiry and --cvv2'
    }
    return {
      card: { token, entryMode: 'stored' },
      initiator: initiator ?? 'cardholder',
      storedCredential: storedCredential ?? 'unscheduled',
    }
  }
  const given = cardOf(options)
  return (
    given && {
      card: given.card,
      ...(initiator === undefined ? {} : { initiator }),
      ...(storedCredential === undefined ? {} : { storedCredential }),
    }
  )
}

/** @returns undefined when what names a card is missing */
export function cardOf(
  options: CardOptions,
): Pick<CardQuestionInput, 'card' | 'terminal'> | undefined {
  const { cvv2, entry: entryMode, expiry, pan, terminal } = options
  if (pan === undefined || expiry === undefined) return undefined
  return {
    ...(terminal === undefined ? {} : { terminal }),
    card: { pan, expiry, entryMode, ...(cvv2 === undefined ? {} : { cvv2 }) },
  }
}

export function addressOf({ street, postcode }: AddressOptions): {
  readonly address?: AddressInput
} {
  if (street === undefined && postcode === undefined) return {}
  return {
    address: {
      ...(street === undefined ? {} : { street }),
      ...(postcode === undefined ? {} : { postcode }),
    },
  }
}

/** @returns a sentence when what is given is no PIN */
export function pinOf(options: PinOptions): { readonly pin?: PinInput } | string {
  const { pinBlock, pinFormat, pinKey, pinKsn } = options
  if (pinBlock === undefined && pinKey === undefined) return {}
  if (pinBlock === undefined || pinKey === undefined) return '--pin-block goes with --pin-key'
  const ksn = pinKsn === undefined ? {} : { ksn: pinKsn.toUpperCase() }
  return { pin: { block: pinBlock.toUpperCase(), format: pinFormat, key: pinKey, ...ksn } }
}

/** `12.5` dollars are `1250`; more decimals than the currency has are refused, never rounded. */
export function minorUnitsOf(decimal: string, code: string): string | undefined {
  const currency = currencyOf(code)
  const match = /^(\d{1,12})(?:\.(\d+))?$/.exec(decimal)
  const [, whole = '', part = ''] = match ?? []
  if (!currency || !match || part.length > currency.exponent) return undefined
  return BigInt(whole + part.padEnd(currency.exponent, '0')).toString()
}
