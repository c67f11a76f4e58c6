/**
 * An open byte stream to the host and back, as far as a line needs one: a Socket of node:net, of
 * node:tls, or whatever else keeps its word as they do.
 */
export interface Connection {
  readonly destroyed: boolean
  /** Whether it takes no more until `drain`. */
  readonly writableNeedDrain: boolean
  on(event: 'data', hear: (chunk: Buffer) => void): unknown
  on(event: 'drain' | 'error' | 'end' | 'close', hear: () => void): unknown
  once(event: 'connect' | 'secureConnect' | 'close', hear: () => void): unknown
  write(bytes: Uint8Array): unknown
  end(): unknown
  destroy(): unknown
  pause(): unknown
  resume(): unknown
  isPaused(): boolean
  setNoDelay(isOn: boolean): unknown
  setKeepAlive(isOn: boolean): unknown
}
