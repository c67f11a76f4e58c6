import type { ExecutionContext } from 'ava'
import type { Message } from '#iso8583'
import { until } from '../../until.ts'
import { type Given, openSignedOn } from '../link-under-test.ts'
import { answerTo, dialect } from '../meridian.ts'
import type { HostEnd } from '../scripted-host.ts'
import { createFakeHolder, type FakeHolder, keyNamed, profileWith } from './mac-spec.ts'

/** A message with the MAC that this key makes over all before it. */
export function sealed(message: Message, name: string): Message {
  const element = Object.keys(message.fields).some((it) => Number(it) > 64) ? '128' : '64'
  const withMac = (mac: string) => ({ ...message, fields: { ...message.fields, [element]: mac } })
  const covered = dialect.pack(withMac('0'.repeat(16))).subarray(0, -16)
  return withMac(keyNamed(name).mac(covered).padEnd(16, '0'))
}

/** Which of these keys made a message's MAC; undefined when none did. */
export function maker(message: Message, names: readonly string[]): string | undefined {
  const { 64: _, 128: __, ...fields } = message.fields
  return names.find((name) => {
    const { 64: first, 128: last } = sealed({ ...message, fields }, name).fields
    return message.fields['64'] === first && message.fields['128'] === last
  })
}

export const NOW_MS = 1_795_341_600_000

/** A link with MACs, its key `K1` live since now, and all lines signed on. */
export async function openKeyed(
  t: ExecutionContext,
  given: Omit<Given, 'keys'> & {
    readonly holder?: FakeHolder
    readonly connections?: number
    readonly answer?: (message: Message) => Message | undefined
  } = {},
) {
  const kept = [{ key: keyNamed('K1'), sinceMs: NOW_MS }]
  const { holder = createFakeHolder(kept), answer, ...rest } = given
  const opened = await openSignedOn(t, {
    profile: profileWith(),
    ...rest,
    keys: holder,
    ...(answer ? { script: { answer } } : {}),
  })
  return { ...opened, holder }
}

/** Answer the sale with this trace number under a key, once it has been heard. */
export async function answerSale(end: HostEnd, name: string, count = 1): Promise<void> {
  const heard = (await end.hear('0200', count)).at(-1)
  if (heard === undefined) throw new Error('nothing was heard')
  end.send(sealed(answerTo(bare(heard)), name))
}

/** A message without the MAC that it came with. */
export function bare({ mti, fields }: Message): Message {
  const { 64: _, 128: __, ...kept } = fields
  return { mti, fields: kept }
}

/** The messages of this type and network code that an end has heard. */
export async function heardNetwork(end: HostEnd, code: string, count = 1): Promise<Message[]> {
  const found = () => end.heard.filter((it) => it.fields['70'] === code)
  await until(() => found().length >= count, `${count} network messages with ${code}`)
  return found()
}

/** A network request of the host's own. */
export function hostAsks(code: string, fields: Message['fields'] = {}): Message {
  return { mti: '0800', fields: { 7: '1122100000', 11: '900001', 70: code, ...fields } }
}
