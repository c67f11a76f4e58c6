/**
 * One sale as each host is sent it, written by hand from its interface.md: a piece of the line a
 * row, what it is and its bytes. EBCDIC by Python's cp037, which is 1047 but for brackets and the
 * like.
 */
export const SALE = {
  type: 'payment.sale',
  id: 'order-1',
  merchant: 'M-1001',
  time: '2026-11-22T10:00:00.000Z',
  terminal: 'T0000001',
  amount: { value: '1250', currency: 'USD' },
  card: { pan: '4539578763621486', expiry: '3012', entryMode: 'ecommerce', cvv2: '123' },
  address: { street: '1 Main Street', postcode: '10001' },
  threeDS: {
    eci: '05',
    cavv: 'AAECAwQFBgcICQoLDA0ODxAREhM=',
    transactionId: '8a880dc0-d2d2-4067-bcb1-b08d1690b26e',
  },
  initiator: 'cardholder',
} as const

type Pieces = readonly (readonly [what: string, hex: string])[]

const BOREALIS: Pieces = [
  ['header: 321 bytes and a TPDU', '01416000170000'],
  ['MTI 0200', 'F0F2F0F0'],
  ['bitmap', '723C640188E18008'],
  ['2: 16, the card number', 'F1F6F4F5F3F9F5F7F8F7F6F3F6F2F1F4F8F6'],
  ['3', 'F0F0F3F0F0F0'],
  ['4: 12.50', 'F0F0F0F0F0F0F0F0F1F2F5F0'],
  ['7: UTC', 'F1F1F2F2F1F0F0F0F0F0'],
  ['11', 'F0F0F0F0F0F7'],
  ['12: Helsinki', 'F1F2F0F0F0F0'],
  ['13', 'F1F1F2F2'],
  ['14', 'F3F0F1F2'],
  ['18', 'F5F9F4F2'],
  ['19', 'F8F4F0'],
  ['22', 'F8F1F2'],
  ['32: 6, us', 'F0F6F4F4F5F5F6F6'],
  ['33', 'F0F3F9F1F2'],
  ['37', 'C2F2F6F3F2F6F0F0F0F0F0F7'],
  ['41', 'E3F0F0F0F0F0F0F1'],
  ['42', 'C3D6D9D5C5D9C2D6D6D2E2F0F14040'],
  ['43: name', 'C3969995859940C2969692A24040404040404040404040'],
  ['43: city', 'C296A2A396954040404040404040'],
  ['43: country', 'E4E240'],
  ['48: 122 bytes', 'F1F2F2'],
  ['48: ADR', 'C1C4D9F0F1F3F140D481899540E2A3998585A3'],
  ['48: CAV', 'C3C1E5F0F2F0000102030405060708090A0B0C0D0E0F10111213'],
  ['48: CV2', 'C3E5F2F0F0F3F1F2F3'],
  [
    '48: DSI',
    'C4E2C9F0F3F6F881F8F8F08483F06084F284F260F4F0F6F760828382F16082F0F884F1F6F9F082F2F685',
  ],
  ['48: ECI', 'C5C3C9F0F0F2F0F5'],
  ['48: INI', 'C9D5C9F0F0F1F1'],
  ['48: ZIP', 'E9C9D7F0F0F5F1F0F0F0F1'],
  ['49', 'F8F4F0'],
  ['61: 7, electronic order', 'F0F0F7F2F5F1F0F8F4F0'],
]

const PAMPAS: Pieces = [
  ['header: 171 bytes', '0171'],
  ['MTI 0200', '0200'],
  ['bitmap', '723C058008C1800C'],
  ['2: 16 digits', '164539578763621486'],
  ['3', '003000'],
  ['4: 12.50', '000000001250'],
  ['7: UTC', '1122100000'],
  ['11', '000007'],
  ['12: Buenos Aires', '070000'],
  ['13', '1122'],
  ['14', '3012'],
  ['22: a zero in front', '0812'],
  ['24', '0031'],
  ['25', '59'],
  ['37', '313132323130303030303037'],
  ['41', '5430303030303031'],
  ['42', '434F524E4552424F4F4B5330312020'],
  ['48: 65 bytes', '0065'],
  ['48: bits 1 to 5', 'F800'],
  ['48.1: CVV2', '31323320'],
  ['48.2', '05'],
  ['48.3', '000102030405060708090A0B0C0D0E0F10111213'],
  [
    '48.4: 36 characters',
    '3638613838306463302D643264322D343036372D626362312D623038643136393062323665',
  ],
  ['48.5', '01'],
  ['49', '0840'],
  ['61: 9 characters', '000953414C4C59504F5254'],
  ['62', '0006303030303037'],
]

