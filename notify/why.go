package notify

import (
	"strings"

	"ziyara/catalog"
	"ziyara/texts"
)

// Why says why the message did not reach the visitor; empty for a message that
// did, or still may. Reason has what the gateway said, for operators.
func (r Record) Why() catalog.Text {
	switch {
	case r.State == "dropped":
		return r.dropped()
	case r.State != "failed" && r.State != "expired":
		return catalog.Text{}
	case !r.Receipt.IsZero():
		return texts.Staff("undelivered.rejected")
	}
	// The ledger keeps the error as text, so it is told apart by its beginning;
	// an error and what it wraps stand in it from the outside in.
	for _, f := range []struct {
		err  error
		text catalog.Text
	}{
		{errCountry, texts.Staff("undelivered.country")},
		{ErrRecipient, texts.Staff("undelivered.recipient")},
		{ErrUncertain, texts.Staff("undelivered.uncertain")},
		{ErrPermanent, texts.Staff("undelivered.refused")},
		{ErrTemporary, texts.Staff("undelivered.unavailable")},
	} {
		if strings.Contains(r.Reason, f.err.Error()) {
			return f.text
		}
	}
	if Decision(r.Reason) == Expired {
		return texts.Staff("undelivered.too_late")
	}
	return texts.Staff("undelivered.unknown")
}

// dropped says why the message was not meant to be sent any more.
func (r Record) dropped() catalog.Text {
	switch {
	case Decision(r.Reason) == OverBudget:
		return texts.Staff("undelivered.budget")
	case Decision(r.Reason) == OverCap:
		return texts.Staff("undelivered.cap")
	case Decision(r.Reason) == Stopped:
		return texts.Staff("undelivered.stopped")
	case Decision(r.Reason) == Expired:
		return texts.Staff("undelivered.too_late")
	case strings.Contains(r.Reason, errByEmail.Error()):
		return texts.Staff("undelivered.by_email")
	}
	return texts.Staff("undelivered.untrue")
}
