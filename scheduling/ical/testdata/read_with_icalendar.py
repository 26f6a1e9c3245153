"""Prints what icalendar reads: a line for each VEVENT, VAVAILABILITY and AVAILABLE."""

import sys

import icalendar

for component in icalendar.Calendar.from_ical(sys.stdin.buffer.read()).walk():
    if component.name not in ("VEVENT", "VAVAILABILITY", "AVAILABLE"):
        continue
    if component.errors:
        sys.exit(f"{component.name}: {component.errors}")
    texts = [component.get(name, "") for name in
             ("UID", "SUMMARY", "LOCATION", "DESCRIPTION", "X-ZIYARA-PLACES", "STATUS", "BUSYTYPE")]
    times = [int(component.decoded(name).timestamp()) for name in ("DTSTART", "DTEND")]
    print(component.name, *times, *("x" + str(text).encode().hex() for text in texts))
