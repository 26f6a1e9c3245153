package postgres

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/lib/pq"

	"ziyara/catalog"
	"ziyara/notify"
	"ziyara/slots"
)

// Messages keeps the queue of messages: its lanes, receipts and reminders.
type Messages struct {
	*core
	receipts batcher[string, *receiving]
}

func newMessages(shared *core) *Messages {
	s := &Messages{core: shared}
	s.receipts = batcher[string, *receiving]{
		workers: receiptWorkers, most: receiptBatch, limit: shared.config.QueueLimit, crowd: true, do: s.takeReceipts,
	}
	return s
}

// Lane is one lane of the queue. It implements notify.Ledger.
type Lane struct {
	*core
	lane   string
	code   func(verification string) string
	copied []string // kinds that also go by e-mail
}

// The lanes of the ledger.
const (
	promptLane = string(notify.Prompt)
	bulkLane   = string(notify.Bulk)
	mailLane   = "mail"
)

// Prompt returns the lane of SMS that visitors wait for. code returns the code of a
// verification, which is not in the database. Messages of the copied kinds also go by
// e-mail to visitors who gave an address.
func (s *Messages) Prompt(code func(verification string) string, copied ...notify.Kind) *Lane {
	return &Lane{core: s.core, lane: promptLane, code: code, copied: names(copied)}
}

// Bulk returns the lane of SMS that become due by the thousand and that no visitor
// waits for: reminders and surveys. copied is as in Prompt.
func (s *Messages) Bulk(copied ...notify.Kind) *Lane {
	return &Lane{core: s.core, lane: bulkLane, code: noCode, copied: names(copied)}
}

// Mails returns the lane of e-mails.
func (s *Messages) Mails() *Lane {
	return &Lane{core: s.core, lane: mailLane, code: noCode, copied: names(nil)}
}

// noCode is the code in lanes that have no verifications.
func noCode(string) string { return "" }

func names(kinds []notify.Kind) []string {
	list := make([]string, len(kinds))
	for i, k := range kinds {
		list[i] = string(k)
	}
	return list
}

// messageRow is a claimed message with the facts as they are now.
type messageRow struct {
	ID             int64                          `db:"id"`
	Way            string                         `db:"way"`
	Kind           string                         `db:"kind"`
	Lang           string                         `db:"lang"`
	Attempts       int                            `db:"attempts"`
	ExpiresAt      time.Time                      `db:"expires_at"`
	StartVersion   sql.NullInt32                  `db:"start_version"`
	VerificationID sql.NullString                 `db:"verification_id"`
	Mobile         sql.NullString                 `db:"mobile"`
	Email          sql.NullString                 `db:"email"`
	CodeMobile     sql.NullString                 `db:"code_mobile"` // of a code, sealed
	VisitID        sql.NullString                 `db:"visit"`
	Visitor        sql.NullString                 `db:"visitor_name"`
	EntryVisitor   pq.StringArray                 `db:"entry_visitor"` // of an offer: see contact
	Status         sql.NullString                 `db:"status"`
	VisitStart     sql.NullInt32                  `db:"visit_start_version"`
	Version        sql.NullInt32                  `db:"version"`
	HallState      sql.NullString                 `db:"hall_state"` // of a visitor who has arrived
	StartAt        sql.NullTime                   `db:"start_at"`
	EndAt          sql.NullTime                   `db:"end_at"`
	ProposedStart  sql.NullTime                   `db:"proposed_start"` // while the proposal is valid
	Reference      sql.NullString                 `db:"reference"`
	Entry          sql.NullInt64                  `db:"entry"`         // of an offer
	Links          int                            `db:"links"`         // how often the links to the visit were ended
	Displaced      bool                           `db:"displaced"`     // of a reminder: a change took the place
	ChangeReason   *jsonOf[catalog.Text]          `db:"change_reason"` // why the centre called the visit off or took its time
	Service        *jsonOf[catalog.Text]          `db:"service"`
	Branch         *jsonOf[catalog.Text]          `db:"branch"`
	BranchSMS      *jsonOf[catalog.Text]          `db:"branch_sms"`
	Zone           sql.NullString                 `db:"zone"`
	Address        *jsonOf[catalog.Text]          `db:"address"` // of an e-mail, like the next
	Requirements   *jsonOf[[]catalog.Requirement] `db:"requirements"`
	LeadMinutes    sql.NullInt32                  `db:"lead_minutes"`
	QuietFrom      sql.NullInt32                  `db:"quiet_from"`
	QuietTo        sql.NullInt32                  `db:"quiet_to"`
	Department     sql.NullString                 `db:"department"`
	Segments       sql.NullInt64                  `db:"monthly_segments"`
	Cost           sql.NullInt64                  `db:"monthly_cost"`
	Warn           sql.NullInt64                  `db:"budget_warn_percent"`
	UsedSegments   sql.NullInt64                  `db:"used_segments"`
	UsedCost       sql.NullInt64                  `db:"used_cost"`
	Unconfirmed    bool                           `db:"unconfirmed"`
	Sent           *jsonOf[[]time.Time]           `db:"sent"` // to the number, lately
	Stranger       bool                           `db:"stranger"`
	Today          int64                          `db:"all_segments"`
	TodayStrangers int64                          `db:"stranger_segments"`
}

