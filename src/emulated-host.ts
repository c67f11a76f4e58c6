import { existsSync, globSync } from 'node:fs'
import { join } from 'node:path'
import {
  type Conduct,
  ConductError,
  compileConduct,
  deriveConduct,
  type FaultRule,
  parseSandbox,
  parseScript,
  type Sandbox,
} from '#host-emulator'
import type { Dialect } from '#iso8583'
import { locateFaults } from '#processing'
import type { HostProfile } from './host-profile.ts'
import { ProfileError, readCompiled, readText, SPECS } from './spec-files.ts'

/** How the emulator conducts itself: by the host's own file, or as far as one can tell. */
export interface EmulatedHost {
  readonly conduct: Conduct
  readonly origin: 'own' | 'derived'
}

type HostFolder = Pick<HostProfile, 'folder' | 'dialect'>

/**
 * Read the conduct.json of a host's folder; without one, derive the conduct from mapping and link.
 *
 * @throws ProfileError with every fault of the first file at fault
 */
export function readEmulatedHost({ folder, dialect }: HostFolder): EmulatedHost {
  const own = join(folder, 'conduct.json')
  return existsSync(own)
    ? { conduct: readCompiled(own, (spec) => compileConduct(spec, dialect)), origin: 'own' }
    : { conduct: derivedConduct(folder, dialect), origin: 'derived' }
}

function derivedConduct(folder: string, dialect: Dialect): Conduct {
  const files = { mapping: join(folder, 'mapping.json'), link: join(folder, 'link.json') }
  const texts = { mapping: readText(files.mapping), link: readText(files.link) }
  const documents = { mapping: JSON.parse(texts.mapping), link: JSON.parse(texts.link) }
  try {
    return deriveConduct(documents, dialect)
  } catch (error) {
    if (!(error instanceof ConductError)) throw error
    const of = error.faults.some(({ path }) => path[0] === 'mapping') ? 'mapping' : 'link'
    const faults = error.faults.filter(({ path }) => path[0] === of)
    const located = faults.map(({ path, reason }) => ({ path: path.slice(1), reason }))
    throw new ProfileError(files[of], locateFaults(texts[of], located))
  }
}

/** The cards that all emulated hosts have that have none of their own. */
const SANDBOX_CARDS = 'sandbox-cards.json'

export const SANDBOX_CARDS_FILE: string = join(SPECS, SANDBOX_CARDS)

/** The list of cards for a host's emulator: the folder's own cards.json, else the common one. */
export function cardsFileOf({ folder }: Pick<HostProfile, 'folder'>): string {
  const own = join(folder, 'cards.json')
  return existsSync(own) ? own : SANDBOX_CARDS_FILE
}

/**
 * Read a list of cards.
 *
 * @param conduct of the host whose cards they are, where it is known
 * @throws ProfileError
 */
export function readCards(file: string, conduct?: Conduct): Sandbox {
  return readCompiled(file, (document) => parseSandbox(document, conduct))
}

/** Read a script of faults. @throws ProfileError */
export function readScript(file: string, conduct: Conduct): readonly FaultRule[] {
  return readCompiled(file, (document) => parseScript(document, conduct.hasRoomFor))
}

/**
 * The card numbers of every sandbox: production takes none of them.
 *
 * @param specs a folder like specs
 * @throws ProfileError for the first list of cards that cannot be used
 */
export function readSandboxPans(specs = SPECS): ReadonlySet<string> {
  const files = [SANDBOX_CARDS, ...globSync('hosts/*/cards.json', { cwd: specs })]
  const cards = files.flatMap((file) => readCards(join(specs, file)).cards)
  return new Set(cards.map(({ pan }) => pan))
}
