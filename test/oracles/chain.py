"""An auditor in Python, written from specs/store.md, "The chain": recomputes the chain of a store.

    chain.py FILE

Prints the number of chained events and, for each node, the hash of its last event, or ends with the
first event that does not fit.
"""

import hashlib
import json
import sqlite3
import sys

INTENT = '''merchant id operation original_id amount_minor currency accept_partial pan_masked host
mti stan transmitted_at rrn terminal business_date begun_at_ms fingerprint pan_hash sealed_image'''.split()
OUTCOME = '''reason decided_at_ms response_code approval_code approved_minor checks details
carried settlement_date'''.split()
WRITTEN = {
    'begun': INTENT,
    **dict.fromkeys(['approved', 'declined', 'failed', 'unknown'], OUTCOME),
    'capturing': ['captured_minor', 'capture_business_date', 'capture_asked_at_ms'],
    'captured': ['capture_settlement_date'],
}


def text_of(value):
    return json.dumps(value, separators=(',', ':'), ensure_ascii=False)


def sha256(text):
    return hashlib.sha256(text.encode()).hexdigest()


def content_of(event, payment):
    columns = WRITTEN.get(event['to_state'], [])
    values = {name: payment[name] for name in columns if payment[name] is not None}
    plain = {k: v.hex() if isinstance(v, bytes) else v for k, v in values.items()}
    return sha256(text_of(plain))


def main(file):
    database = sqlite3.connect(f'file:{file}?mode=ro', uri=True)
    database.row_factory = sqlite3.Row
    heads, count = {}, 0
    for event in database.execute('SELECT * FROM payment_events WHERE hash IS NOT NULL ORDER BY seq'):
        select = 'SELECT * FROM payments LEFT JOIN captures ON payment = seq WHERE seq = ?'
        content = content_of(event, database.execute(select, [event['payment']]).fetchone())
        if content != event['content'].hex():
            sys.exit(f'content of event {event["seq"]}')
        row = [event[name] for name in 'payment from_state to_state reason at_ms node'.split()]
        expected = sha256(heads.get(event['node'], '0' * 64) + text_of([*row, content]))
        if expected != event['hash'].hex():
            sys.exit(f'hash of event {event["seq"]}')
        heads[event['node']] = expected
        count += 1
    print(text_of({'events': count, 'heads': heads}))


main(sys.argv[1])
