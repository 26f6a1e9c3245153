package api

import (
	"strconv"
	"strings"
	"time"

	"ziyara/catalog"
	"ziyara/notify/webhook"
	"ziyara/reports"
	"ziyara/slots"
	"ziyara/texts"
)

// wording is what a problem is put into words with, besides its own values.
type wording struct {
	ministry catalog.Ministry // whose phone to call
	branch   catalog.Text     // name of the problem's branch
}

// put writes the title and the detail of a problem of kind k into it.
func (w wording) put(p *Problem, k kind, lang string) {
	values := w.values(*p, k)
	p.Title, p.Detail = k.say("title", values).In(lang), k.say("detail", values).In(lang)
}

// values returns the parameters of the texts of problems.
func (w wording) values(p Problem, k kind) []any {
	values := []any{
		"Help", w.help(), "Wait", texts.Wait(time.Duration(p.RetryAfter) * time.Second), "RequestID", texts.Isolated(p.RequestID),
		"Branch", w.branch, "Reference", texts.Isolated(p.Reference), "Visits", p.Affected,
		"Desks", usableDesks(p.Desks), "Limit", mostAllowed(k), "Days", daysOf(k), "Opens", texts.Visitors("help.earlier"),
	}
	moment := func(name string, t *time.Time) {
		if t != nil {
			values = append(values, name, texts.Moment(*t))
		}
	}
	moment("AnswerBy", p.AnswerBy)
	moment("Start", p.Start)
	if p.PossibleFrom != nil {
		from := texts.Moment(*p.PossibleFrom)
		values = append([]any{"From", from, "Opens", texts.Visitors("help.opens", "From", from)}, values...)
	}
	if p.Pause != nil {
		values = append(values, "Pause", pauseOf(*p.Pause).Says())
	}
	if p.TriesLeft != nil {
		values = append(values, "Tries", texts.Visitors("help.tries", "Count", *p.TriesLeft))
	}
	return values
}

// help says whom to turn to.
func (w wording) help() catalog.Text { return texts.Visitors("help.call", "Phone", w.ministry.Dial()) }

// usableDesks says which desks to choose from.
func usableDesks(names []string) catalog.Text {
	if len(names) == 0 {
		return texts.Staff("count.other_desk")
	}
	return texts.Staff("count.desks", "List", listed(names))
}

// mostAllowed returns the limit that a kind of problem tells; "" for none.
func mostAllowed(k kind) string {
	switch k {
	case kindTooLarge:
		return strconv.Itoa(bodyLimit >> 10)
	case kindHeaders:
		return strconv.Itoa(headerLimit >> 10)
	case kindWebhookURL:
		return strconv.Itoa(webhook.MaxURL)
	}
	return ""
}

// daysOf returns how many days may be asked for at once.
func daysOf(k kind) string {
	if strings.HasPrefix(k.name, "report") {
		return strconv.Itoa(reports.MaxDays)
	}
	return strconv.Itoa(slots.MaxDays)
}

// example is a problem with all that a text can tell, for the page of problems.
func example(now time.Time) Problem {
	left := 4
	return Problem{
		AnswerBy: &now, Start: &now, PossibleFrom: &now, TriesLeft: &left, RetryAfter: 30,
		RequestID: "01JBX3M8T1", Reference: "V-7K3F-9Q2M-R", Desks: []string{"1", "2"}, Affected: 2,
		Pause: &Pause{From: "2026-12-06", Until: "2026-12-17", Reason: &catalog.Text{AR: "صيانة الأنظمة", EN: "Maintenance"}},
	}
}
