package movein

import (
	"encoding/csv"
	"io"
	"strconv"
	"strings"
	"time"

	"ziyara/catalog"
	"ziyara/scheduling"
	"ziyara/slots"
)

// Writer writes visits as a file that Read reads. Their references are the former ones there.
type Writer struct {
	out  *csv.Writer
	zone func(branch string) *time.Location
}

// NewWriter begins a file. zone returns the zone of a branch.
func NewWriter(out io.Writer, zone func(branch string) *time.Location) (*Writer, error) {
	if _, err := io.WriteString(out, "\ufeff"); err != nil { // by which spreadsheets know UTF-8
		return nil, err
	}
	w := &Writer{csv.NewWriter(out), zone}
	return w, w.out.Write([]string{
		colFormer, colService, colBranch, colDate, colTime, colName, colIdentity, colMobile, colEmail, colLanguage, colParty, colNeeds,
		colChannel, colByName, colByID, colWakala, colUntil,
	})
}

// Write writes a visit.
func (w *Writer) Write(a slots.Appointment) error {
	local := a.Start.In(w.zone(a.Branch))
	date, at := scheduling.DateOf(a.Start, w.zone(a.Branch)), local.Format("15:04")
	if first := date.At(scheduling.Clock(local.Hour(), local.Minute()), w.zone(a.Branch)); !first.Equal(a.Start) {
		at = local.Format("15:04 -07:00") // clocks showed this time twice
	}
	channel := a.Channel
	if channel == catalog.WalkIn {
		channel = catalog.Agent
	}
	row := []string{
		a.Reference.String(), a.Service, a.Branch, date.String(), at, a.Visitor.Name, a.Visitor.Identity.Number, a.Mobile, a.Visitor.Email,
		a.Lang, strconv.Itoa(a.Party), strings.Join(a.Needs, ","), string(channel), "", "", "", "",
	}
	if by := a.Representative; by != nil {
		copy(row[len(row)-4:], []string{by.Name, by.Identity.Number, by.Wakala, by.Expires.String()})
	}
	for i, cell := range row {
		row[i] = Guarded(cell)
	}
	return w.out.Write(row)
}

// Flush writes what is left.
func (w *Writer) Flush() error {
	w.out.Flush()
	return w.out.Error()
}
