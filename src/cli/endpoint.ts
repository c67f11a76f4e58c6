/** Where the emulated host of a sandbox listens. */
export const EMULATOR_ENDPOINT = '127.0.0.1:7583'

/** `127.0.0.1:7583`, `[::1]:7583` or `core.bank.example:7583`. */
export function endpointOf(text: string): { address: string; port: number } | undefined {
  const match = /^(?:\[([0-9A-Fa-f:]+)\]|([^:\s]+)):(\d{1,5})$/.exec(text)
  const address = match?.[1] ?? match?.[2]
  const port = Number(match?.[3])
  return address === undefined || port > 65_535 ? undefined : { address, port }
}