// level returns how far the department has used its budget.
func (r messageRow) level() notify.Level {
	budget := budgetRow{Segments: r.Segments.Int64, Cost: r.Cost.Int64, Warn: int(r.Warn.Int64)}.budget()
	return budget.Level(notify.Usage{Segments: r.UsedSegments.Int64, Cost: notify.Money(r.UsedCost.Int64)})
}

// Claim implements notify.Ledger.
func (m *Lane) Claim(ctx context.Context, now time.Time, limit int, lease time.Duration) ([]notify.Claimed, error) {
	var rows []messageRow
	if err := m.pool().list(ctx, &rows, "messages/claim", now, limit, now.Add(lease), m.lane, pq.Array(m.copied)); err != nil {
		return nil, err
	}
	claimed := make([]notify.Claimed, 0, len(rows))
	for _, r := range rows {
		c, err := m.claimed(r)
		if err != nil {
			return nil, err
		}
		claimed = append(claimed, c)
	}
	return claimed, nil
}

// open returns whom a message goes to.
func (r messageRow) open(v *vault) (mobile, email string, err error) {
	var who personal
	if r.VerificationID.Valid {
		who, err = v.open(checksTable, r.VerificationID.String, personal{Name: r.CodeMobile.String, Mobile: r.Mobile.String})
	} else {
		who, err = v.contact(r.VisitID.String, r.Visitor.String, r.Mobile.String, r.Email.String, r.EntryVisitor)
	}
	return who.Mobile, who.Email, err
}

