import { setTimeout as wait } from 'node:timers/promises'

/** Let real sockets do their work until `isSo`; fails loudly rather than hang. */
export async function until(isSo: () => boolean, what: string, withinMs = 3000): Promise<void> {
  const endMs = Date.now() + withinMs
  while (!isSo()) {
    if (Date.now() > endMs) throw new Error(`still not so: ${what}`)
    await wait(2)
  }
}
