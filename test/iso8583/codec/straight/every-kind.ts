/** Elements of every kind, each in every character set and with every kind of length. */
export const EVERY_KIND = {
  name: 'every kind',
  mti: { encoding: 'ebcdic-037' },
  bitmap: { encoding: 'hex-ebcdic', count: 2 },
  defaults: { encoding: 'ascii', prefixEncoding: 'ascii' },
  fields: {
    2: {
      name: 'n',
      content: 'n',
      encoding: 'ebcdic-1047',
      length: { max: 19, prefix: ll('ebcdic') },
    },
    3: { name: 'n', content: 'n', encoding: 'bcd', length: 7, pad: { side: 'left', with: '0' } },
    4: { name: 'n', content: 'n', encoding: 'bcd', length: 7, pad: { side: 'right', with: 'F' } },
    5: { name: 'n', content: 'n', encoding: 'bcd', length: { max: 9, prefix: lll('bcd') } },
    6: {
      name: 'n',
      content: 'n',
      encoding: 'bcd',
      length: { max: 9, prefix: { bytes: 2, encoding: 'binary' } },
    },
    7: { name: 'date', content: 'MMDDhhmmss', encoding: 'bcd', length: 10 },
    8: { name: 'date', content: 'YYMM', encoding: 'ebcdic-037', length: 4 },
    9: { name: 'left', content: 'ans', length: 20, pad: { side: 'left', with: '*' } },
    10: {
      name: 'right',
      content: 'an',
      encoding: 'ebcdic-037',
      length: 9,
      pad: { side: 'right', with: ' ' },
    },
    11: { name: 'kept', content: 'n', length: 6, pad: { side: 'left', with: '0', kept: true } },
    12: { name: 'raw', content: 'b', encoding: 'binary', length: 4 },
    13: {
      name: 'raw',
      content: 'b',
      encoding: 'binary',
      length: { max: 9, prefix: { bytes: 1, encoding: 'binary' } },
    },
    14: { name: 'hex', content: 'b', encoding: 'hex', length: 4 },
    15: { name: 'signed', content: 'x+n', encoding: 'bcd', length: 9 },
    16: { name: 'track', content: 'z', encoding: 'bcd', length: { max: 37, prefix: ll('bcd') } },
    17: {
      name: 'parts',
      length: 12,
      composite: {
        kind: 'positional',
        parts: [
          { key: 'a', name: 'a', content: 'n', length: 2 },
          { key: 'b', name: 'b', content: 'ans', length: 8, pad: { side: 'right', with: ' ' } },
          { key: 'c', name: 'c', content: 'n', encoding: 'bcd', length: 4 },
        ],
      },
    },
    18: {
      name: 'text',
      content: 'ans',
      length: { max: 99, prefix: { bytes: 2, encoding: 'binary' } },
    },
    19: {
      name: 'text',
      content: 'an',
      encoding: 'ebcdic-037',
      length: { max: 99, prefix: lll('bcd') },
    },
    20: { name: 'hex', content: 'b', encoding: 'hex-ebcdic', length: 3 },
    21: {
      name: 'n',
      content: 'n',
      encoding: 'bcd',
      length: { max: 8, prefix: ll('ebcdic'), unit: 'bytes' },
      pad: { side: 'right', with: 'F' },
    },
    22: { name: 'signed', content: 'x+n', encoding: 'bcd', sign: 'ebcdic-037', length: 9 },
    23: { name: 'date', content: 'YYYYMMDD', encoding: 'bcd', length: 8 },
    24: { name: 'date', content: 'YYMMDDhhmm', encoding: 'ebcdic-1047', length: 10 },
    25: { name: 'date', content: 'DDMM', length: 4 },
    66: { name: 'n', content: 'n', length: 1 },
    127: { name: 'tail', content: 'ans', length: { max: 999, prefix: lll('ascii') } },
  },
}

function ll(encoding: string) {
  return { digits: 2, encoding }
}

function lll(encoding: string) {
  return { digits: 3, encoding }
}
