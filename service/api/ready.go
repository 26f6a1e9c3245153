package api

import (
	"strings"

	"ziyara/catalog"
	"ziyara/scheduling"
	"ziyara/slots"
)

// search is a request for ListSlots.
type search struct {
	service, branch string
	from, to        scheduling.Date
	party           int
	channel         catalog.Channel
	needs           string // with commas between them
}

// searchOf returns a query as the key of its answers. Dates that it leaves open
// depend only on the minute of the answer and on the centre.
func searchOf(q slots.Query) search {
	return search{
		service: q.Service, branch: q.Branch, from: q.From, to: q.To, party: q.Party, channel: q.Channel, needs: strings.Join(q.Needs, ","),
	}
}

// readyAnswer is an answer ready to be sent.
type readyAnswer struct {
	tagged

	empty bool // found nothing
}
