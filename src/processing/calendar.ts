/**
 * Moments and their texts, by arithmetic alone: this room never asks what time it is.
 *
 * A stamp is a moment as fourteen digits, `YYYYMMDDhhmmss`; formats for the host are cut from it.
 */
import { daysIn, utcStamp } from '#iso8583'

/**
 * Milliseconds since 1970 of an RFC 3339 time in UTC, such as `2026-11-23T10:00:00.125Z`.
 *
 * The shape is the caller's care (specs/messages checks it).
 *
 * @returns undefined when there is no such moment, e.g. on 30 February or in a leap second
 */
export function momentOf(text: string): number | undefined {
  const year = digitsAt(text, 0, 4)
  const month = digitsAt(text, 5, 7)
  const day = digitsAt(text, 8, 10)
  const hour = digitsAt(text, 11, 13)
  const minute = digitsAt(text, 14, 16)
  const second = digitsAt(text, 17, 19)
  const ms = text.length > 20 ? digitsAt(text, 20, 23) : 0
  if (day < 1 || day > daysIn(year, month)) return undefined
  if (hour > 23 || minute > 59 || second > 59) return undefined
  const seconds = (hour * 60 + minute) * 60 + second
  return dayNumber(year, month, day) * DAY_MS + seconds * 1000 + ms
}

/** RFC 3339 in UTC with milliseconds; the inverse of {@link momentOf}. */
export function momentText(ms: number): string {
  const stamp = utcStamp(ms)
  const date = `${stamp.slice(0, 4)}-${stamp.slice(4, 6)}-${stamp.slice(6, 8)}`
  const time = `${stamp.slice(8, 10)}:${stamp.slice(10, 12)}:${stamp.slice(12)}`
  return `${date}T${time}.${padded(((ms % 1000) + 1000) % 1000, 3)}Z`
}

/**
 * The date of a month and day, `MMDD`, in the year that brings it nearest to a day.
 *
 * @param day `YYYY-MM-DD`
 * @returns `YYYY-MM-DD`; undefined when there is no such date near it
 */
export function dateNear(monthAndDay: string, day: string): string | undefined {
  // Most often it is that day itself, once a payment.
  if (monthAndDay === day.slice(5, 7) + day.slice(8)) return day
  if (!/^[0-9]{4}$/.test(monthAndDay)) return undefined
  const month = digitsAt(monthAndDay, 0, 2)
  const dayOfMonth = digitsAt(monthAndDay, 2, 4)
  const year = digitsAt(day, 0, 4)
  const from = dayNumber(year, digitsAt(day, 5, 7), digitsAt(day, 8, 10))
  const dates = [year - 1, year, year + 1].flatMap((it) => {
    if (dayOfMonth < 1 || dayOfMonth > daysIn(it, month)) return []
    const apart = Math.abs(dayNumber(it, month, dayOfMonth) - from)
    return [{ apart, text: `${padded(it, 4)}-${padded(month, 2)}-${padded(dayOfMonth, 2)}` }]
  })
  return dates.sort((a, b) => a.apart - b.apart)[0]?.text
}

/** How many days a day, `YYYY-MM-DD`, lies behind another. */
export function daysBetween(from: string, to: string): number {
  const numberOf = (day: string) =>
    dayNumber(digitsAt(day, 0, 4), digitsAt(day, 5, 7), digitsAt(day, 8, 10))
  return numberOf(to) - numberOf(from)
}

/** Ordinal day of the year of a stamp, 1 to 366. */
export function dayOfYear(stamp: string): number {
  const year = digitsAt(stamp, 0, 4)
  const day = dayNumber(year, digitsAt(stamp, 4, 6), digitsAt(stamp, 6, 8))
  return day - dayNumber(year, 1, 1) + 1
}

/**
 * A function that gives a moment's stamp in a time zone of the IANA database, summer time included.
 *
 * @throws RangeError when there is no such zone
 */
export function createZoneStamp(timeZone: string): (ms: number) => string {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone,
    calendar: 'iso8601',
    numberingSystem: 'latn',
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
  })
  return (ms) => {
    const parts = new Map(format.formatToParts(ms).map((part) => [part.type, part.value]))
    return STAMP_PARTS.map((type) => (parts.get(type) ?? '').padStart(2, '0')).join('')
  }
}

const STAMP_PARTS = ['year', 'month', 'day', 'hour', 'minute', 'second'] as const
const DAY_MS = 86_400_000
/**
 * Days since 1970-01-01 in the Gregorian calendar; years start in March so that the leap day is
 * last.
 */
function dayNumber(year: number, month: number, day: number): number {
  const from = month > 2 ? year : year - 1
  const monthFromMarch = (month + 9) % 12
  const dayFromMarch = Math.floor((153 * monthFromMarch + 2) / 5) + day - 1
  const leapDays = Math.floor(from / 4) - Math.floor(from / 100) + Math.floor(from / 400)
  return from * 365 + leapDays + dayFromMarch - DAYS_TO_1970
}

const DAYS_TO_1970 = 719_468
function digitsAt(text: string, from: number, to: number): number {
  let value = 0
  for (let index = from; index < to; index++) value = value * 10 + text.charCodeAt(index) - 48
  return value
}

function padded(value: number, width: number): string {
  return value.toString().padStart(width, '0')
}
