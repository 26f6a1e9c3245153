// Package survey defines what visitors may answer about a visit: how satisfied
// they are, whether their matter was settled, and a comment. It is pure: it
// knows no page and no database.
package survey

import (
	"errors"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"ziyara/textnorm"
)

// Open is how long after the start of a visit its survey can be answered and
// the answer changed.
const Open = 7 * 24 * time.Hour

// The limits of an answer.
const (
	Least      = 1    // very dissatisfied
	Most       = 5    // very satisfied
	MaxComment = 1000 // characters
)

var (
	// ErrSatisfaction is returned for a satisfaction outside Least to Most.
	ErrSatisfaction = errors.New("survey: satisfaction must be from 1 to 5")
	// ErrComment is returned for a comment of more than MaxComment characters.
	ErrComment = errors.New("survey: the comment is too long")
	// ErrNotVisited is returned for the survey of a visit that did not take
	// place, or has not taken place yet.
	ErrNotVisited = errors.New("survey: the visit has not taken place")
)

// Answer is what a visitor says about a visit.
type Answer struct {
	Satisfaction int    // from Least to Most
	Resolved     *bool  // whether the matter was settled; nil if not answered
	Comment      string // "" for none
	Lang         string // language of the page, "ar" or "en"
	Answered     time.Time
	Changed      time.Time // time of the last change; equal to Answered at first
}

// New returns an answer without its times, with the comment cleaned. It returns
// ErrSatisfaction or ErrComment.
func New(satisfaction int, resolved *bool, comment, lang string) (Answer, error) {
	if satisfaction < Least || satisfaction > Most {
		return Answer{}, ErrSatisfaction
	}
	comment = clean(comment)
	if utf8.RuneCountInString(comment) > MaxComment {
		return Answer{}, ErrComment
	}
	if lang != "en" {
		lang = "ar"
	}
	return Answer{Satisfaction: satisfaction, Resolved: resolved, Comment: comment, Lang: lang}, nil
}

// clean returns s without control characters other than white space, and cleaned
// by textnorm.Lines.
func clean(s string) string {
	return textnorm.Lines(strings.Map(func(r rune) rune {
		if unicode.IsControl(r) && !unicode.IsSpace(r) {
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, "\ufffd")))
}
