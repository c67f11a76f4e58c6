import { type Command, Option } from 'commander'
import { currencyOf } from '#domain'
import type { CardInput, PaymentInput } from '#merchant-client'

/** The options of `send` that make up one card payment. */
export interface PaymentOptions {
  readonly id?: string
  readonly amount?: string
  readonly currency: string
  readonly pan?: string
  readonly token?: string
  readonly expiry?: string
  readonly cvv2?: string
  readonly entry: CardInput['entryMode']
  readonly initiator?: NonNullable<PaymentInput['initiator']>
  readonly storedCredential?: NonNullable<PaymentInput['storedCredential']>
  readonly street?: string
  readonly postcode?: string
  readonly acceptPartial?: true
  readonly terminal?: string
  readonly pinBlock?: string
  readonly pinFormat: NonNullable<PaymentInput['pin']>['format']
  readonly pinKey?: string
  readonly pinKsn?: string
}

export function addPaymentOptions(command: Command): Command {
  return command
    .option('--id <id>', 'idempotency key; a fresh one when not given')
    .option('--amount <decimal>', 'e.g. 12.50, or 1250 for a currency without minor units')
    .option('--currency <code>', 'ISO 4217 alphabetic code', 'USD')
    .option('--pan <digits>', 'card number')
    .option('--expiry <yymm>', 'expiry date')
    .option('--cvv2 <digits>', 'card verification value')
    .addOption(
      new Option('--entry <mode>', 'how the card number was entered')
        .choices(['ecommerce', 'stored', 'moto', 'manual', 'terminal'])
        .default('ecommerce'),
    )
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
    .option('--street <text>', 'for the address check')
    .option('--postcode <text>', 'for the address check')
    .option('--accept-partial', 'a part of the amount may be approved')
    .option('--terminal <id>', 'card acceptor terminal; the merchant’s first when not given')
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
  const { amount, currency, street, postcode, terminal } = options
  const card = cardOf(options)
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
    ...(street === undefined && postcode === undefined
      ? {}
      : {
          address: {
            ...(street === undefined ? {} : { street }),
            ...(postcode === undefined ? {} : { postcode }),
          },
        }),
  }
}

type OfCard = Pick<PaymentInput, 'card' | 'initiator' | 'storedCredential'>

/** @returns undefined when there is none, and a sentence when there is too much */
function cardOf(options: PaymentOptions): OfCard | string | undefined {
  const { pan, expiry, cvv2, token, entry: entryMode, initiator, storedCredential } = options
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
  if (pan === undefined || expiry === undefined) return undefined
  return {
    card: { pan, expiry, entryMode, ...(cvv2 === undefined ? {} : { cvv2 }) },
    ...(initiator === undefined ? {} : { initiator }),
    ...(storedCredential === undefined ? {} : { storedCredential }),
  }
}

function pinOf(options: PaymentOptions): Pick<PaymentInput, 'pin'> | string {
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
