package api

import (
	"strconv"
	"strings"
	"time"
)

// appendSlotList appends the JSON of list, the same as encoding/json would
// write it, in a fraction of the time: a search of 60 days has some thousand
// instants. Slugs, zone and dates need no escaping: they come from the
// catalogue and the calendar, not from the request.
func appendSlotList(b []byte, list *SlotList) []byte {
	b = append(b, `{"bookable":{"from":`...)
	b = appendInstant(b, list.Bookable.From)
	if list.Bookable.OpensNext != nil {
		b = append(b, `,"opens_next":`...)
		b = appendInstant(b, *list.Bookable.OpensNext)
	}
	b = append(b, `,"until":`...)
	b = appendInstant(b, list.Bookable.Until)
	b = append(b, `},"branch":"`...)
	b = append(b, list.Branch...)
	b = append(b, `","days":[`...)
	for i := range list.Days {
		if i > 0 {
			b = append(b, ',')
		}
		b = appendSlotDay(b, &list.Days[i])
	}
	b = append(b, `],"from":"`...)
	b = append(b, list.From...)
	b = append(b, '"')
	if len(list.Needs) > 0 {
		b = append(b, `,"needs":["`...)
		b = append(b, strings.Join(list.Needs, `","`)...)
		b = append(b, `"]`...)
	}
	b = append(b, `,"party":`...)
	b = strconv.AppendInt(b, int64(list.Party), 10)
	b = append(b, `,"service":"`...)
	b = append(b, list.Service...)
	b = append(b, `","to":"`...)
	b = append(b, list.To...)
	b = append(b, `","zone":"`...)
	b = append(b, list.Zone...)
	return append(b, `"}`...)
}

func appendSlotDay(b []byte, day *SlotDay) []byte {
	b = append(b, `{"date":"`...)
	b = append(b, day.Date...)
	b = append(b, `","hijri":"`...)
	b = append(b, day.Hijri...)
	b = append(b, `","slots":[`...)
	for i := range day.Slots {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, `{"end":`...)
		b = appendInstant(b, day.Slots[i].End)
		b = append(b, `,"places":`...)
		b = strconv.AppendInt(b, int64(day.Slots[i].Places), 10)
		b = append(b, `,"start":`...)
		b = appendInstant(b, day.Slots[i].Start)
		b = append(b, '}')
	}
	return append(b, `]}`...)
}

func appendInstant(b []byte, t time.Time) []byte {
	b = append(b, '"')
	b = t.AppendFormat(b, time.RFC3339Nano)
	return append(b, '"')
}
