package open

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"time"

	"ziyara/catalog"
)

// deepLink is the extension of a slot that says where it is booked.
const deepLink = "http://fhir-registry.smarthealthit.org/StructureDefinition/booking-deep-link"

// Offer is a service that is published, and a branch that has it.
type Offer struct {
	Service catalog.Service
	Branch  catalog.Branch
}

// Links are SMART Scheduling Links: a manifest that names files of FHIR resources (R4), one resource
// a line.
type Links struct {
	Base   string // of the addresses of the files: …/open
	Site   string // of pages
	Phone  string // where visitors get help
	Offers []Offer
}

type output struct {
	Type string `json:"type"`
	URL  string `json:"url"`
}

// Manifest returns the manifest of what was published last at an instant.
func (l Links) Manifest(at time.Time) ([]byte, error) {
	outputs := []output{{"Location", l.Base + "/locations.ndjson"}, {"Schedule", l.Base + "/schedules.ndjson"}}
	for _, o := range l.Offers {
		outputs = append(outputs, output{"Slot", l.Base + "/slots/" + o.Service.Slug + "/" + o.Branch.Slug + ".ndjson"})
	}
	return json.Marshal(struct {
		TransactionTime string   `json:"transactionTime"`
		Request         string   `json:"request"`
		Output          []output `json:"output"`
		Error           []output `json:"error"`
	}{at.UTC().Format(time.RFC3339), l.Base + "/$bulk-publish", outputs, []output{}})
}

type reference struct {
	Reference string `json:"reference"`
	Display   string `json:"display,omitempty"`
}

// Locations returns the branches.
func (l Links) Locations() ([]byte, error) {
	type telecom struct {
		System string `json:"system"`
		Value  string `json:"value"`
	}
	type address struct {
		Text string   `json:"text"`
		Line []string `json:"line"`
		City string   `json:"city"`
	}
	var lines ndjson
	told := map[string]bool{}
	for _, o := range l.Offers {
		b := o.Branch
		if told[b.Slug] {
			continue
		}
		told[b.Slug] = true
		lines.add(struct {
			ResourceType string    `json:"resourceType"`
			ID           string    `json:"id"`
			Status       string    `json:"status"`
			Name         string    `json:"name"`
			Alias        []string  `json:"alias"`
			Telecom      []telecom `json:"telecom"`
			Address      address   `json:"address"`
		}{
			"Location", idOf(b.Slug), "active", b.Name.AR, []string{b.Name.EN}, []telecom{{"phone", l.Phone}},
			address{b.Address.AR, []string{b.Address.AR}, b.City.AR},
		})
	}
	return lines.done()
}

// Schedules returns one schedule for each service at each branch.
func (l Links) Schedules() ([]byte, error) {
	type coding struct {
		System  string `json:"system"`
		Code    string `json:"code"`
		Display string `json:"display"`
	}
	type concept struct {
		Coding []coding `json:"coding"`
		Text   string   `json:"text"`
	}
	var lines ndjson
	for _, o := range l.Offers {
		lines.add(struct {
			ResourceType string      `json:"resourceType"`
			ID           string      `json:"id"`
			Active       bool        `json:"active"`
			ServiceType  []concept   `json:"serviceType"`
			Actor        []reference `json:"actor"`
		}{
			"Schedule", o.schedule(), true,
			[]concept{{[]coding{{l.Site + "/services", o.Service.Slug, o.Service.Name.EN}}, o.Service.Name.AR}},
			[]reference{{"Location/" + idOf(o.Branch.Slug), o.Branch.Name.AR}},
		})
	}
	return lines.done()
}

func (o Offer) schedule() string { return idOf(o.Service.Slug + "/" + o.Branch.Slug) }

// Slots returns the free starts of an offer as slots.
func (l Links) Slots(o Offer, p *Places, zone *time.Location) ([]byte, error) {
	type extension struct {
		URL      string `json:"url"`
		ValueURL string `json:"valueUrl"`
	}
	type slot struct {
		ResourceType string      `json:"resourceType"`
		ID           string      `json:"id"`
		Extension    []extension `json:"extension"`
		Schedule     reference   `json:"schedule"`
		Status       string      `json:"status"`
		Start        string      `json:"start"`
		End          string      `json:"end"`
	}
	var lines ndjson
	schedule := reference{Reference: "Schedule/" + o.schedule()}
	for _, d := range p.Free(o.Service.Slug, o.Branch.Slug) {
		booked := []extension{{deepLink, l.Link(d)}}
		for _, start := range d.Starts {
			lines.add(slot{
				"Slot", idOf(o.schedule() + start.Format(time.RFC3339)), booked, schedule, "free",
				start.In(zone).Format(time.RFC3339), start.Add(d.Length).In(zone).Format(time.RFC3339),
			})
		}
	}
	return lines.done()
}

// Link returns the page on which a start of the day is booked.
func (l Links) Link(d Day) string {
	return l.Site + "/services/" + d.Service + "/" + d.Branch + "?day=" + d.Date
}

// idOf makes a name an id of FHIR, of at most 64 letters, digits, - and dots.
func idOf(name string) string {
	sum := sha256.Sum256([]byte(name))
	return hex.EncodeToString(sum[:10])
}

// ndjson is lines of JSON.
type ndjson struct {
	bytes.Buffer

	err error
}

func (l *ndjson) add(v any) {
	e := json.NewEncoder(&l.Buffer)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil && l.err == nil {
		l.err = err
	}
}

func (l *ndjson) done() ([]byte, error) { return l.Bytes(), l.err }
