import test from 'ava'
import { importJpos } from '#dialects'
import { compiled } from '../fixture.ts'

/** Class, length, pad, a value, and what stands on the line, from the classes' own descriptions. */
const CLASSES: readonly [string, number, boolean | undefined, string, string][] = [
  ['IF_CHAR', 4, undefined, 'ab  ', '61622020'],
  ['IF_ECHAR', 4, undefined, 'ab  ', '81824040'],
  ['IFA_NUMERIC', 4, undefined, '0042', '30303432'],
  ['IFA_LCHAR', 9, undefined, 'abc', '33616263'],
  ['IFA_LLCHAR', 9, undefined, 'abc', '3033616263'],
  ['IFA_LLLLLLCHAR', 9, undefined, 'a', '30303030303161'],
  ['IFA_LLNUM', 9, undefined, '123', '3033313233'],
  ['IFA_LLBNUM', 8, true, '1234', '30341234'],
  ['IFA_BINARY', 2, undefined, 'AB01', '41423031'],
  ['IFA_LLBINARY', 9, undefined, 'AB01', '3032ab01'],
  ['IFA_LLABINARY', 9, undefined, 'AB01', '303241423031'],
  ['IFA_AMOUNT', 9, undefined, 'C00000042', '433030303030303432'],
  ['IFB_NUMERIC', 3, true, '123', '0123'],
  ['IFB_NUMERIC', 3, false, '123', '1230'],
  ['IFB_NUMERIC', 3, undefined, '123', '1230'],
  ['IFB_FNUMERIC', 3, undefined, '123', '123f'],
  ['IFB_LLNUM', 9, false, '123', '031230'],
  ['IFB_LLNUM', 9, true, '123', '030123'],
  ['IFB_LLLNUM', 9, false, '123', '00031230'],
  ['IFB_FLLNUM', 9, undefined, '123', '03123f'],
  ['IFB_LLHNUM', 20, false, '12345678901', '0b123456789010'],
  ['IFB_LLLHNUM', 20, true, '123', '00030123'],
  ['IFB_LLCHAR', 20, undefined, 'abcdefghijk', '116162636465666768696a6b'],
  ['IFB_LLHCHAR', 20, undefined, 'abcdefghijk', '0b6162636465666768696a6b'],
  ['IFB_LLLHCHAR', 20, undefined, 'ab', '00026162'],
  ['IFB_LLHECHAR', 20, undefined, 'ab', '028182'],
  ['IFB_BINARY', 2, undefined, 'AB01', 'ab01'],
  ['IFB_LLBINARY', 20, undefined, 'AB01', '02ab01'],
  ['IFB_LLHBINARY', 20, undefined, 'AB01', '02ab01'],
  ['IFB_LLLHBINARY', 20, undefined, 'AB01', '0002ab01'],
  ['IFB_LLHEX', 20, undefined, 'AB01', '04ab01'],
  ['IFB_HEX', 4, true, 'AB01', 'ab01'],
  ['IFB_AMOUNT', 9, true, 'D00000042', '4400000042'],
  ['IFE_CHAR', 3, undefined, 'ab ', '818240'],
  ['IFE_NUMERIC', 3, undefined, '042', 'f0f4f2'],
  ['IFE_LLCHAR', 9, undefined, 'ab', 'f0f28182'],
  ['IFE_LLNUM', 9, undefined, '12', 'f0f2f1f2'],
  ['IFE_BINARY', 2, undefined, 'AB01', 'c1c2f0f1'],
  ['IFE_LLLBINARY', 9, undefined, 'AB01', 'f0f0f2ab01'],
  ['IFE_AMOUNT', 3, undefined, 'C42', 'c3f4f2'],
  ['IFAE_LLCHAR', 9, undefined, 'ab', '30328182'],
  ['IFEA_LLCHAR', 9, undefined, 'ab', 'f0f26162'],
  ['IFEB_LLNUM', 9, undefined, '123', 'f0f2123f'],
]

for (const [name, length, pad, value, hex] of CLASSES) {
  const shown = pad === undefined ? name : `${name} with pad="${pad}"`
  test(`${shown} puts ${value} on the line as ${hex}`, (t) => {
    const padding = pad === undefined ? '' : `pad="${pad}"`
    const dialect = compiled(
      importJpos(oneField(`length="${length}" ${padding} class="${name}"`), 'x'),
    )
    const bytes = dialect.pack({ mti: '0200', fields: { '3': value } })
    t.is(bytes.subarray(12).toString('hex'), hex)
    t.deepEqual(dialect.unpack(bytes).fields, { '3': value })
  })
}

const UNSAID = [
  'IFA_FLLCHAR',
  'IFB_LLHFBINARY',
  'IFEP_LLCHAR',
  'IF_TCHAR',
  'IFA_TTLLCHAR',
  'IFA_BITMAP',
  'IFA_LLHEX',
  'IFB_',
  'constructor',
  '__proto__',
  '',
]

for (const name of UNSAID) {
  test(`an element of the class "${name}" is left out`, (t) => {
    const other = '<isofield id="4" length="6" class="IF_CHAR"/>'
    const { dialect } = importJpos(oneField(`length="9" class="${name}"`, other), 'x')
    t.deepEqual(Object.keys(dialect.fields), ['4'])
  })
}

function oneField(attributes: string, others = ''): string {
  return `<isopackager>
    <isofield id="0" length="4" class="org.jpos.iso.IFA_NUMERIC"/>
    <isofield id="1" length="8" class="org.jpos.iso.IFB_BITMAP"/>
    <isofield id="3" ${attributes}/>${others}
  </isopackager>`
}
