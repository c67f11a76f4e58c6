"""A merchant in Python, written from specs/protocol.md alone: what the protocol leaves out, it lacks.

    merchant.py keys FOLDER PS256|ES256     make a signing key and an encryption key, print their names
    merchant.py send OPTIONS                requests on standard input, answers on standard output

It needs jwcrypto (Debian: python3-jwcrypto) and, for --over openssl, the openssl program.
"""

import argparse
import datetime
import hashlib
import http.client
import json
import pathlib
import socket
import ssl
import struct
import subprocess
import sys

from jwcrypto import jwe, jwk, jws
from jwcrypto.common import base64url_encode

FRAME_BYTES_MAX = 65_536
TIMEOUT_S = 20


class ProtocolError(Exception):
    """What came is not what specs/protocol.md promises."""


class FramedLine:
    """Frames over whatever has read(count) and write(bytes)."""

    def __init__(self, read, write):
        self._read, self._write = read, write
        self._correlation = 0x5A11_0000

    def exchange(self, token):
        self._correlation += 1
        payload = token.encode('ascii')
        self._write(struct.pack('>II', 4 + len(payload), self._correlation) + payload)
        length, correlation = struct.unpack('>II', self._read(8))
        if not 5 <= length <= FRAME_BYTES_MAX or correlation != self._correlation:
            raise ProtocolError('the answer’s frame is not one of ours')
        return self._read(length - 4).decode('ascii')


def open_socket(options):
    """A framed connection with Python's own TLS, the server checked by address and authority."""
    context = ssl.create_default_context(cafile=options.ca)
    raw = socket.create_connection((options.host, options.framed_port), TIMEOUT_S)
    stream = context.wrap_socket(raw, server_hostname=options.host).makefile('rwb')

    def write(data):
        stream.write(data)
        stream.flush()

    return FramedLine(exactly(stream), write)


def open_openssl(options):
    """A framed connection through `openssl s_client`."""
    target = f'{options.host}:{options.framed_port}'
    child = subprocess.Popen(
        ['openssl', 's_client', '-quiet', '-verify_return_error', '-verify_ip', options.host,
         '-CAfile', options.ca, '-connect', target],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)

    def write(data):
        child.stdin.write(data)
        child.stdin.flush()

    return FramedLine(exactly(child.stdout), write)


def exactly(stream):
    def read(count):
        data = stream.read(count)
        if len(data) != count:
            raise ProtocolError('the connection ended before the answer')
        return data

    return read


class Https:
    """One POST for each message, and the gateway's keys."""

    def __init__(self, options):
        self._connection = http.client.HTTPSConnection(
            options.host, options.https_port, timeout=TIMEOUT_S,
            context=ssl.create_default_context(cafile=options.ca))

    def exchange(self, token):
        headers = {'content-type': 'application/jose'}
        self._connection.request('POST', '/v1/messages', token.encode('ascii'), headers)
        response = self._connection.getresponse()
        body = response.read().decode('ascii')
        expected = 'application/jose' if response.status == 200 else None
        if expected and response.getheader('content-type') != expected:
            raise ProtocolError('a sealed answer of another content type')
        return body

    def keys(self):
        self._connection.request('GET', '/v1/keys')
        response = self._connection.getresponse()
        if response.status != 200:
            raise ProtocolError(f'GET /v1/keys gave {response.status}')
        return [jwk.JWK(**key) for key in json.loads(response.read())['keys']]


