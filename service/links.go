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
		return l.Offer(f.Entry, f.Links, f.Until)
	}
	visit, err := subject(f)
	if err != nil {
		return ""
	}
	if f.Kind == notify.Survey {
		return l.Link(visit, portal.Survey, f.Start.Add(survey.Open))
	}
	return l.Visit(visit, f.Start)
}

// confirm returns the address of the page where the e-mail address of a message's visitor
// can be confirmed.
func (l links) confirm(f notify.Facts, email string) string {
	visit, err := subject(f)
	if l.Links == nil || err != nil {
		return ""
	}
	return l.ConfirmEmail(visit, email, f.Start)
}

// subject returns the visit that the link of a message is about.
func subject(f notify.Facts) (portal.Subject, error) {
	reference, err := slots.ParseReference(f.Reference)
	return portal.Subject{Reference: reference, Generation: f.Links}, err
}

// surveyOf returns the function that reads the tokens of surveys; nil without
// links.
func (l links) surveyOf() func(string, time.Time) (slots.Reference, uint8, error) {
	if l.Links == nil {
		return nil
	}
	return func(token string, now time.Time) (slots.Reference, uint8, error) {
		visit, err := l.Surveyed(token, now)
		return visit.Reference, visit.Generation, err
	}
}
