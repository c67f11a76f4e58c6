import { fileFault } from '../spec-files.ts'

/** What the system refused, as a reader is told; undefined when it was not the system. */
export function systemFault(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined
  const { code, errcode, syscall, path, address, port } = { ...NOTHING, ...error }
  if (code.startsWith('ERR_OSSL_')) return 'a key or certificate file cannot be read as PEM'
  if (errcode === SQLITE_CANTOPEN) return 'a database file cannot be opened: is its folder there?'
  if (syscall === '') return undefined
  if (path !== '') return `${path} ${fileFault(error)}`
  const place = [address, port].filter((it) => it !== '').join(':')
  return `${place || syscall} ${NET_FAULTS[code] ?? 'cannot be used'}`
}

const SQLITE_CANTOPEN = 14

const NOTHING = { code: '', errcode: 0, syscall: '', path: '', address: '', port: '' }

const NET_FAULTS: Readonly<Record<string, string>> = {
  EADDRINUSE: 'is in use by another program',
  EADDRNOTAVAIL: 'is no address of this machine',
  EACCES: 'is a port that this user may not have',
  ENOTFOUND: 'is a name that is not known',
  ECONNREFUSED: 'does not listen',
}
