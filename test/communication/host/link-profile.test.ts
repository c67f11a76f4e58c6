import { readFileSync } from 'node:fs'
import { Ajv2020 } from 'ajv/dist/2020.js'
import test from 'ava'
import { compileDialect } from '#iso8583'
import {
  compileLinkProfile,
  LinkProfileError,
} from '../../../src/communication/host/link-profile.ts'
import { CONTENT_NAMES } from '../../../src/iso8583/content.ts'
import { dialect, dialectSpec, linkSpec, profile } from './meridian.ts'

const spec = linkSpec as { readonly network: { readonly elements: object } }

test('the reference host has a link specification that compiles', (t) => {
  t.deepEqual(profile.matchKey, ['11', '7', '41'])
  t.is(profile.network.stanDigits, 6)
  t.deepEqual(profile.capacity, { requestsOpenMax: 249_999, startsPerSecondMax: 16_393 })
})

const FAULTS: readonly [what: string, changed: object, path: string][] = [
  ['a member too many', { windowRequest: 1 }, 'windowRequest'],
  ['no header', { header: undefined }, 'header'],
  ['a header of one byte', { header: { length: { bytes: 1, encoding: 'binary' } } }, 'header'],
  ['no match key', { matchKey: [] }, 'matchKey'],
  ['a match key named twice', { matchKey: ['11', '11'] }, 'matchKey'],
  ['a match key of no element', { matchKey: ['11', '193'] }, 'matchKey.1'],
  ['a composite in the match key', { matchKey: ['43'] }, 'matchKey.0'],
  ['a part in the match key', { matchKey: ['43.city'] }, 'matchKey.0'],
  ['no time in what makes a STAN unique', { stanUniqueWith: ['32'] }, 'stanUniqueWith'],
  ['a timeout of nothing', { answerTimeoutMs: 0 }, 'answerTimeoutMs'],
  ['a timeout of more than a day', { answerTimeoutMs: 86_400_001 }, 'answerTimeoutMs'],
  ['a host that must answer sooner than it may', { lateAnswerMaxMs: 14_999 }, 'lateAnswerMaxMs'],
  ['no network', { network: undefined }, 'network'],
  ['a network MTI of another class', { network: { ...spec.network, mti: '0200' } }, 'network.mti'],
  ['an echoed unknown', { network: { ...spec.network, echoed: ['300'] } }, 'network.echoed.0'],
  [
    'a constant unknown',
    { network: { ...spec.network, constants: { '300': 'x' } } },
    'network.constants.300',
  ],
  [
    'a moment in an element without a date',
    {
      network: {
        ...spec.network,
        elements: { ...spec.network.elements, transmissionTime: '13' },
      },
    },
    'network.elements.transmissionTime',
  ],
  [
    'an element without a date beside the moment',
    {
      network: {
        ...spec.network,
        elements: { ...spec.network.elements, transmissionTime: ['7', '41'] },
      },
    },
    'network.elements.transmissionTime',
  ],
  [
    'an element unknown among those of the moment',
    {
      network: {
        ...spec.network,
        elements: { ...spec.network.elements, transmissionTime: ['7', '300'] },
      },
    },
    'network.elements.transmissionTime.1',
  ],
  [
    'elements of the moment that are none',
    {
      network: { ...spec.network, elements: { ...spec.network.elements, transmissionTime: [] } },
    },
    'network.elements.transmissionTime',
  ],
  ['a match key without the element of the trace number', { matchKey: ['7', '41'] }, 'matchKey'],
  [
    'frames beyond the length, which no element of it says',
    { header: { length: { bytes: 3, encoding: 'ascii' } }, frameBytesMax: 1000 },
    'frameBytesMax',
  ],
  ['frames too short for an element or two', { frameBytesMax: 40 }, 'frameBytesMax'],
  ['a code of seven characters', { network: { ...spec.network, echo: '9900000' } }, 'network.echo'],
  [
    'a code that its element has no room for',
    { network: { ...spec.network, echo: '30' } },
    'network.echo',
  ],
  [
    'a response code that its element has no room for',
    { network: { ...spec.network, successCode: '800' } },
    'network.successCode',
  ],
  [
    'a constant that its element cannot hold',
    { network: { ...spec.network, constants: { '32': 'US' } } },
    'network.constants.32',
  ],
  ['a code that is none', { network: { ...spec.network, echo: 'é' } }, 'network.echo'],
]

for (const [what, changed, path] of FAULTS) {
  test(`${what} is refused at ${path}`, (t) => {
    const error = t.throws(() => compileLinkProfile({ ...spec, ...changed }, dialect), {
      instanceOf: LinkProfileError,
      code: 'LINK_INVALID',
    })
    t.true(
      error.faults.some((it) => it.path.join('.').startsWith(path)),
      error.message,
    )
  })
}

