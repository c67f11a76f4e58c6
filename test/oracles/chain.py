"""An auditor in Python, written from specs/store.md, "The chain" and "Tabs": recomputes both.

    chain.py FILE

Prints the number of chained events and of charges and, for each node, the hash of its last event, or
ends with the first event or tab that does not fit.
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
    'capturing': '''captured_minor capture_business_date capture_asked_at_ms capture_tab
    capture_tab_head'''.split(),
    'captured': ['capture_settlement_date'],
}


TERMS = '''merchant id currency consent_reference maximum_minor until_ms threshold_minor charges_max age_ms
at_day_end increment_minor rate_unit rate_grains opened_date opened_at_ms fingerprint'''.split()
CHARGE = 'number id grains quantity item at_ms'.split()


def text_of(value):
    return json.dumps(value, separators=(',', ':'), ensure_ascii=False)


def sha256(text):
    return hashlib.sha256(text.encode()).hexdigest()


def content_of(columns, row):
    values = {name: row[name] for name in columns if row[name] is not None}
    plain = {k: v.hex() if isinstance(v, bytes) else v for k, v in values.items()}
    return sha256(text_of(plain))


def check_tabs(database):
    count = 0
    posted = 'SELECT tabs.*, capture_tab_head FROM tabs LEFT JOIN captures USING (payment)'
    for tab in database.execute(posted):
        head = sha256('0' * 64 + text_of([tab['payment'], content_of(TERMS, tab)]))
        charges = 'SELECT * FROM tab_charges WHERE tab = ? ORDER BY number'
        for charge in database.execute(charges, [tab['seq']]):
            head = sha256(head + text_of([charge[name] for name in CHARGE]))
            if head != charge['hash'].hex():
                sys.exit(f'charge {charge["number"]} of tab {tab["seq"]}')
            count += 1
        sworn = [tab['head']] + [tab['capture_tab_head']] * (tab['state'] == 'posted')
        if any(head != it.hex() for it in sworn):
            sys.exit(f'head of tab {tab["seq"]}')
    return count


def main(file):
    database = sqlite3.connect(f'file:{file}?mode=ro', uri=True)
    database.row_factory = sqlite3.Row
    heads, count = {}, 0
    for event in database.execute('SELECT * FROM payment_events WHERE hash IS NOT NULL ORDER BY seq'):
        select = 'SELECT * FROM payments LEFT JOIN captures ON payment = seq WHERE seq = ?'
        payment = database.execute(select, [event['payment']]).fetchone()
        content = content_of(WRITTEN.get(event['to_state'], []), payment)
        if content != event['content'].hex():
            sys.exit(f'content of event {event["seq"]}')
        row = [event[name] for name in 'payment from_state to_state reason at_ms node'.split()]
        expected = sha256(heads.get(event['node'], '0' * 64) + text_of([*row, content]))
        if expected != event['hash'].hex():
            sys.exit(f'hash of event {event["seq"]}')
        heads[event['node']] = expected
        count += 1
    print(text_of({'events': count, 'heads': heads, 'charges': check_tabs(database)}))


main(sys.argv[1])