class Envelope:
    """Seals requests and opens their answers."""

    def __init__(self, gateway_keys, signing_key, encryption_key):
        self._to = next(key for key in gateway_keys if key['use'] == 'enc')
        self._gateway_signers = {key['kid']: key for key in gateway_keys if key['use'] == 'sig'}
        self._signing_key, self._encryption_key = signing_key, encryption_key
        self._kid = signing_key.thumbprint()
        self._algorithm = 'ES256' if signing_key['kty'] == 'EC' else 'PS256'

    def seal(self, payload):
        """Returns the token, and the content key that a `request-key` answer comes under."""
        aud = self._to['kid']
        signed = jws.JWS(payload.encode('utf-8'))
        signed.add_signature(self._signing_key, protected=json.dumps(
            {'alg': self._algorithm, 'kid': self._kid, 'aud': aud}))
        sealed = jwe.JWE(signed.serialize(compact=True).encode('ascii'), protected=json.dumps(
            {'alg': 'RSA-OAEP-256', 'enc': 'A256GCM', 'kid': aud}))
        sealed.add_recipient(self._to)
        return sealed.serialize(compact=True), sealed.cek

    def open(self, answer, token, content_key):
        sealed = jwe.JWE()
        sealed.deserialize(answer)
        head = sealed.jose_header
        if head['enc'] != 'A256GCM':
            raise ProtocolError('an answer under another cipher')
        if head['alg'] == 'dir':
            name = base64url_encode(hashlib.sha256(token.split('.')[1].encode('ascii')).digest())
            if head['kid'] != name or answer.split('.')[1] != '':
                raise ProtocolError('an answer under the content key of another request')
            sealed.decrypt(jwk.JWK(kty='oct', k=base64url_encode(content_key)))
        elif head['alg'] == 'RSA-OAEP-256':
            if head['kid'] != self._encryption_key.thumbprint():
                raise ProtocolError('an answer to another key')
            sealed.decrypt(self._encryption_key)
        else:
            raise ProtocolError('an answer sealed in another way')
        return self._verified(sealed.payload.decode('ascii'))

    def _verified(self, compact):
        signed = jws.JWS()
        signed.deserialize(compact)
        head = signed.jose_header
        if head['alg'] != 'ES256' or head['aud'] != self._kid:
            raise ProtocolError('an answer for somebody else')
        signed.verify(self._gateway_signers[head['kid']], 'ES256')
        return json.loads(signed.payload)


def make_keys(folder, algorithm):
    folder.mkdir(parents=True)
    signing = (jwk.JWK.generate(kty='EC', crv='P-256') if algorithm == 'ES256'
               else jwk.JWK.generate(kty='RSA', size=2048))
    keys = {'signing': signing, 'encryption': jwk.JWK.generate(kty='RSA', size=2048)}
    for name, key in keys.items():
        (folder / f'{name}.json').write_text(key.export(private_key=True))
        (folder / f'{name}.pem').write_bytes(key.export_to_pem())
    print(json.dumps({name: key.thumbprint() for name, key in keys.items()}))


def send(options):
    def key(name):
        return jwk.JWK.from_json((options.folder / f'{name}.json').read_text())

    https = Https(options)
    envelope = Envelope(https.keys(), key('signing'), key('encryption'))
    opened = {'framed': open_socket, 'openssl': open_openssl, 'https': lambda _: https}
    line = opened[options.over](options)
    for text in sys.stdin:
        now = datetime.datetime.now(datetime.timezone.utc).strftime('%Y-%m-%dT%H:%M:%SZ')
        request = {**json.loads(text), 'merchant': options.merchant, 'time': now}
        token, content_key = envelope.seal(json.dumps(request))
        reply = line.exchange(token)
        if reply.startswith('{'):
            answer = json.loads(reply)
        else:
            answer = envelope.open(reply, token, content_key)
            if answer.get('id') != request['id']:
                raise ProtocolError('an answer to another request')
        print(json.dumps(answer), flush=True)


def main():
    parser = argparse.ArgumentParser()
    commands = parser.add_subparsers(required=True)
    keys = commands.add_parser('keys')
    keys.add_argument('folder', type=pathlib.Path)
    keys.add_argument('algorithm', choices=['PS256', 'ES256'])
    keys.set_defaults(act=lambda options: make_keys(options.folder, options.algorithm))
    sender = commands.add_parser('send')
    sender.add_argument('--folder', type=pathlib.Path, required=True)
    sender.add_argument('--merchant', required=True)
    sender.add_argument('--ca', required=True)
    sender.add_argument('--host', default='127.0.0.1')
    sender.add_argument('--framed-port', type=int, required=True)
    sender.add_argument('--https-port', type=int, required=True)
    sender.add_argument('--over', choices=['framed', 'openssl', 'https'], required=True)
    sender.set_defaults(act=send)
    options = parser.parse_args()
    options.act(options)


if __name__ == '__main__':
    main()
