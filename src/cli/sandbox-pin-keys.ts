import { readFileSync } from 'node:fs'
import { createSystemClock, createSystemRandom } from '#platform'
import { type Hsm, type HsmKey, keepPinKey, openSoftwareHsm, ownerOfTerminalKey } from '#security'
import { SPECS } from '../spec-files.ts'

/** Whose terminals have the sandbox's key, and by which name its requests call it. */
const SANDBOX_TERMINALS = { merchant: 'M-1001', name: 'SANDBOX' } as const

interface SandboxKeys {
  readonly protectionKey: string
  readonly hostKeyBlock: string
  readonly terminalKeyBlock: string
}

/** Enter the keys that everybody knows, as custodians and whoever sends key blocks would. */
export async function enterSandboxPinKeys(keysFolder: string, host: string): Promise<void> {
  const text = readFileSync(`${SPECS}/sandbox-keys.json`, 'utf8')
  const { protectionKey, hostKeyBlock, terminalKeyBlock } = JSON.parse(text) as SandboxKeys
  const options = { environment: 'sandbox', random: createSystemRandom() } as const
  const hsm = openSoftwareHsm(keysFolder, { ...options, isAccepted: false })
  const components = [protectionKey]
  const entering = hsm.enterProtectionKey({ owner: 'sandbox', cipher: 'tdes', components })
  if (entering.kind === 'refused') throw new TypeError(entering.reasons.join())
  const under = entering.key
  const imported = [
    await hsm.importKey({ keyBlock: hostKeyBlock, under, purpose: 'host-pin', owner: host }),
    await hsm.importKey({
      keyBlock: terminalKeyBlock,
      under,
      purpose: 'terminal-pin',
      owner: ownerOfTerminalKey(SANDBOX_TERMINALS),
    }),
  ]
  for (const key of [under, ...imported.map(keyOf)]) await keep(keysFolder, key)
}

function keyOf(imported: Awaited<ReturnType<Hsm['importKey']>>): HsmKey {
  if (imported.kind === 'imported') return imported.key
  throw new TypeError(`a key of the sandbox is refused: ${imported.fault}`)
}

async function keep(keysFolder: string, key: HsmKey): Promise<void> {
  const entered = { ...key, enteredAtMs: createSystemClock().nowMs() }
  await keepPinKey(keysFolder, entered, { environment: 'sandbox', replace: false })
}