const KESTREL: Pieces = [
  ['header: 308 bytes', '30333038'],
  ['MTI 1200', '31323030'],
  ['bitmap', '37323334323534313038453138303030'],
  ['2: 16 digits', '313634353339353738373633363231343836'],
  ['3', '303030303030'],
  ['4: 12.50', '303030303030303031323530'],
  ['7', '31313232313030303030'],
  ['11', '303030303037'],
  ['12', '323631313232313030303030'],
  ['14', '33303132'],
  ['19', '383430'],
  ['22', '313030353530313030313130'],
  ['24: original financial', '323030'],
  ['26', '35393432'],
  ['32: 6 digits', '3036343435353636'],
  ['37', '323631313232303030303037'],
  ['41', '5430303030303031'],
  ['42', '434F524E4552424F4F4B5330312020'],
  ['43: 24 characters', '32343132436F726E657220426F6F6B733036426F73746F6E5553'],
  ['48: 123 characters', '313233'],
  ['48: AV', '415630323841414543417751464267634943516F4C4441304F4478415245684D3D'],
  ['48: CV', '4356303033313233'],
  ['48: DS', '445330333638613838306463302D643264322D343036372D626362312D623038643136393062323665'],
  ['48: EI', '45493030323035'],
  ['48: IN', '494E30303143'],
  ['48: PC', '50433030353130303031'],
  ['48: ST', '535430313331204D61696E20537472656574'],
  ['49', '383430'],
]

/** Kestrel's key in the examples below, its number, and how DE96 has it. */
export const KESTREL_KEY = {
  key: '133457799BBCDFF10E329232EA6D0D73',
  number: '01',
  parcel: '7F4DE3398A9D7A18DACC42EA4E8AA0065227A2',
} as const

/** The sale again, as it leaves with that key: its MAC by another program. */
const KESTREL_SEALED: Pieces = [
  ['header: 328 bytes', '30333238'],
  ...KESTREL.slice(1, 2),
  ['bitmap, with 53 and 64', '37323334323534313038453138383031'],
  ...KESTREL.slice(3),
  ['53: 2 characters, key 01', '30323031'],
  ['64: F18DDAB04FC7C61B', '46313844444142303446433743363142'],
]

/** An echo, whose MAC is behind the second bitmap's elements. */
const KESTREL_ECHO: Pieces = [
  ['header: 92 bytes', '30303932'],
  ['MTI 1804', '31383034'],
  ['bitmap, with 53', '38303330303130303030303030383030'],
  ['second bitmap, with 128', '30303030303030433030303030303031'],
  ['11', '303030303031'],
  ['12', '323631313232313030303030'],
  ['24: echo', '383331'],
  ['53: 2 characters, key 01', '30323031'],
  ['93: the host', '30353730303730'],
  ['94: us', '3036343435353636'],
  ['128: 0244AF8F0E4000AC', '30323434414638463045343030304143'],
]

/** The first frame on a fresh line. */
export const SIGN_ONS = {
  borealis: joined([
    ['header: 51 bytes and a TPDU', '00336000170000'],
    ['MTI 0800', 'F0F8F0F0'],
    ['bitmaps', '82200000800000000400000000000000'],
    ['7', 'F1F1F2F2F1F0F0F0F0F0'],
    ['11', 'F0F0F0F0F0F1'],
    ['33', 'F0F3F9F1F2'],
    ['70', 'F0F6F1'],
  ]),
  pampas: joined([
    ['header: 26 bytes', '0026'],
    ['MTI 0800', '0800'],
    ['bitmap', '2020010000800000'],
    ['3: sign on', '920000'],
    ['11', '000001'],
    ['24', '0031'],
    ['41: GATEWAY1', '4741544557415931'],
  ]),
  kestrel: joined([
    ['header: 72 bytes', '30303732'],
    ['MTI 1804', '31383034'],
    ['bitmap', '38303330303130303030303030303030'],
    ['second bitmap', '30303030303030433030303030303030'],
    ['11', '303030303031'],
    ['12', '323631313232313030303030'],
    ['24: sign on', '383031'],
    ['93: the host', '30353730303730'],
    ['94: us', '3036343435353636'],
  ]),
} as const

/** The frame of the sale at each host; pampas has no address checks, so it is asked without one. */
export const FRAMES = {
  borealis: joined(BOREALIS),
  pampas: joined(PAMPAS),
  kestrel: joined(KESTREL),
} as const

/** Frames of kestrel with their MACs. */
export const SEALED = { sale: joined(KESTREL_SEALED), echo: joined(KESTREL_ECHO) } as const

function joined(pieces: Pieces): string {
  return pieces.map(([, hex]) => hex).join('')
}
