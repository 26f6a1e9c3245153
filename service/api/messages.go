package api

import (
	"context"
	"net/http"
	"regexp"

	"ziyara/audit"
	"ziyara/catalog"
	"ziyara/notify"
	"ziyara/slots"
	"ziyara/texts"
)

// Correspondence lets staff look at messages, send them again, and edit texts and
// budgets.
type Correspondence interface {
	// About returns the messages about a visit, newest first, at most
	// notify.MaxRecords.
	About(ctx context.Context, r slots.Reference) ([]notify.Record, error)
	// Failed returns a page of the messages that were not delivered.
	Failed(ctx context.Context, q notify.FailedQuery) ([]notify.Record, error)
	// Message returns a message about a visit, or fault.ErrNotFound.
	Message(ctx context.Context, id int64) (notify.Record, error)
	// Resend queues a message again and returns it. It returns
	// fault.ErrNotFound or notify.ErrNotResent.
	Resend(ctx context.Context, id int64, entry audit.Entry) (notify.Record, error)

	// Texts returns the versions of a department's text, newest first.
	Texts(ctx context.Context, department string, k notify.Kind, lang string) ([]notify.SavedText, error)
	// SaveText saves the next version. It returns a *notify.TextError,
	// fault.ErrEdited or fault.ErrNotFound.
	SaveText(ctx context.Context, o notify.Override, entry audit.Entry) error
	// ApproveText puts the newest version of a text in use, for somebody who has not
	// written it. It returns fault.ErrEdited.
	ApproveText(ctx context.Context, o notify.Override, entry audit.Entry) error
	// PreviewText returns the message about a visit in the wordings of o, or in
	// those in use if o has none; without a reference, about an example visit
	// with long names. It returns a *notify.TextError or fault.ErrNotFound.
	PreviewText(ctx context.Context, r slots.Reference, o notify.Override) (notify.Preview, error)

	// Terms returns the settings for messages of a department, what it has used
	// this month, and in how many messages. It returns fault.ErrNotFound.
	Terms(ctx context.Context, department string) (notify.Department, notify.Usage, int64, error)
	// ChangeTerms lets decide change the settings. It returns
	// fault.ErrNotFound, or the error of decide unchanged.
	ChangeTerms(ctx context.Context, department string, entry audit.Entry,
		decide func(notify.Department) (notify.Department, error)) error
}

// ListMessages lists the messages about a visit, or those that were not delivered.
func (s *Server) ListMessages(ctx context.Context, r ListMessagesRequestObject) (ListMessagesResponseObject, error) {
	switch p := r.Params; {
	case p.Reference == "" && p.State == "":
		return nil, invalid("?state", flaw{FieldErrorCodeRequired, texts.Staff("invalid.which_messages")})
	case p.Reference != "" && (p.State != "" || p.Department != ""):
		return nil, invalid("?reference", flaw{FieldErrorCodeNotTogether, texts.Staff("invalid.reference_alone")})
	case p.Reference != "":
		return s.messagesAbout(ctx, p.Reference)
	}
	departments, branches, err := within(ctx)
	if err != nil {
		return nil, err
	}
	q := notify.FailedQuery{Departments: departments, Branches: branches, Department: r.Params.Department, Limit: limitOf(r.Params.Limit)}
	if q.Finished, q.ID, err = openNumbered(r.Params.Cursor); err != nil {
		return nil, err
	}
	records, err := s.Messages.Failed(ctx, q)
	if err != nil {
		return nil, err
	}
	out := ListMessages200JSONResponse{Messages: s.messagesJSON(ctx, records)}
	if len(records) == q.Limit {
		last := records[len(records)-1]
		out.NextCursor = cursorAfter(last.Finished, numberCursor(last.ID))
	}
	return out, nil
}

// messagesAbout lists the messages about one visit.
func (s *Server) messagesAbout(ctx context.Context, reference string) (ListMessagesResponseObject, error) {
	a, _, err := s.concerned(ctx, reference)
	if err != nil {
		return nil, err
	}
	records, err := s.Messages.About(ctx, a.Reference)
	if err != nil {
		return nil, err
	}
	return ListMessages200JSONResponse{Messages: s.messagesJSON(ctx, records)}, nil
}

// ResendMessage queues a message again.
func (s *Server) ResendMessage(ctx context.Context, r ResendMessageRequestObject) (ResendMessageResponseObject, error) {
	record, err := s.Messages.Message(ctx, r.ID)
	if err != nil {
		return nil, err
	}
	if _, err = permit(ctx, record.Department, record.Branch); err != nil {
		return nil, err
	}
	if record, err = s.Messages.Resend(ctx, r.ID, s.byStaff(ctx)); err != nil {
		return nil, err
	}
	return ResendMessage200JSONResponse(s.messageJSON(record)), nil
}

// byStaff begins an entry of the audit log, which the store completes.
func (s *Server) byStaff(ctx context.Context) audit.Entry { return s.entry(ctx, "", "", "", "") }

func (s *Server) messagesJSON(ctx context.Context, records []notify.Record) []Message {
	list := make([]Message, len(records))
	for i, r := range records {
		saw(ctx, r.Reference, r.Department, r.Branch)
		list[i] = s.messageJSON(r)
	}
	return list
}

func (s *Server) messageJSON(r notify.Record) Message {
	var why *catalog.Text
	if text := r.Why(); text.Complete() {
		why = &text
	}
	return Message{
		Why: why, ID: r.ID, Way: string(r.Medium), Kind: string(r.Kind), LeadHours: r.Lead.Hours(), Reference: r.Reference,
		Department: r.Department, Service: r.Service, Branch: r.Branch, Lang: r.Lang, To: r.To(),
		State: r.State, Reason: r.Reason, Text: withoutLink(r.Text), Segments: r.Segments, Attempts: r.Attempts, Uncertain: r.Unsure,
		CreatedAt: r.Created, FinishedAt: optional(r.Finished), ExpiresAt: r.Expires,
		ReceiptAt: optional(r.Receipt), ReceiptCode: r.Code, CanResend: r.Resendable(s.Now()),
	}
}

// link finds the token in the address of a page about a visit.
var link = regexp.MustCompile(`(https?://\S+/m/)[A-Za-z0-9_-]+`)

// withoutLink returns a text without the token of its link, which texts that a former version
// has kept still have: staff must act in their own name, not the visitor's.
func withoutLink(text string) string { return link.ReplaceAllString(text, "$1…") }

// messageProblems has the problems of messages.
func messageProblems() []mapping {
	return []mapping{
		{notify.ErrOwnText, staffKind("second-person-needed", http.StatusConflict)},
		{notify.ErrNotResent, staffKind("not-resent", http.StatusConflict)},
	}
}
