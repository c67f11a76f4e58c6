import { once } from 'node:events'
import { createServer as createHttpsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { createServer as createTlsServer, type TLSSocket } from 'node:tls'
import type { ExecutionContext } from 'ava'
import forge from 'node-forge'
import { createOpener, defaultEnvelopeLimits } from '#envelope'
import type { GatewayAddress, GatewayKeySet } from '#merchant-client'
import {
  ecKey,
  gatewayEnc,
  gatewaySig,
  keysFor,
  registered,
  rsaKey,
  systemRandom,
} from '../envelope/parties.ts'

/** What the gateway does with one message. */
export type Act =
  | { readonly kind: 'answer'; readonly json: string }
  /** In clear, as before authentication. */
  | { readonly kind: 'say'; readonly text: string }
  | { readonly kind: 'cut' }
  | { readonly kind: 'silence' }

/** @param request the opened JSON; @param turn 1 for the first message that arrived, and so on */
export type Script = (request: Record<string, unknown>, turn: number) => Act | Promise<Act>

export const answer = (json: object): Act => ({ kind: 'answer', json: JSON.stringify(json) })

export const merchantKey = ecKey()
export const merchantEnc = rsaKey('enc')

export const gatewayKeys: GatewayKeySet = {
  keys: [
    { ...gatewayEnc.jwk, use: 'enc', alg: 'RSA-OAEP-256' },
    { ...gatewaySig.jwk, use: 'sig', alg: 'ES256' },
  ],
}

export interface ScriptedGateway {
  readonly address: GatewayAddress
  /** Tokens as they arrived. */
  readonly tokens: string[]
  readonly connections: () => number
}

export interface GatewaySetting {
  readonly kind: GatewayAddress['kind']
  readonly answerEncryption?: 'registered-key' | 'request-key'
  /** Body of `GET /v1/keys`. */
  readonly keySet?: string
}

/** A gateway of real sockets and the real envelope that otherwise does what a test says. */
export async function startGateway(
  t: ExecutionContext,
  setting: GatewaySetting,
  script: Script,
): Promise<ScriptedGateway> {
  const { answerEncryption = 'request-key' } = setting
  const merchant = registered('acme', [merchantKey, merchantEnc], { answerEncryption })
  const opener = createOpener(keysFor(merchant), defaultEnvelopeLimits, {
    clock: { elapsedMs: () => 0 },
    random: systemRandom,
  })
  const tokens: string[] = []
  const connections = new Set<TLSSocket>()
  let connected = 0

  const serve = async (token: Buffer): Promise<Buffer | 'cut' | 'silence'> => {
    const turn = tokens.push(token.toString())
    const opened = opener.open(token)
    if (opened.kind !== 'opened') return Buffer.from('{"type":"refusal","code":"REFUSED"}')
    const act = await script(JSON.parse(opened.json), turn)
    if (act.kind === 'answer') return opener.seal(opened.reply, act.json)
    return act.kind === 'say' ? Buffer.from(act.text) : act.kind
  }
  const keySet = setting.keySet ?? JSON.stringify(gatewayKeys)
  const server = setting.kind === 'https' ? httpsGateway(serve, keySet) : framedGateway(serve)
  server.on('secureConnection', (socket: TLSSocket) => {
    connected++
    connections.add(socket)
    socket.on('error', () => socket.destroy())
    socket.on('close', () => connections.delete(socket))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => {
    for (const socket of connections) socket.destroy()
    server.close()
  })
  const { port } = server.address() as AddressInfo
  const address = { kind: setting.kind, host: '127.0.0.1', port, ca: TLS.cert }
  return { address, tokens, connections: () => connected }
}

type Serve = (token: Buffer) => Promise<Buffer | 'cut' | 'silence'>

function framedGateway(serve: Serve) {
  return createTlsServer(TLS, (socket) => {
    let rest = Buffer.alloc(0)
    socket.on('data', (chunk) => {
      rest = Buffer.concat([rest, chunk])
      while (rest.length >= 4 && rest.length >= 4 + rest.readUInt32BE(0)) {
        const end = 4 + rest.readUInt32BE(0)
        const frame = rest.subarray(4, end)
        rest = rest.subarray(end)
        void serve(frame.subarray(4)).then((reply) => {
          if (reply === 'cut') socket.destroy()
          else if (reply !== 'silence') socket.write(framed(frame.subarray(0, 4), reply))
        })
      }
    })
  })
}

function framed(correlation: Uint8Array, payload: Buffer): Buffer {
  const length = Buffer.alloc(4)
  length.writeUInt32BE(4 + payload.length)
  return Buffer.concat([length, correlation, payload])
}

function httpsGateway(serve: Serve, keySet: string) {
  return createHttpsServer(TLS, (request, response) => {
    if (request.url === '/v1/keys') return response.end(keySet)
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      void serve(Buffer.concat(chunks)).then((reply) => {
        if (reply === 'cut') request.socket.destroy()
        else if (reply !== 'silence') response.end(reply)
      })
    })
    return undefined
  })
}

/** A certificate for 127.0.0.1 that signs itself. */
function selfSigned() {
  const key = rsaKey('sig').pem
  const certificate = forge.pki.createCertificate()
  const privateKey = forge.pki.privateKeyFromPem(key)
  certificate.publicKey = forge.pki.setRsaPublicKey(privateKey.n, privateKey.e)
  certificate.serialNumber = '01'
  certificate.validity.notBefore = new Date(Date.now() - 3_600_000)
  certificate.validity.notAfter = new Date(Date.now() + 3_600_000)
  const name = [{ name: 'commonName', value: 'scripted gateway' }]
  certificate.setSubject(name)
  certificate.setIssuer(name)
  certificate.setExtensions([
    { name: 'basicConstraints', cA: true },
    { name: 'subjectAltName', altNames: [{ type: 7, ip: '127.0.0.1' }] },
  ])
  certificate.sign(privateKey, forge.md.sha256.create())
  return { key, cert: forge.pki.certificateToPem(certificate) }
}

const TLS = selfSigned()
