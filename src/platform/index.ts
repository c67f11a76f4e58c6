/**
 * The outside as parameters: time, chance and the operational log.
 *
 * A leaf. No other module names Date, setTimeout, Math.random or performance; test/tidy.test.ts
 * holds that.
 */
export { type CancelDeadline, type Clock, createSystemClock } from './clock.ts'
export { createLog, type Log, type LogFacts, type LogLevel, silentLog } from './log.ts'
export { createSystemRandom, type Random } from './random.ts'
