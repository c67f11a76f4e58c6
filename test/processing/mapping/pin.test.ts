import test from 'ava'
import { Secret } from '#domain'
import { compileMapping, exchangeFacts, MappingError } from '#processing'
import {
  bareSale,
  dialect,
  host,
  mapping,
  mappingSchema,
  mappingText,
  merchant,
  messages,
  NOW_MS,
  payment,
} from '../meridian.ts'

const TERMINAL_BLOCK = '0123456789ABCDEF'
const HOST_BLOCK = 'FEDCBA9876543210'
const pin = { block: TERMINAL_BLOCK, format: 'iso-0', key: 'TPK-1' }
const debit = { ...bareSale, card: { ...bareSale.card, entryMode: 'terminal' }, pin }
const facts = exchangeFacts(NOW_MS, 7, host)

test('the host is told the PIN in its own block, and nothing of the terminal’s', (t) => {
  const request = { ...payment(debit), hostPin: new Secret(HOST_BLOCK) }
  const written = mapping.toHost(request, merchant, facts)
  if (written.kind === 'refused') return t.fail()
  t.is(written.message.fields['52'], HOST_BLOCK)
  t.is(written.message.fields['22'], '011')
  t.false(JSON.stringify(written.message).includes(TERMINAL_BLOCK))
})

test('what is kept of the message has no PIN block', (t) => {
  const request = { ...payment(debit), hostPin: new Secret(HOST_BLOCK) }
  const written = mapping.toHost(request, merchant, facts)
  if (written.kind === 'refused') return t.fail()
  const image = Buffer.from(mapping.storedImage(written.message)).toString()
  t.false(image.includes(HOST_BLOCK))
  t.true(image.includes('4539578763621486'))
})

test('a PIN that was not translated does not go without', (t) => {
  t.like(mapping.toHost(payment(debit), merchant, facts), {
    kind: 'refused',
    refusal: { code: 'NOT_SUPPORTED_BY_HOST', field: 'pin' },
  })
})

interface Document {
  pin?: object
  messages: Record<
    string,
    { refuses?: string[]; untold?: string[]; request: Record<string, object> }
  >
}

function faultsOf(change: (document: Document) => void): string[] {
  const document: Document = JSON.parse(mappingText)
  change(document)
  try {
    compileMapping(document, { dialect, messages, schema: mappingSchema })
    return []
  } catch (error) {
    if (!(error instanceof MappingError)) throw error
    return error.faults.map(({ path, reason }) => `${path.join('.')}: ${reason}`)
  }
}

const authorize = ({ messages: { 'payment.authorize': kind } }: Document) => {
  if (kind === undefined) throw new TypeError('there is no such kind')
  return kind
}

test('a host that takes no PINs needs no word of them', (t) => {
  const faults = faultsOf((document) => {
    delete document.pin
    delete authorize(document).request['52']
  })
  t.deepEqual(faults, [])
})

const FAULTY: readonly [what: string, change: (document: Document) => void, fault: RegExp][] = [
  [
    'an element for a PIN at a host that takes none',
    (document) => delete document.pin,
    /52\.from: there is no source pin\.block/,
  ],
  [
    'a host that takes PINs, and no element for them',
    (document) => delete authorize(document).request['52'],
    /no element takes request\.pin\.block/,
  ],
  [
    'a PIN that the host need not be told',
    (document) => {
      delete authorize(document).request['52']
      authorize(document).untold = ['request.pin']
    },
    /request\.pin is not to be left out: name it under `refuses`/,
  ],
  [
    'the terminal’s block for the host',
    (document) => {
      authorize(document).request['52'] = { use: 'conditional', from: 'request.pin.block' }
    },
    /there is no source request\.pin\.block/,
  ],
  [
    'an element that is not marked for it',
    (document) => {
      authorize(document).request['48.44'] = { use: 'conditional', from: 'pin.block' }
    },
    /is sensitive authentication data, but the dialect does not mark element 48\.44 so/,
  ],
  [
    'a block of AES in an element of 8 bytes',
    (document) => {
      document.pin = { format: 'iso-4' }
    },
    /52\.from: has 16 bytes, element 52 has 8/,
  ],
  [
    'a format that no PIN comes in',
    (document) => {
      document.pin = { format: 'iso-1' }
    },
    /pin\.format/,
  ],
]

for (const [what, change, fault] of FAULTY) {
  test(`${what} is a fault of the mapping`, (t) => {
    t.regex(faultsOf(change).join('\n'), fault)
  })
}

test('a host that takes PINs may refuse them in one kind of payment', (t) => {
  const faults = faultsOf((document) => {
    delete authorize(document).request['52']
    authorize(document).refuses = ['request.pin']
  })
  t.deepEqual(
    faults.filter((it) => it.includes('authorize')),
    [],
  )
})