func (m *Lane) claimed(r messageRow) (notify.Claimed, error) {
	mobile, email, err := r.open(&m.vault)
	if err != nil {
		return notify.Claimed{}, fmt.Errorf("message %d: %w", r.ID, err)
	}
	c := notify.Claimed{
		ID: r.ID, Medium: notify.Medium(r.Way), Attempt: r.Attempts, Expires: r.ExpiresAt,
		Mobile: notify.Mobile(mobile), Email: email,
		Facts:        notify.Facts{Kind: notify.Kind(r.Kind), Lang: r.Lang},
		StartVersion: int(r.StartVersion.Int32), VisitStart: int(r.VisitStart.Int32), Version: int(r.Version.Int32),
		Visit: notify.Visit{
			Status: notify.Status(r.Status.String), Hall: notify.Hall(r.HallState.String),
			Displaced: r.Displaced, Proposed: r.ProposedStart.Valid,
		},
		Quiet:       catalog.Quiet{From: int(r.QuietFrom.Int32), To: int(r.QuietTo.Int32)},
		Unconfirmed: r.Unconfirmed,
		Budget:      r.level(), Stranger: r.Stranger, Today: notify.DayUsage{All: r.Today, Strangers: r.TodayStrangers},
	}
	if r.Sent != nil {
		c.Sent = r.Sent.v
	}
	if r.VerificationID.Valid {
		c.Facts.Code = m.code(r.VerificationID.String)
		return c, nil
	}
	zone, err := m.zones.load(r.Zone.String)
	if err != nil {
		return c, fmt.Errorf("message %d: %w", r.ID, err)
	}
	c.Facts.Zone = zone
	if c.Facts.Kind == notify.Delayed {
		c.Facts.Minutes = int(r.LeadMinutes.Int32)
	} else {
		c.Facts.Lead = time.Duration(r.LeadMinutes.Int32) * time.Minute
	}
	c.Facts.Department = r.Department.String
	c.Facts.Start, c.Facts.End = r.StartAt.Time, r.EndAt.Time
	c.Facts.Entry, c.Facts.Links = r.Entry.Int64, generation(r.Links)
	if r.ProposedStart.Valid {
		c.Facts.Start = r.ProposedStart.Time
	}
	c.Facts.Until = r.ExpiresAt // a message about an offer expires with the offer
	c.Facts.Reference = slots.Reference(r.Reference.String).String()
	if r.Service != nil && r.Branch != nil {
		c.Facts.Service, c.Facts.Branch = r.Service.v, r.Branch.v
	}
	if r.BranchSMS != nil {
		c.Facts.BranchSMS = r.BranchSMS.v
	}
	if r.ChangeReason != nil {
		c.Facts.Reason = r.ChangeReason.v
	}
	if r.Address != nil {
		c.Facts.Address = r.Address.v
	}
	if r.Requirements != nil {
		for _, need := range r.Requirements.v {
			c.Facts.Requirements = append(c.Facts.Requirements, need.Name)
		}
	}
	return c, nil
}

// Finish implements notify.Ledger.
func (m *Lane) Finish(ctx context.Context, now time.Time, outcomes []notify.Outcome) error {
	if len(outcomes) == 0 {
		return nil
	}
	var ids, attempts pq.Int64Array
	var states, next, reasons, texts, segments, gateway []sql.NullString
	var unsure pq.BoolArray
	for _, o := range outcomes {
		ids = append(ids, o.ID)
		attempts = append(attempts, int64(o.Attempt))
		states = append(states, null(messageState(o.State)))
		at := sql.NullString{}
		if o.State == notify.Retry {
			at = null(o.NextAttempt.UTC().Format(time.RFC3339Nano))
		}
		next = append(next, at)
		reasons = append(reasons, null(o.Reason))
		text, err := m.vault.keepText(messagesTable, strconv.FormatInt(o.ID, 10), o.Text)
		if err != nil {
			return err
		}
		texts = append(texts, null(text))
		segments = append(segments, null(positive(o.Segments)))
		gateway = append(gateway, null(cleaned(o.GatewayID, maxGatewayID)))
		unsure = append(unsure, o.Unsure)
	}
	_, err := m.pool().exec(ctx, "messages/finish", now, ids, attempts, pq.Array(states), pq.Array(next),
		pq.Array(reasons), pq.Array(texts), pq.Array(segments), pq.Array(gateway), unsure)
	return err
}

// messageState returns the state of the row after an attempt.
func messageState(s notify.State) string {
	if s == notify.Retry {
		return "queued"
	}
	return string(s)
}

func positive(n int) string {
	if n <= 0 {
		return ""
	}
	return fmt.Sprint(n)
}

// Depth returns how many messages wait, and how long the oldest has been due.
func (s *Messages) Depth(ctx context.Context, now time.Time) (waiting int, oldest time.Duration, err error) {
	var row struct {
		Waiting int          `db:"waiting"`
		Oldest  sql.NullTime `db:"oldest"`
	}
	err = s.pool().get(ctx, &row, "messages/queue_depth")
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return 0, 0, err
	}
	if row.Oldest.Valid {
		oldest = max(0, now.Sub(row.Oldest.Time))
	}
	return row.Waiting, oldest, nil
}
