"""Recompute a ledger's balances, totals and hashes of days from specs/ledger.md alone.

Usage: python3 ledger.py STORE; exit code 0 and the last hash when all of it is so.
"""

import hashlib
import json
import sqlite3
import sys


def lines_of(rows):
    return [
        json.dumps([merchant, currency, purpose, str(opening), str(debit), str(credit),
                    str(opening + debit - credit)], separators=(",", ":"), ensure_ascii=False)
        for merchant, currency, purpose, opening, debit, credit in rows
    ]


def main(path):
    store = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    ask = lambda sql, *given: store.execute(sql, given).fetchall()
    uneven = ask("""SELECT posting FROM ledger_entries JOIN ledger_accounts ON seq = account
                    GROUP BY posting, currency HAVING sum(minor) <> 0""")
    assert uneven == [], "a posting is not zero"
    balances = ask("SELECT account, sum(minor) FROM ledger_entries GROUP BY account ORDER BY 1")
    kept = ask("SELECT seq, balance_minor FROM ledger_accounts ORDER BY 1")
    assert balances == kept, "a balance is another"
    totals = ask("""SELECT business_date, account, sum(max(minor, 0)), sum(max(-minor, 0))
                    FROM ledger_entries JOIN ledger_postings ON seq = posting
                    GROUP BY 1, 2 ORDER BY 1, 2""")
    kept = ask("""SELECT business_date, account, debit_minor, credit_minor FROM ledger_days
                  ORDER BY 1, 2""")
    assert totals == kept, "a day has other totals"
    previous, closed = "0" * 64, {}
    for date, found in ask("SELECT business_date, lower(hex(hash)) FROM ledger_closings ORDER BY 1"):
        rows = []
        for account, *names, debit, credit in ask(
            """SELECT account, merchant, currency, purpose, debit_minor, credit_minor
               FROM ledger_days JOIN ledger_accounts ON seq = account WHERE business_date = ?""",
            date,
        ):
            opening = closed.get(account, 0)
            closed[account] = opening + debit - credit
            rows.append((*names, opening, debit, credit))
        lines = sorted(lines_of(rows), key=lambda line: line.encode("utf-16-be"))
        day = f'["{date}",[{",".join(lines)}]]'
        previous = hashlib.sha256((previous + day).encode()).hexdigest()
        assert previous == found, f"the hash of {date} is another"
    print(previous)


main(sys.argv[1])
