package open

import (
	"encoding/json"
	"strconv"
	"time"
)

// PageDays is how many days a page of the feed has at most.
const PageDays = 500

// kindOfDay is the kind of the items of the feed.
const kindOfDay = "FreeDay"

// Feed says where a feed of Realtime Paged Data Exchange 1.0 is, and under which licence.
type Feed struct {
	URL     string // of its first page
	Licence string
	Link    func(d Day) string // where the day is booked
}

type item struct {
	State    string   `json:"state"`
	Kind     string   `json:"kind"`
	ID       string   `json:"id"`
	Modified int64    `json:"modified"`
	Data     *freeDay `json:"data,omitempty"` // not of what is deleted
}

type freeDay struct {
	Service         string   `json:"service"`
	Branch          string   `json:"branch"`
	Date            string   `json:"date"`
	DurationMinutes int      `json:"duration_minutes"`
	Starts          []string `json:"starts"` // UTC, as RPDE asks
	URL             string   `json:"url"`
}

// Page returns the page after a change, 0 for the first one, as JSON. The order is that of changes
// ("Incrementing Unique Change Number"); the last page is empty, and its next is its own address.
func (f Feed) Page(p *Places, after int64) ([]byte, error) {
	page := struct {
		Next    string `json:"next"`
		Items   []item `json:"items"`
		License string `json:"license"`
	}{Items: []item{}, License: f.Licence}
	next := after
	for _, d := range p.After(after, PageDays) {
		i := item{State: "deleted", Kind: kindOfDay, ID: d.Service + "/" + d.Branch + "/" + d.Date, Modified: d.Change}
		if !d.Gone() {
			i.State, i.Data = "updated", &freeDay{
				Service: d.Service, Branch: d.Branch, Date: d.Date, DurationMinutes: int(d.Length / time.Minute), URL: f.Link(d),
			}
			for _, start := range d.Starts {
				i.Data.Starts = append(i.Data.Starts, start.Format(time.RFC3339))
			}
		}
		page.Items = append(page.Items, i)
		next = d.Change
	}
	page.Next = f.URL
	if next > 0 {
		page.Next += "?afterChangeNumber=" + strconv.FormatInt(next, 10)
	}
	return json.Marshal(page)
}
