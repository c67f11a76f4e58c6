import { spawnSync } from 'node:child_process'

/** Run openssl on some bytes. @returns what it wrote */
function openssl(words: readonly string[], input: Uint8Array): Buffer {
  const { error, status, stdout, stderr } = spawnSync('openssl', words, { input, timeout: 30_000 })
  if (error) throw new Error('openssl is needed for this test: apt-get install openssl')
  if (status !== 0) throw new Error(stderr.toString())
  return stdout
}

/** CMAC as openssl has it, in upper-case hexadecimal. @param cipher such as `AES-128-CBC` */
export function opensslCmac(cipher: string, key: Uint8Array, message: Uint8Array): string {
  const options = [`cipher:${cipher}`, `hexkey:${Buffer.from(key).toString('hex')}`]
  const words = options.flatMap((option) => ['-macopt', option])
  const mac = openssl(['mac', ...words, '-in', '-', 'CMAC'], message)
  return mac.toString().trim()
}

/**
 * Whole blocks through a cipher of openssl without padding, from a first block of zeros.
 *
 * @param cipher such as `des-ede3-cbc`; a key of three
 */
export function opensslBlocks(
  cipher: string,
  { key, blocks, decrypt }: { key: Uint8Array; blocks: Uint8Array; decrypt?: true },
): Buffer {
  const iv = cipher.endsWith('ecb') ? [] : ['-iv', '0'.repeat(16)]
  const words = ['enc', `-${cipher}`, decrypt ? '-d' : '-e', '-nopad', ...iv]
  return openssl([...words, '-K', Buffer.from(key).toString('hex')], blocks)
}

/** ISO/IEC 9797-1 algorithm 3 with padding 1, block by block; a key of two DES keys. */
export function opensslRetailMac(key: Uint8Array, message: Uint8Array): Buffer {
  const thrice = (part: Uint8Array) => Buffer.concat([part, part, part])
  const [first, second] = [thrice(key.subarray(0, 8)), thrice(key.subarray(8))]
  const blocks = Buffer.concat([message, Buffer.alloc((8 - (message.length % 8)) % 8)])
  const chained = opensslBlocks('des-ede3-cbc', { key: first, blocks }).subarray(-8)
  const opened = opensslBlocks('des-ede3-ecb', { key: second, blocks: chained, decrypt: true })
  return opensslBlocks('des-ede3-ecb', { key: first, blocks: opened })
}
