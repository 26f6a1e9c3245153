// Package saved makes the files that a visitor saves of a visit: its calendar
// entry, and the QR code that reception scans.
package saved

import (
	"bytes"
	"fmt"

	"ziyara/catalog"
	"ziyara/centre"
	"ziyara/feeds"
	"ziyara/slots"
)

// File is a file for one person to save.
type File struct {
	Mime, Name string
	Body       []byte
}

// Headers returns the headers that a file is sent with: no cache may keep it, and
// nothing in it may act.
func (f File) Headers() map[string]string {
	return map[string]string{
		"Content-Type":            f.Mime,
		"Content-Disposition":     fmt.Sprintf(`inline; filename=%q`, f.Name),
		"Cache-Control":           "no-store",
		"Content-Security-Policy": "default-src 'none'; sandbox",
	}
}

// Calendar returns a visit as a calendar file, with the texts in the language. Host
// is what the UID of the entry ends with.
func Calendar(c *centre.Snapshot, a slots.Appointment, lang, host string) (File, error) {
	var file bytes.Buffer
	if err := feeds.WriteEntry(&file, lang, host, entryOf(c, a)); err != nil {
		return File{}, err
	}
	return File{"text/calendar; charset=utf-8", a.Reference.String() + ".ics", file.Bytes()}, nil
}

// entryOf returns the visit as it is written into calendars.
func entryOf(c *centre.Snapshot, a slots.Appointment) feeds.Entry {
	e := feeds.Entry{
		Reference: a.Reference.String(), Start: a.Start, End: a.End, Version: a.Version, Created: a.Created, Changed: a.Created,
		Booked: a.Status == slots.Booked,
	}
	switch a.Status {
	case slots.Requested:
		e.Status = feeds.Tentative
	case slots.Cancelled, slots.Declined:
		e.Status = feeds.Cancelled
	case slots.Booked, slots.Completed, slots.NoShow, slots.Held, slots.Released, slots.Expired:
	}
	for _, event := range a.History {
		if event.At.After(e.Changed) {
			e.Changed = event.At
		}
	}
	if service, ok := c.Service(a.Service); ok {
		e.Service = service.Name
		for _, document := range service.Requirements {
			e.Bring = append(e.Bring, document.Name)
		}
	}
	if branch, ok := c.Branch(a.Branch); ok {
		e.Branch, e.Address = branch.Name, branch.Address
	}
	if e.Service == (catalog.Text{}) { // it is no longer offered
		e.Service = catalog.Text{AR: e.Reference, EN: e.Reference}
	}
	return e
}
