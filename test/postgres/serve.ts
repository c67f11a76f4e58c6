/**
 * A PostgreSQL server to try things on, with a database `sallyport`, on the loopback and open to
 * all who are there: `npm run database -- FOLDER [PORT]`. The folder keeps what it holds.
 */
import { mkdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { startPostgres } from './server.ts'

const [folder = 'sallyport-database', port = '5433'] = process.argv.slice(2)
mkdirSync(folder, { recursive: true })
const server = await startPostgres({ folder: resolve(folder), port: Number(port) })
await server.createDatabase('sallyport').catch((error: { code?: string }) => {
  const wasThere = error.code === '42P04'
  if (!wasThere) throw error
})
const pidFile = join(resolve(folder), 'data/postmaster.pid')
process.stdout.write(`postgres://postgres@127.0.0.1:${server.port}/sallyport (${pidFile})\n`)
await server.ended()
process.stdout.write('the database has ended\n')
