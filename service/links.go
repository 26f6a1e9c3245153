package service

import (
	"fmt"
	"time"

	"ziyara/notify"
	"ziyara/service/portal"
	"ziyara/service/secret"
	"ziyara/slots"
	"ziyara/survey"
)

// links makes the links at the end of messages; none without a public address.
type links struct{ *portal.Links }

func newLinks(publicURL string, keys *secret.Keys) (links, error) {
	if publicURL == "" {
		return links{}, nil
	}
	l, err := portal.NewLinks(publicURL, keys)
	if err != nil {
		return links{}, fmt.Errorf("service: ZIYARA_PUBLIC_URL: %w", err)
	}
	return links{l}, nil
}

// link returns the link at the end of a message. It opens the page of the visit
// until some hours after its start; the link of an offer until the offer expires, and that of a
// survey for a week after the visit.
func (l links) link(f notify.Facts) string {
	if l.Links == nil {
		return ""
	}
	if f.Kind == notify.Offer {
		return l.Offer(f.Entry, f.Until)
	}
	reference, err := slots.ParseReference(f.Reference)
	if err != nil {
		return ""
	}
	if f.Kind == notify.Survey {
		return l.Link(reference, portal.Survey, f.Start.Add(survey.Open))
	}
	return l.Visit(reference, f.Start)
}

// confirm returns the address of the page where the e-mail address of a message's visitor
// can be confirmed.
func (l links) confirm(f notify.Facts, email string) string {
	reference, err := slots.ParseReference(f.Reference)
	if l.Links == nil || err != nil {
		return ""
	}
	return l.ConfirmEmail(reference, email, f.Start)
}

// surveyOf returns the function that reads the tokens of surveys; nil without
// links.
func (l links) surveyOf() func(string, time.Time) (slots.Reference, error) {
	if l.Links == nil {
		return nil
	}
	return l.Surveyed
}
