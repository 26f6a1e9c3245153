package service

import (
	"context"
	"encoding/json"
	"io"

	"ziyara/audit"
	"ziyara/service/movein"
	"ziyara/slots"
)

// ExportCounts are the numbers of things that an export has, and of those that it leaves out
// because they are no visits.
type ExportCounts struct {
	Visits   int `json:"visits"`
	Requests int `json:"requests_left_out"`
	Waiting  int `json:"waitlist_left_out"`
	Entries  int `json:"log_entries"`
}

// exported is how an entry of the log is written.
type exported struct {
	ID         int64           `json:"id"`
	At         string          `json:"at"`
	Actor      string          `json:"actor"`
	Action     string          `json:"action"`
	Subject    string          `json:"subject"`
	Department string          `json:"department,omitempty"`
	Branch     string          `json:"branch,omitempty"`
	Before     json.RawMessage `json:"before,omitempty"`
	After      json.RawMessage `json:"after,omitempty"`
	Reason     string          `json:"reason,omitempty"`
	Request    string          `json:"request,omitempty"`
}

// Export writes the visits that are ahead, as a file that ImportVisits reads, and the log of staff, a JSON object in
// a line, the oldest first. That actor took them is in the log. Describe has the centre. The configuration names the database and
// the keys.
func Export(ctx context.Context, c Config, actor string, visits, log io.Writer) (n ExportCounts, err error) {
	store, _, err := c.opened(ctx, 2)
	if err != nil {
		return n, err
	}
	defer store.Close() //nolint:errcheck // what was written is committed
	snapshot, err := store.Centre().Load(ctx)
	if err != nil {
		return n, err
	}
	if err = store.AuditLog().Record(ctx, audit.Entry{Actor: actor, Action: "export", Subject: "all visits and the log"}); err != nil {
		return n, err
	}
	out, err := movein.NewWriter(visits, snapshot.Zone)
	if err != nil {
		return n, err
	}
	all := store.Exports()
	err = all.Visits(ctx, c.now().UTC(), func(a slots.Appointment) error {
		n.Visits++
		return out.Write(a)
	})
	if err != nil {
		return n, err
	}
	if err = out.Flush(); err != nil {
		return n, err
	}
	lines := json.NewEncoder(log)
	lines.SetEscapeHTML(false)
	err = all.Log(ctx, func(e audit.Entry) error {
		n.Entries++
		return lines.Encode(exported{
			e.ID, e.At.Format("2006-01-02T15:04:05.000Z07:00"), e.Actor, e.Action, e.Subject, e.Department, e.Branch, e.Before, e.After,
			e.Reason, e.RequestID,
		})
	})
	if err != nil {
		return n, err
	}
	n.Requests, n.Waiting, err = all.LeftOut(ctx)
	return n, err
}
