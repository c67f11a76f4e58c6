import type { DatabaseSync } from 'node:sqlite'

/** Ids that a merchant reversed before they came: they are refused when they do. */
export type Tombstones = ReturnType<typeof createTombstones>

export function createTombstones(database: DatabaseSync) {
  const select = database.prepare('SELECT 1 FROM tombstones WHERE merchant = ? AND id = ?')
  const insert = database.prepare(
    'INSERT INTO tombstones (merchant, id, at_ms) VALUES (?,?,?) ON CONFLICT DO NOTHING',
  )
  return {
    has: (merchant: string, id: string) => select.get(merchant, id) !== undefined,
    add(merchant: string, id: string, atMs: number): void {
      insert.run(merchant, id, atMs)
    },
  }
}
