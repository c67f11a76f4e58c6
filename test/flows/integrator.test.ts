import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import test from 'ava'
import { DIALECT, LINK, MAPPING } from './harbour.ts'
import { type Running, run } from './running.ts'

const PAGE = readFileSync('specs/hosts/README.md', 'utf8')

/** The commands of the page, in its order. */
const COMMANDS = [...PAGE.matchAll(/^```sh\n([^`]*)^```$/gm)]
  .flatMap(([, block = '']) => block.trim().split('\n'))
  .map((line) => [...line.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, word]) => quoted ?? word))

/** The first command of the page that begins with these words, without `sallyport`. */
function commandOf(...words: string[]): string[] {
  const found = COMMANDS.find((command) => words.every((word, at) => command[at + 1] === word))
  if (found === undefined) throw new Error(`the page has no command ${words.join(' ')}`)
  return found.slice(1).map((word) => word ?? '')
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0))
    })
  })
}

/** An integrator's folder, with the three files of a host in it, and a shell that stands there. */
function openDesk() {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-integrator-'))
  const profile = join(folder, 'banks', 'harbour')
  mkdirSync(profile, { recursive: true })
  const write = (name: string, document: object) =>
    writeFileSync(join(profile, `${name}.json`), JSON.stringify(document, undefined, 2))
  write('dialect', DIALECT)
  write('mapping', MAPPING)
  write('link', LINK)
  const running: Running[] = []
  return {
    folder,
    write,
    begin(words: readonly string[], environment: NodeJS.ProcessEnv = {}): Running {
      const begun = run(words, { environment, under: ['env', '-C', folder] })
      running.push(begun)
      return begun
    },
    async shell(words: readonly string[], environment: NodeJS.ProcessEnv = {}) {
      const begun = run(words, { environment, under: ['env', '-C', folder] })
      const code = await begun.exited
      return { code, out: begun.stdout(), err: begun.stderr() }
    },
    async close() {
      await Promise.all(running.map((it) => it.kill()))
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

async function untilSaid({ stdout, stderr }: Running, text: string): Promise<void> {
  for (let tries = 0; !stdout().includes(text); tries += 1) {
    if (tries > 3_000) throw new Error(`not said: ${text}\n${stdout()}${stderr()}`)
    await wait(10)
  }
}

test.serial('a bank’s integrator adds a host with the page alone, and pays', async (t) => {
  const desk = openDesk()
  t.teardown(() => desk.close())
  const [host, framed, https] = [await freePort(), await freePort(), await freePort()]
  const environment = {
    SALLYPORT_HOST_CONNECT: JSON.stringify([{ port: host }]),
    SALLYPORT_LISTENERS_FRAMED_PORT: String(framed),
    SALLYPORT_LISTENERS_HTTPS_PORT: String(https),
  }

  const [checked, decoded, examined, whole, made] = await Promise.all([
    desk.shell(commandOf('spec', 'check', 'banks/harbour/dialect.json')),
    desk.shell(commandOf('decode')),
    desk.shell(commandOf('doctor')),
    desk.shell(commandOf('spec', 'check', 'banks/harbour')),
    desk.shell([...commandOf('init'), '--rsa-bits', '2048']),
  ])
  t.deepEqual([checked.code, decoded.code, examined.code, whole.code, made.code], [0, 0, 0, 0, 0])
  t.regex(decoded.out, /Network function +071/)
  t.regex(examined.out, /fits\n +--dialect banks\/harbour\/dialect.json +4-byte binary length/)
  t.is(whole.out.match(/can be used/g)?.length, 3)
  const config = JSON.parse(readFileSync(join(desk.folder, 'data', 'sallyport.json'), 'utf8'))
  t.is(config.host.profile, join(desk.folder, 'banks', 'harbour'), 'wherever it is started from')

  const emulator = desk.begin(
    commandOf('emulate').map((word) => word.replace(':7583', `:${host}`)),
    environment,
  )
  const added = await desk.shell(commandOf('merchant', 'add'), environment)
  t.is(added.code, 0, added.err)
  await untilSaid(emulator, 'Host on port')
  const gateway = desk.begin(commandOf('start'), environment)
  await gateway.untilLogged('host-signed-on', 2)
  const sent = await desk.shell(commandOf('send'))
  t.is(sent.code, 0, sent.out + sent.err)
  t.regex(sent.out, /approved/)
  const refused = await desk.shell([...commandOf('send'), '--street', '1 Main Street'])
  t.regex(refused.out + refused.err, /NOT_SUPPORTED_BY_HOST/)
})

test.serial(
  'a key that the mapping does not carry is told before a payment waits for it',
  async (t) => {
    const desk = openDesk()
    t.teardown(() => desk.close())
    desk.write('link', { ...LINK, matchKey: ['11', '38'], stanUniqueWith: ['7', '48'] })
    const { messages } = MAPPING
    const commands = [
      commandOf('spec', 'check', 'banks/harbour'),
      commandOf('init'),
      commandOf('emulate'),
    ]
    const [checked, made, emulated] = await Promise.all(commands.map((words) => desk.shell(words)))
    t.deepEqual([checked?.code, made?.code, emulated?.code], [1, 3, 3])
    const told = [
      /link\.json:\d+:\d+ \/matchKey\/1: element 38 is only in the answer/,
      /stanUniqueWith\/1/,
    ]
    for (const line of told) {
      t.regex(checked?.out ?? '', line)
      t.regex(made?.err ?? '', line)
      t.regex(emulated?.err ?? '', line)
    }

    desk.write('link', LINK)
    const sale = { ...messages['payment.sale'], answerMti: '0110' }
    desk.write('mapping', { ...MAPPING, messages: { ...messages, 'payment.sale': sale } })
    const other = await desk.shell(commandOf('spec', 'check', 'banks/harbour'))
    t.regex(other.out, /mapping\.json:\d+:\d+ \/messages\/payment\.sale\/answerMti: must be 0210/)
  },
)

test.serial('what is wrong is told as the page shows it, before anything is made', async (t) => {
  const desk = openDesk()
  t.teardown(() => desk.close())
  const { '48': cvv2, ...request } = MAPPING.messages['payment.sale'].request
  const sale = { ...MAPPING.messages['payment.sale'], request: { ...request, '149': cvv2 } }
  desk.write('mapping', {
    ...MAPPING,
    messages: { ...MAPPING.messages, 'payment.sale': sale },
  })
  const [shown = ''] = /^banks\/harbour\/mapping.json:.*$/m.exec(PAGE) ?? []
  const hex = commandOf('decode').at(-1) ?? ''
  const [checked, made, decoded] = await Promise.all([
    desk.shell(commandOf('spec', 'check', 'banks/harbour')),
    desk.shell(commandOf('init')),
    desk.shell([...commandOf('decode').slice(0, -1), hex.slice(0, -2)]),
  ])
  t.is(checked.code, 1)
  t.true(checked.out.includes(`${shown}\n`), checked.out)
  t.is(made.code, 3)
  t.true(made.err.includes(shown))
  t.is(decoded.code, 1)
  const [where = ''] = /^[A-Z]+ at byte [0-9]+, [0-9]+/m.exec(decoded.err) ?? []
  t.true(where.length > 0 && PAGE.includes(`\`${where}\``), decoded.err)
})