const ajv = new Ajv2020({ strictTypes: false })
for (const name of ['frame-header', 'mac', 'link']) {
  ajv.addSchema(JSON.parse(readFileSync(`specs/${name}.schema.json`, 'utf8')))
}

/** What only the dialect, or two members together, can show. */
const BEYOND_SCHEMA = /element|composite|named twice|time in what|sooner|zone that is none|unknown/

for (const [what, changed] of [['nothing wrong', {}], ...FAULTS] as const) {
  if (BEYOND_SCHEMA.test(what)) continue
  test(`the published schema agrees about ${what}`, (t) => {
    const document = JSON.parse(JSON.stringify({ ...spec, ...changed }))
    t.is(ajv.validate('urn:sallyport:link', document), what === 'nothing wrong')
  })
}

test('a network function may be a processing code, and its requests without a time', (t) => {
  const { network } = spec
  const elements = { stan: '11', function: '3', response: '39', settlementDate: '15' }
  const codes = { signOn: '920000', signOff: '930000', echo: '990000', cutover: '950000' }
  const changed = { ...spec, network: { ...network, ...codes, elements } }
  const compiled = compileLinkProfile(changed, dialect).network
  t.is(compiled.echo, '990000')
  t.deepEqual(compiled.moments, [])
  t.true(ajv.validate('urn:sallyport:link', changed), ajv.errorsText())
})

test('frames may be as long as the length says, and as short as a network message is', (t) => {
  const header = { length: { bytes: 3, encoding: 'ascii' } }
  t.notThrows(() => compileLinkProfile({ ...spec, header, frameBytesMax: 999 }, dialect))
  const told = /frameBytesMax: must be at least (\d+)/.exec(faultText({ frameBytesMax: 1 }))
  const frameBytesMax = Number(told?.[1])
  t.notThrows(() => compileLinkProfile({ ...spec, frameBytesMax }, dialect))
  t.regex(faultText({ frameBytesMax: frameBytesMax - 1 }), /must be at least/)
})

const LAYOUTS = CONTENT_NAMES.filter((content) => /^[YMDhms]{4,}$/.test(content))

for (const layout of LAYOUTS) {
  const isTime = layout.includes('hhmm')
  test(`${layout} is ${isTime ? 'a' : 'no'} time that a network message may have`, (t) => {
    const document = JSON.parse(JSON.stringify(dialectSpec))
    document.fields['12'] = { name: 'Time', content: layout, length: layout.length }
    const told = faultText(
      {
        network: {
          ...spec.network,
          elements: { ...spec.network.elements, transmissionTime: '12' },
        },
      },
      compileDialect(document),
    )
    t.is(told, isTime ? '' : told)
    if (!isTime)
      for (const time of LAYOUTS.filter((it) => /hh/.test(it))) t.regex(told, RegExp(time))
  })
}

test('the moment may stand in several elements, and the schema knows it', (t) => {
  const elements = { ...spec.network.elements, transmissionTime: ['7', '12', '13'] }
  const changed = { ...spec, network: { ...spec.network, elements } }
  const { moments } = compileLinkProfile(changed, dialect).network
  t.deepEqual(
    moments.map(({ layout }) => layout),
    ['MMDDhhmmss', 'hhmmss', 'MMDD'],
  )
  t.true(ajv.validate('urn:sallyport:link', changed), ajv.errorsText())
})

test('a setting that is none is told with those that are', (t) => {
  t.regex(
    faultText({ windowRequest: 1 }),
    /^windowRequest: is not a setting here; known are .*echo/,
  )
})

function faultText(changed: object, by = dialect): string {
  try {
    compileLinkProfile({ ...spec, ...changed }, by)
    return ''
  } catch (error) {
    if (error instanceof LinkProfileError) return error.message
    throw error
  }
}

test('all faults are found at once', (t) => {
  const faulty = { ...spec, matchKey: [], echoIdleMs: 'soon', header: {}, extra: 1 }
  const error = t.throws(() => compileLinkProfile(faulty, dialect), {
    instanceOf: LinkProfileError,
  })
  const places = new Set(error.faults.map((it) => it.path[0]))
  t.deepEqual([...places].sort(), ['echoIdleMs', 'extra', 'header', 'matchKey'])
})

test('the longest late answer may be as short as the timeout', (t) => {
  const { capacity } = compileLinkProfile({ ...spec, lateAnswerMaxMs: 15_000 }, dialect)
  t.is(capacity.requestsOpenMax, 999_999)
})

for (const nothing of [undefined, null, 'text', []]) {
  test(`${JSON.stringify(nothing)} is no link specification`, (t) => {
    t.throws(() => compileLinkProfile(nothing, dialect), { instanceOf: LinkProfileError })
  })
}
