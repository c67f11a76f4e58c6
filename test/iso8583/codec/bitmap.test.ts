import test from 'ava'
import { compileDialect } from '#iso8583'
import { decodeFault } from '../dialects.ts'

const digit = { name: 'x', content: 'n', length: 1 }

function dialectWith(bitmap: Record<string, unknown>, numbers: readonly number[]) {
  return compileDialect({
    name: 'bitmaps',
    mti: { encoding: 'ascii' },
    bitmap,
    defaults: { encoding: 'ascii' },
    fields: Object.fromEntries(numbers.map((number) => [number, digit])),
  })
}

const hexOf = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex')

test('a second bitmap is there only when one of its elements is', (t) => {
  const dialect = dialectWith({ encoding: 'binary', count: 2 }, [2, 64, 65, 128])
  t.is(hexOf(dialect.pack({ mti: '0800', fields: { 64: '1' } })), '30383030000000000000000131')
  t.is(
    hexOf(dialect.pack({ mti: '0800', fields: { 2: '7', 65: '1', 128: '2' } })),
    '30383030c0000000000000008000000000000001373132',
  )
})

test('a third bitmap follows bit 65, which is then no element', (t) => {
  const dialect = dialectWith({ encoding: 'binary', count: 3 }, [2, 66, 130, 192])
  for (const fields of [
    { 2: '1', 192: '2' },
    { 66: '1' },
    { 2: '1', 66: '2', 130: '3', 192: '4' },
  ]) {
    t.deepEqual(dialect.unpack(dialect.pack({ mti: '0800', fields })), { mti: '0800', fields })
  }
  const packed = dialect.pack({ mti: '0800', fields: { 192: '2' } })
  const head = `8${'0'.repeat(15)}`
  t.is(hexOf(packed), `30383030${head}${head}${'0'.repeat(15)}132`)
})

test('a dialect that always sends the second bitmap refuses a message without it', (t) => {
  const dialect = dialectWith({ encoding: 'hex', count: 2, secondary: 'always' }, [2])
  const packed = dialect.pack({ mti: '0800', fields: { 2: '1' } })
  t.is(packed.toString(), '0800C00000000000000000000000000000001')
  t.deepEqual(dialect.unpack(packed).fields, { 2: '1' })
  t.is(decodeFault(dialect, Buffer.from('080040000000000000001')), 'BITMAP_INVALID 4 bitmap')
})

test('bitmap hex is read in either case and written in upper case, in ASCII and in EBCDIC', (t) => {
  const ascii = dialectWith({ encoding: 'hex', count: 1 }, [5, 7, 8])
  t.is(
    ascii.pack({ mti: '0800', fields: { 5: '1', 7: '2', 8: '3' } }).toString(),
    '08000B00000000000000123',
  )
  t.deepEqual(ascii.unpack(Buffer.from('08000b00000000000000123')).fields, {
    5: '1',
    7: '2',
    8: '3',
  })
  const ebcdic = dialectWith({ encoding: 'hex-ebcdic', count: 1 }, [5, 7, 8])
  const packed = ebcdic.pack({ mti: '0800', fields: { 5: '1', 7: '2', 8: '3' } })
  t.is(packed.toString('hex').slice(8, 12), 'f0c2')
  t.deepEqual(ebcdic.unpack(packed).fields, { 5: '1', 7: '2', 8: '3' })
})

test('a message of no elements is its type and an empty bitmap', (t) => {
  const dialect = dialectWith({ encoding: 'hex', count: 2 }, [2])
  const packed = dialect.pack({ mti: '0800', fields: {} })
  t.is(packed.toString(), '08000000000000000000')
  t.deepEqual(dialect.unpack(packed), { mti: '0800', fields: {} })
})

test('the first bit of the last bitmap announces nothing, and may be an element', (t) => {
  const dialect = dialectWith({ encoding: 'binary', count: 3 }, [2, 129])
  const packed = dialect.pack({ mti: '0800', fields: { 2: '1', 129: '2' } })
  const bitmaps = ['c000000000000000', '8000000000000000', '8000000000000000']
  t.is(hexOf(packed), `30383030${bitmaps.join('')}3132`)
  t.deepEqual(dialect.unpack(packed).fields, { 2: '1', 129: '2' })
  const two = dialectWith({ encoding: 'binary', count: 2 }, [2, 65])
  const read = two.unpack(two.pack({ mti: '0800', fields: { 65: '1' } }))
  t.deepEqual(read.fields, { 65: '1' })
})
