/**
 * Requests about the same merchant and id that arrive while the first is under way.
 *
 * One goes to the host and both get its answer: a twin waits for the first to end and then asks the
 * store like any repeat, which tells the same answer from a conflict. The store's UNIQUE key holds
 * the same rule again, also across processes.
 */
export interface Twins {
  conduct<T>(merchant: string, id: string, act: () => Promise<T>): Promise<T>
}

export function createTwins(): Twins {
  const underWay = new Map<string, Promise<unknown>>()

  return {
    async conduct(merchant, id, act) {
      const key = `${merchant}/${id}`
      for (let first = underWay.get(key); first !== undefined; first = underWay.get(key)) {
        await first
      }
      const mine = act()
      const settled = mine.then(
        () => underWay.delete(key),
        () => underWay.delete(key),
      )
      underWay.set(key, settled)
      return mine
    },
  }
}
