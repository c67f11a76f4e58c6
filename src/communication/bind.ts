import type { Server } from 'node:net'

/** Where a TCP socket is. */
export interface Endpoint {
  readonly address: string
  /** 0 lets the system choose, where it is bound. */
  readonly port: number
}

/**
 * @returns the port, once `server` listens
 * @throws the system's error when the port cannot be had
 */
export function bind(server: Server, { address, port }: Endpoint): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen({ host: address, port }, () => {
      server.off('error', reject)
      const bound = server.address()
      resolve(typeof bound === 'object' && bound !== null ? bound.port : port)
    })
  })
}
