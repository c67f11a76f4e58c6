import type { HostReply } from './line.ts'

export interface ExchangeCounters {
  asked: number
  answered: number
  notSent: number
  /** Outcomes unknown, by reason. */
  hostSilent: number
  linkLost: number
  answersUnreadable: number
  answersMacWrong: number
  /** Refused, since an earlier request with the same key may still be answered. */
  keysDuplicate: number
  answersLate: number
  answersUnknown: number
  answersDuplicate: number
}

/** Why the outcome of an exchange is unknown. */
export type UnknownReason = Extract<HostReply, { kind: 'unknown' }>['reason']

export const UNKNOWNS = {
  'host-silent': 'hostSilent',
  'link-lost': 'linkLost',
  'answer-unreadable': 'answersUnreadable',
  'mac-wrong': 'answersMacWrong',
} as const satisfies Record<UnknownReason, keyof ExchangeCounters>

export const STRAYS = {
  late: 'answersLate',
  unknown: 'answersUnknown',
  duplicate: 'answersDuplicate',
} as const satisfies Record<string, keyof ExchangeCounters>

export function zeroExchangeCounters(): ExchangeCounters {
  return {
    asked: 0,
    answered: 0,
    notSent: 0,
    hostSilent: 0,
    linkLost: 0,
    answersUnreadable: 0,
    answersMacWrong: 0,
    keysDuplicate: 0,
    answersLate: 0,
    answersUnknown: 0,
    answersDuplicate: 0,
  }
}
