import type { Evidence } from '#control'
import type { Message } from '#iso8583'
import type { Clock, Log, LogFacts } from '#platform'
import type { Keyring } from '#security'
import type { Store, Stray } from '#store'
import type { HostProfile } from './host-profile.ts'

/** An answer of the host that no payment waited for, or that cannot be known to be the host's. */
export interface StrayAnswer {
  readonly kind: Exclude<Stray['kind'], 'mismatched'> | 'mac-wrong'
  readonly message: Message
}

interface Undecided {
  readonly kind: Stray['kind']
  readonly message: Message
}

export interface EvidenceParts {
  readonly store: Pick<Store, 'journalStray'>
  readonly keyring: Pick<Keyring, 'vault'>
  readonly profile: Pick<HostProfile, 'name' | 'mapping'> & {
    readonly link: Pick<HostProfile['link'], 'matchKey'>
  }
  readonly clock: Clock
  readonly log: Log
}

/**
 * Keeps answers that decided no payment, sealed, in the journal.
 *
 * Each is in the log too, with what it was matched by: a match key that the host does not repeat
 * looks like a host that is silent. A host that babbles must not fill the disk: past the limit of a
 * minute answers are neither kept nor told, which the log says once in that minute; the link goes
 * on counting them.
 */
export function createEvidence(
  parts: EvidenceParts,
  limits: { readonly straysPerMinuteMax: number },
): Evidence & { keepStray(stray: StrayAnswer): void } {
  const { store, clock, log } = parts
  const { matchKey } = parts.profile.link
  let minute = Number.NEGATIVE_INFINITY
  let kept = 0

  function mayKeep(): boolean {
    const current = Math.floor(clock.elapsedMs() / MINUTE_MS)
    if (current !== minute) kept = 0
    minute = current
    kept += 1
    if (kept === limits.straysPerMinuteMax + 1) log.error('strays-no-longer-kept', { ...limits })
    return kept <= limits.straysPerMinuteMax
  }

  function tellAndKeep(stray: Undecided, event: string, facts: LogFacts): void {
    if (!mayKeep()) return
    const { kind, message } = stray
    log.warn(event, { mti: message.mti, ...facts })
    const lost = (error: unknown) => log.error('stray-not-kept', { kind, error })
    store.journalStray(recordOf(stray, parts)).catch(lost)
  }

  return {
    keepStray(stray) {
      const { kind, message } = stray
      const stan = stanOf(message)
      // The journal has one kind for what came in time and cannot be believed.
      if (kind === 'mac-wrong')
        tellAndKeep({ kind: 'mismatched', message }, 'host-mac-wrong', { stan })
      else tellAndKeep({ kind, message }, 'host-answer-unmatched', { kind, stan, matchKey })
    },
    keep(message, { path, reason }) {
      tellAndKeep({ kind: 'mismatched', message }, 'host-answer-mismatched', { path, reason })
    },
  }
}

const MINUTE_MS = 60_000

function stanOf({ fields }: Message): string | undefined {
  const stan = fields['11']
  return typeof stan === 'string' ? stan : undefined
}

function recordOf({ kind, message }: Undecided, parts: EvidenceParts): Stray {
  const { profile, keyring, clock } = parts
  const atMs = clock.nowMs()
  const { '7': transmittedAt, '39': responseCode } = message.fields
  const stan = stanOf(message)
  const image = profile.mapping.storedImage(message)
  return {
    kind,
    host: profile.name,
    mti: message.mti,
    ...(stan === undefined ? {} : { stan: Number(stan) }),
    ...(typeof transmittedAt === 'string' ? { transmittedAt } : {}),
    ...(typeof responseCode === 'string' ? { responseCode } : {}),
    sealedImage: keyring.vault.sealImage(image, `stray/${atMs}`),
    atMs,
  }
}
