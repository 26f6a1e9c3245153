package api

import (
	"context"
	"time"

	"ziyara/scheduling"
	"ziyara/service/web"
	"ziyara/slots"
)

// ListSlots lists the free starts of a service at a branch.
func (s *Server) ListSlots(ctx context.Context, r ListSlotsRequestObject) (ListSlotsResponseObject, error) {
	now := s.Now()
	q, err := slotsQuery(ctx, r)
	if err != nil {
		return nil, err
	}
	key := searchOf(q)
	var answer readyAnswer
	found, searched, err := bookerOf(ctx).SearchUnless(ctx, q, func(version, stamp int64) (ok bool) {
		answer, ok = s.ready.Find(key, web.BasisAt(now, version, stamp))
		return ok
	}, now)
	if err != nil {
		return nil, inQuery(err)
	}
	if searched {
		answer = newReadyAnswer(&found)
		if found.Stamp != 0 {
			s.ready.Keep(key, answer, web.BasisAt(now, found.Version, found.Stamp), answer.Weight())
		}
	}
	if answer.empty {
		s.Counts.FoundNothing(centreOf(ctx), q.Service, q.Branch, q.Channel, now)
	}
	return answer.to(r.Params.IfNoneMatch), nil
}

// slotsQuery reads the parameters of a search.
func slotsQuery(ctx context.Context, r ListSlotsRequestObject) (q slots.Query, err error) {
	p := r.Params
	q = slots.Query{Service: r.Service, Branch: p.Branch, Party: max(1, p.Party), Needs: needsIn(p.Needs)}
	if q.Channel, err = channelToSee(ctx, p.Channel); err != nil {
		return q, err
	}
	if q.From, err = dateOr("?from", p.From, 0); err != nil {
		return q, err
	}
	q.To, err = dateOr("?to", p.To, 0)
	return q, err
}

// dateOr reads a date, and returns another for "".
func dateOr(pointer, s string, other scheduling.Date) (scheduling.Date, error) {
	if s == "" {
		return other, nil
	}
	return date(pointer, s)
}

// date reads a date YYYY-MM-DD, in Latin or Arabic-Indic digits. It must have a
// Hijri date.
func date(pointer, s string) (scheduling.Date, error) {
	d, err := scheduling.ParseDate(s)
	if err != nil || scheduling.HijriOf(d).IsZero() {
		return 0, invalid(pointer, hijriDates())
	}
	return d, nil
}

func slotJSON(v slots.Slot, zone *time.Location) Slot {
	return Slot{Start: v.Start.In(zone), End: v.End.In(zone), Places: v.Places}
}

// optional returns nil for the zero time.
func optional(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

func hijri(d scheduling.Date) string { return scheduling.HijriOf(d).String() }

func newReadyAnswer(found *slots.Found) readyAnswer {
	size := 300
	for _, d := range found.Days {
		size += 80 + 100*len(d.Slots)
	}
	return readyAnswer{
		empty: len(found.Days) == 0, tagged: newTagged(appendFound(make([]byte, 0, size), found), web.EffortOften),
	}
}

// ExplainSlots explains when a day is open and why starts are not offered.
func (s *Server) ExplainSlots(ctx context.Context, r ExplainSlotsRequestObject) (ExplainSlotsResponseObject, error) {
	day, err := date("?date", r.Params.Date)
	if err != nil {
		return nil, err
	}
	why, tally, err := bookerOf(ctx).Explain(ctx, r.Service, r.Params.Branch, day, s.Now())
	if err != nil {
		return nil, err
	}
	out := Explanation{
		Date: day.String(), Hijri: hijri(day), Open: why.Open, Summary: why.Summary,
		Layers: []ExplanationLayer{},
		Offers: ExplanationOffers{
			Slots: tally.Free, Reasons: []ExplanationReason{}, PossibleFrom: optional(tally.Opens),
		},
	}
	for _, l := range why.Layers {
		out.Layers = append(out.Layers, ExplanationLayer{
			Kind: string(l.Kind), Name: l.Name, Effect: l.Effect, Decided: l.Decided,
		})
	}
	if tally.Paused != nil {
		told := pauseJSON(*tally.Paused)
		out.Offers.Pause = &told
	}
	for _, rule := range []slots.Rule{
		slots.RuleTaken, slots.RuleNotice, slots.RuleHorizon, slots.RuleClosed, slots.RulePaused, slots.RuleRetired,
	} {
		if n := tally.Refused[rule]; n > 0 {
			out.Offers.Reasons = append(out.Offers.Reasons, ExplanationReason{Rule: string(rule), Text: countedRule(rule, n)})
		}
	}
	return packJSON(out)
}
