import { existsSync } from 'node:fs'
import { readPrivateFile, replacePrivateFile } from '../files.ts'
import type { Environment } from '../keyring-document.ts'
import {
  type HostWorkingKeys,
  parseWorkingKeys,
  type WorkingKeyEntry,
  type WorkingKeysDocument,
  workingKeysText,
} from './documents.ts'
import { checkEnvironment } from './host-key-file.ts'

/** What `working-keys.json` of a keys folder has of one host. The gateway alone writes it. */
export interface WorkingKeyFile {
  /** As the file had it when it was opened, the newest first. */
  readonly live: readonly WorkingKeyEntry[]
  /** Whether a key with this check value was live once and is no more. */
  isFormer(checkValue: string): boolean
  /** Make these the live ones; on disk when it resolves. */
  keep(live: readonly WorkingKeyEntry[]): Promise<void>
}

/** Former keys that are known again: years of them, where a host changes its keys every week. */
const FORMER_KEYS_MAX = 256

const NO_KEYS: HostWorkingKeys = { live: [], former: [] }

/** @throws KeyringError `KEYRING_MALFORMED`, `KEY_FILE_EXPOSED`, `TEST_KEYS_REFUSED` */
export function openWorkingKeyFile(
  folder: string,
  { host, environment }: { readonly host: string; readonly environment: Environment },
): WorkingKeyFile {
  const file = `${folder}/working-keys.json`
  const { hosts } = read(file, environment)
  let own = hosts.get(host) ?? NO_KEYS
  let writing = Promise.resolve()

  return {
    live: own.live,
    isFormer: (checkValue) => own.former.includes(checkValue),
    keep(live) {
      const gone = own.live.filter((it) => !live.some((key) => key.checkValue === it.checkValue))
      const former = [...own.former, ...gone.map((it) => it.checkValue)].slice(-FORMER_KEYS_MAX)
      own = { live, former }
      const text = workingKeysText({ environment, hosts: new Map([...hosts, [host, own]]) })
      // One after the other, whatever became of the one before.
      writing = writing.catch(() => {}).then(() => replacePrivateFile(file, text))
      return writing
    },
  }
}

function read(file: string, environment: Environment): WorkingKeysDocument {
  if (!existsSync(file)) return { environment, hosts: new Map() }
  const document = parseWorkingKeys(readPrivateFile(file, 'KEYRING_MISSING').toString('utf8'))
  checkEnvironment(document.environment, environment, file)
  return document
}
