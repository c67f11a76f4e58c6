import test from 'ava'
import { answerMtiOf, classOf, isAnswerMti, isRepeatMti } from '../../src/iso8583/message-type.ts'

const CASES: readonly [mti: string, answer: string | undefined, repeat: boolean][] = [
  ['0100', '0110', false],
  ['0200', '0210', false],
  ['0201', '0210', true],
  ['0220', '0230', false],
  ['0420', '0430', false],
  ['0421', '0430', true],
  ['0422', '0432', false],
  ['0423', '0432', true],
  ['0800', '0810', false],
  ['0820', '0830', false],
  ['1804', '1814', false],
  ['0240', '0250', false],
  ['0260', '0270', false],
  ['0280', undefined, false],
  ['0210', undefined, false],
]

for (const [mti, answer, repeat] of CASES) {
  test(`${mti} is answered ${answer ?? 'by nothing'} and ${repeat ? 'is' : 'is not'} a repeat`, (t) => {
    t.is(answerMtiOf(mti), answer)
    t.is(isRepeatMti(mti), repeat)
    if (answer) t.deepEqual([isAnswerMti(mti), isAnswerMti(answer)], [false, true])
    if (answer) t.is(classOf(answer), classOf(mti))
  })
}
