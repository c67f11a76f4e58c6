import { refusal } from '#domain'
import type { Log } from '#platform'
import { errorAnswer } from '#processing'
import type { Dispatch } from './dispatch.ts'
import type { Arrival, Envelopes, OpenedEnvelope } from './ports.ts'

export interface ReceptionParts {
  readonly envelopes: Envelopes
  readonly dispatch: Dispatch
  readonly log: Log
  /** What a merchant is told to wait when too much is waiting already. */
  readonly retryAfterMs: number
}

/** Takes one message as it came, gives back the bytes to answer with. Never rejects. */
export type Reception = (token: Uint8Array, arrival: Arrival) => Promise<Uint8Array>

/**
 * Open, dispatch, seal.
 *
 * Whoever has not proved who they are hears {@link REFUSED}, the same bytes for every cause. When
 * the store cannot be relied on nobody is told an outcome: {@link FAILED} says only that it is not
 * known.
 */
export function createReception(parts: ReceptionParts): Reception {
  const { envelopes, dispatch, log } = parts
  const busy = busyRefusal(parts.retryAfterMs)

  async function conduct(opened: OpenedEnvelope): Promise<Uint8Array> {
    switch (opened.kind) {
      case 'busy':
        return busy
      case 'unreadable':
        return REFUSED
      case 'malformed': {
        const refused = refusal('JSON_MALFORMED', opened.reason)
        return envelopes.seal(opened.reply, errorAnswer(refused))
      }
      case 'opened':
        return envelopes.seal(opened.reply, await answered(opened))
    }
  }

  async function answered({ merchant, json, reply }: OpenedRequest): Promise<string> {
    try {
      return await dispatch(merchant, json)
    } catch (error) {
      envelopes.discard(reply)
      throw error
    }
  }

  function fail(error: unknown): Uint8Array {
    log.error('message-not-answered', { error })
    return FAILED
  }

  // What waits for the host must not hold the bytes that it came in, so they are in no async call.
  return (token, arrival) =>
    envelopes
      .open(token)
      .then((opened) => {
        arrival.opened('merchant' in opened ? opened.merchant : undefined)
        return conduct(opened)
      })
      .catch(fail)
}

type OpenedRequest = Extract<OpenedEnvelope, { kind: 'opened' }>

/**
 * Refusals in plain JSON, for whoever cannot be given a sealed one (specs/protocol.md, "Plain
 * refusals").
 */
function plainRefusal(code: string, retryAfterMs?: number): Uint8Array {
  return new TextEncoder().encode(JSON.stringify({ type: 'refusal', code, retryAfterMs }))
}

export const REFUSED: Uint8Array = plainRefusal('REFUSED')

export const FAILED: Uint8Array = plainRefusal('FAILED')

/** What a message over the limit of requests in flight hears, before it is opened. */
export function busyRefusal(retryAfterMs: number): Uint8Array {
  return plainRefusal('BUSY', retryAfterMs)
}
