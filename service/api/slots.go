package api

import (
	"context"
	"strings"
	"time"

	"ziyara/catalog"
	"ziyara/reports"
	"ziyara/scheduling"
	"ziyara/slots"
	"ziyara/texts"
)

// defaultDays is how many days a search covers that names no end.
const defaultDays = 14

// ListSlots lists the free starts of a service at a branch.
func (s *Server) ListSlots(ctx context.Context, r ListSlotsRequestObject) (ListSlotsResponseObject, error) {
	now := s.Now()
	channel, err := channelToSee(ctx, r.Params.Channel)
	if err != nil {
		return nil, err
	}
	service, group, err := s.Centre().Desk(r.Service, r.Params.Branch)
	if err != nil {
		return nil, err
	}
	from, to, err := days(r.Params.From, r.Params.To, group.Calendar.DateOf(now))
	if err != nil {
		return nil, err
	}
	needs, err := needsOf(service, r.Params.Needs)
	if err != nil {
		return nil, err
	}
	q := search{service: r.Service, branch: r.Params.Branch, from: from, to: to, party: max(1, r.Params.Party), channel: channel, needs: strings.Join(needs, ",")}
	centre := s.Centre()
	if stamp := s.Booker.Stamp(q.service, q.branch); stamp != 0 {
		if answer, ok := s.ready.find(q, momentAt(now, centre.Version, stamp)); ok {
			if answer.empty {
				s.asked(q.service, q.branch, channel, reports.EmptySearch, now)
			}
			return answer.to(r.Params.IfNoneMatch), nil
		}
	}
	found, stamp, err := s.Booker.Search(ctx, slots.Query{
		Service: q.service, Branch: q.branch, From: from, To: to, Party: q.party, Channel: channel, Needs: needs,
	}, now)
	if err != nil {
		return nil, err
	}
	visit, err := slots.VisitOf(service, q.party, channel)
	if err != nil {
		return nil, err
	}
	// Whole minutes, so that an answer stays the same for a while.
	first, last := visit.Reach(group.Calendar, now)
	zone := group.Calendar.Zone()
	list := SlotList{
		Service: q.service, Branch: q.branch, Zone: zone.String(), Party: q.party, Needs: needs,
		From: from.String(), To: to.String(),
		Bookable: BookableSpan{From: first.In(zone), Until: last.In(zone)},
		Days:     make([]SlotDay, 0, len(found)),
	}
	list.Bookable.OpensNext = optional(visit.OpensNext(group.Calendar, now))
	for _, d := range found {
		day := SlotDay{Date: d.Date.String(), Hijri: hijri(d.Date), Slots: make([]Slot, len(d.Slots))}
		for i, free := range d.Slots {
			day.Slots[i] = slotJSON(free, zone)
		}
		list.Days = append(list.Days, day)
	}
	answer := newReadyAnswer(&list, momentAt(now, centre.Version, stamp))
	if answer.empty {
		s.asked(q.service, q.branch, channel, reports.EmptySearch, now)
	}
	if stamp != 0 {
		s.ready.keep(q, answer)
	}
	return answer.to(r.Params.IfNoneMatch), nil
}

// days reads the range of a search; today counts in the branch's zone.
func days(from, to string, today scheduling.Date) (first, last scheduling.Date, err error) {
	first = today
	if from != "" {
		if first, err = date("?from", from); err != nil {
			return 0, 0, err
		}
	}
	last = first + defaultDays - 1
	if to != "" {
		if last, err = date("?to", to); err != nil {
			return 0, 0, err
		}
	}
	return first, last, nil
}

// date reads a date; Arabic-Indic digits are fine.
func date(pointer, s string) (scheduling.Date, error) {
	d, err := scheduling.ParseDate(catalog.LatinDigits(s))
	if err != nil {
		return 0, invalid(pointer, wrongFormat("date"))
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

func newReadyAnswer(list *SlotList, m moment) readyAnswer {
	size := 300
	for _, d := range list.Days {
		size += 80 + 100*len(d.Slots)
	}
	return readyAnswer{moment: m, empty: len(list.Days) == 0, tagged: newTagged(appendSlotList(make([]byte, 0, size), list))}
}

// ExplainSlots says why a day is as it is.
func (s *Server) ExplainSlots(ctx context.Context, r ExplainSlotsRequestObject) (ExplainSlotsResponseObject, error) {
	day, err := date("?date", r.Params.Date)
	if err != nil {
		return nil, err
	}
	if scheduling.HijriOf(day).IsZero() {
		return nil, invalid("?date", texts.Visitors("invalid.date_range"))
	}
	why, tally, err := s.Booker.Explain(ctx, r.Service, r.Params.Branch, day, s.Now())
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
	for _, rule := range []slots.Rule{slots.RuleTaken, slots.RuleNotice, slots.RuleHorizon, slots.RuleClosed} {
		if n := tally.Refused[rule]; n > 0 {
			out.Offers.Reasons = append(out.Offers.Reasons, ExplanationReason{Rule: string(rule), Text: countedRule(rule, n)})
		}
	}
	return ExplainSlots200JSONResponse(out), nil
}
