"""Expand recurrence rules with python-dateutil.

Each line of input is a rule, "2026-11-01 2027-12-31 FREQ=DAILY": the first
date, the date up to which its dates are wanted (inclusive), the rule. Each
line of output is its dates, or "error: " and why there are none.
"""

import datetime
import signal
import sys

from dateutil.rrule import rrulestr


PATIENCE = 5  # how many seconds of processor time a rule may take


def give_up(*_):
    raise TimeoutError(f"more than {PATIENCE} s")


def dates(line):
    start, through, rule = line.split()
    start = datetime.datetime.fromisoformat(start)
    through = datetime.datetime.fromisoformat(through)
    # Ends a search of dateutil here instead of in the year 9999.
    datetime.MAXYEAR = through.year + 1
    found = []
    for at in rrulestr(rule, dtstart=start):
        if at > through:
            break
        found.append(at.date().isoformat())
    return " ".join(found)


signal.signal(signal.SIGPROF, give_up)
for line in sys.stdin:
    try:
        signal.setitimer(signal.ITIMER_PROF, PATIENCE)
        print(dates(line))
    except Exception as why:  # the test shows it, whatever it is
        print(f"error: {why!r}".replace("\n", " "))
