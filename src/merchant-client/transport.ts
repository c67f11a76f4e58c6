import { createFramedLine } from './framed-line.ts'
import type { GatewayAddress } from './gateway-address.ts'
import { createHttpsTransport } from './https-transport.ts'
import type { UnreachableReason } from './results.ts'
import type { ClientParts } from './system.ts'

/** Carries one sealed message to the gateway and brings back what it answers. */
export interface Transport {
  /** Never rejects. */
  exchange(token: Uint8Array): Promise<Delivery>
  close(): void
}

export type Delivery =
  | { readonly kind: 'answered'; readonly payload: Buffer }
  /** It may have arrived. */
  | { readonly kind: 'lost'; readonly reason: UnreachableReason }

export interface TransportOptions {
  readonly gateway: GatewayAddress
  /** Connections kept open, 1 or more. */
  readonly connections: number
  /** From sending to the answer, connecting included. */
  readonly timeoutMs: number
  /** Longest answer that is read. */
  readonly answerBytesMax: number
  readonly clock: ClientParts['clock']
}

export function createTransport(options: TransportOptions): Transport {
  if (options.gateway.kind === 'https') return createHttpsTransport(options)
  const lines = Array.from({ length: options.connections }, () => createFramedLine(options))
  let turn = 0

  return {
    exchange(token) {
      turn = (turn + 1) % lines.length
      const line = lines[turn]
      return line ? line.exchange(token) : Promise.resolve({ kind: 'lost', reason: 'closed' })
    },
    close() {
      for (const line of lines) line.close()
    },
  }
}
