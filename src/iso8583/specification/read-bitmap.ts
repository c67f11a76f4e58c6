/** The bitmaps of a message or of a composite, and the numbers that their bits stand for. */
import { isNumberKey } from '../message.ts'
import { choiceAt, fault, integerAt, membersOf, type Place, required } from './members.ts'
import { type BitmapPlan, BYTE_ENCODINGS } from './plan.ts'

/** One bitmap of a message, and of each of several that follow one another. */
const MESSAGE_BITMAP_BYTES = 8
const BITMAP_BYTES_MAX = 16
const BITMAPS_MAX = 3

export function messageBitmapAt(place: Place | undefined): BitmapPlan | undefined {
  const members = place && membersOf(place, ['encoding', 'count', 'secondary'])
  if (!members) return undefined
  const encoding = choiceAt(required(place, members, 'encoding'), BYTE_ENCODINGS)
  const count = integerAt(required(place, members, 'count'), { min: 1, max: BITMAPS_MAX })
  const secondary = choiceAt(members.get('secondary'), ['needed', 'always'] as const) ?? 'needed'
  if (secondary === 'always' && count === 1)
    fault(place, 'always needs a count of 2 or 3', 'secondary')
  return encoding && count ? { encoding, bytes: MESSAGE_BITMAP_BYTES, count, secondary } : undefined
}

export function compositeBitmapAt(place: Place | undefined): BitmapPlan | undefined {
  const members = place && membersOf(place, ['encoding', 'bytes', 'count'])
  if (!members) return undefined
  const encoding = choiceAt(required(place, members, 'encoding'), BYTE_ENCODINGS)
  const bytesPlace = members.get('bytes')
  const bytes = bytesPlace
    ? integerAt(bytesPlace, { min: 1, max: BITMAP_BYTES_MAX })
    : MESSAGE_BITMAP_BYTES
  const countPlace = members.get('count')
  const count = countPlace ? integerAt(countPlace, { min: 1, max: BITMAPS_MAX }) : 1
  if (!encoding || !bytes || !count) return undefined
  if (count > 1 && bytes !== MESSAGE_BITMAP_BYTES) {
    return fault(place, `bitmaps that follow one another have ${MESSAGE_BITMAP_BYTES} bytes`)
  }
  return { encoding, bytes, count, secondary: 'needed' }
}

/** Why a key is no number of these bitmaps; undefined when it is one. `first` is 1 or 2. */
export function numberFault(
  key: string,
  { bytes, count }: BitmapPlan,
  first: number,
): string | undefined {
  const last = 8 * bytes * count
  const number = Number(key)
  if (!isNumberKey(key) || number < first || number > last) {
    return `is no number of its ${count} bitmap(s): they go from ${first} to ${last}`
  }
  const isAnnouncing = number % 64 === 1 && number <= 64 * (count - 1)
  return isAnnouncing ? 'is the bit that says that another bitmap follows' : undefined
}
