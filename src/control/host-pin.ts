import { type CardRequest, type PaymentRequest, type Refusal, refusal } from '#domain'
import type { Parts } from './parts.ts'
import type { PinTranslated } from './ports.ts'

/** A request that the host can be told, or why it cannot. */
export type ForHost<Request> =
  | { readonly kind: 'ready'; readonly request: Request }
  | { readonly kind: 'refused'; readonly refusal: Refusal }

/** Put the host's PIN block beside the terminal's. */
export async function withHostPin<Request extends PaymentRequest | CardRequest>(
  request: Request,
  { pins }: Pick<Parts, 'pins'>,
): Promise<ForHost<Request>> {
  const translated = await pins.translate(request)
  if (translated.kind !== 'translated') {
    return { kind: 'refused', refusal: REFUSALS[translated.kind] }
  }
  return { kind: 'ready', request: { ...request, hostPin: translated.block } }
}

/** Whatever is wrong with a block, a merchant hears the same of it. */
const REFUSALS: Readonly<Record<Exclude<PinTranslated['kind'], 'translated'>, Refusal>> = {
  'key-unknown': refusal('PIN_UNUSABLE', 'this terminal has no key of that name', 'pin.key'),
  unusable: refusal('PIN_UNUSABLE', 'the PIN block cannot be used', 'pin'),
  'not-taken': refusal('NOT_SUPPORTED_BY_HOST', 'PINs are not taken', 'pin'),
}
