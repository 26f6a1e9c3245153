package api

import (
	"strconv"
	"strings"
	"time"

	"ziyara/slots"
)

// appendFound appends the JSON of a SlotList, byte for byte as encoding/json
// writes it, in a fraction of the time: a search of 60 days has some thousand
// instants. Slugs, zone and dates need no escaping, because they come from the
// catalogue and the calendar, not from the request.
func appendFound(b []byte, found *slots.Found) []byte {
	b = append(b, `{"bookable":{"from":`...)
	b = appendInstant(b, found.Reach.From.In(found.Zone))
	if next := found.Reach.OpensNext; !next.IsZero() {
		b = append(b, `,"opens_next":`...)
		b = appendInstant(b, next)
	}
	b = append(b, `,"until":`...)
	b = appendInstant(b, found.Reach.Until.In(found.Zone))
	b = append(b, `},"branch":"`...)
	b = append(b, found.Branch...)
	b = append(b, `","days":[`...)
	for i := range found.Days {
		if i > 0 {
			b = append(b, ',')
		}
		b = appendDay(b, &found.Days[i], found.Zone)
	}
	b = append(b, `],"from":"`...)
	b = append(b, found.From.String()...)
	b = append(b, '"')
	if len(found.Needs) > 0 {
		b = append(b, `,"needs":["`...)
		b = append(b, strings.Join(found.Needs, `","`)...)
		b = append(b, `"]`...)
	}
	b = append(b, `,"party":`...)
	b = strconv.AppendInt(b, int64(found.Party), 10)
	b = append(b, `,"service":"`...)
	b = append(b, found.Service...)
	b = append(b, `","to":"`...)
	b = append(b, found.To.String()...)
	b = append(b, `","zone":"`...)
	b = append(b, found.Zone.String()...)
	return append(b, `"}`...)
}

func appendDay(b []byte, day *slots.DaySlots, zone *time.Location) []byte {
	b = append(b, `{"date":"`...)
	b = append(b, day.Date.String()...)
	b = append(b, `","hijri":"`...)
	b = append(b, hijri(day.Date)...)
	b = append(b, `","slots":[`...)
	for i := range day.Slots {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, `{"end":`...)
		b = appendInstant(b, day.Slots[i].End.In(zone))
		b = append(b, `,"places":`...)
		b = strconv.AppendInt(b, int64(day.Slots[i].Places), 10)
		b = append(b, `,"start":`...)
		b = appendInstant(b, day.Slots[i].Start.In(zone))
		b = append(b, '}')
	}
	return append(b, `]}`...)
}

func appendInstant(b []byte, t time.Time) []byte {
	b = append(b, '"')
	b = t.AppendFormat(b, time.RFC3339Nano)
	return append(b, '"')
}
