import { opensslBlocks } from '../oracles/openssl.ts'

/** The terminal's key in specs/sandbox-keys.json, and what M-1001's requests call it. */
const TERMINAL_KEY = '1C9EE5510B233DAD730B73EC387FCB52'
export const TERMINAL_KEY_NAME = 'SANDBOX'

/** A PIN block of format 0 as a terminal makes it, by openssl. */
export function blockOf(pin: string, pan: string, key: string = TERMINAL_KEY): string {
  const field = BigInt(`0x0${pin.length.toString(16)}${pin.padEnd(14, 'F')}`)
  const clear = field ^ BigInt(`0x${pan.slice(0, -1).slice(-12)}`)
  const bytes = Buffer.from(key, 'hex')
  const three = Buffer.concat([bytes, bytes.subarray(0, 8)])
  const blocks = Buffer.from(clear.toString(16).padStart(16, '0'), 'hex')
  return opensslBlocks('des-ede3-ecb', { key: three, blocks }).toString('hex').toUpperCase()
}

/** What a request has of a PIN that the sandbox's terminal took. */
export function terminalPin(pin: string, pan: string) {
  return { block: blockOf(pin, pan), format: 'iso-0', key: TERMINAL_KEY_NAME } as const
}
