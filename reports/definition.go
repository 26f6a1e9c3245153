package reports

import (
	"slices"

	"ziyara/catalog"
	"ziyara/texts"
)

// Name is what a report is called.
type Name string

// The reports.
const (
	Utilisation  Name = "utilisation"
	LeadTime     Name = "lead-time"
	NoShows      Name = "no-shows"
	Waiting      Name = "waiting"
	ServiceLevel Name = "service-level"
	Changes      Name = "changes"
	Channels     Name = "channels"
	Messages     Name = "messages"
	Waitlist     Name = "waitlist"
	UnmetDemand  Name = "unmet-demand"
	Forecast     Name = "forecast"
)

// PromiseMinutes is within how many minutes a visitor is called who is there
// at the time of the visit: what the centre promises.
const PromiseMinutes = 10

// Definition is what a report shows.
type Definition struct {
	Name    Name
	Title   catalog.Text
	About   catalog.Text // what it answers, and which dates its rows are about
	Figures []Figure
}

// Find returns the definition of a report.
func Find(n Name) (Definition, bool) {
	all := Definitions()
	i := slices.IndexFunc(all, func(d Definition) bool { return d.Name == n })
	if i < 0 {
		return Definition{}, false
	}
	return all[i], true
}

// Needs returns the names of the counts that the report is made of, sorted.
func (d Definition) Needs() []string {
	var names []string
	for _, f := range d.Figures {
		names = append(names, f.of.names()...)
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// Definitions returns every report, in the order in which they are listed.
func Definitions() []Definition {
	list := definitions()
	for i := range list {
		d := &list[i]
		name := string(d.Name)
		d.Title, d.About = texts.Staff("report."+name+".title"), texts.Staff("report."+name+".about")
		for j := range d.Figures {
			f := &d.Figures[j]
			f.Title = texts.Staff("report." + name + "." + f.Name + ".title")
			f.About = texts.Staff("report." + name + "." + f.Name + ".about")
		}
	}
	return list
}

// definitions returns the reports without their texts.
func definitions() []Definition {
	return []Definition{
		{
			Name: Utilisation,
			Figures: []Figure{
				{Name: "open_minutes", Unit: Minutes, of: count("open_minutes")},
				{Name: "used_minutes", Unit: Minutes, of: count("used_minutes")},
				{Name: "utilisation", Unit: Ratio, of: share("used_minutes", "open_minutes")},
				{Name: "served_minutes", Unit: Minutes, of: count("served_minutes")},
				{Name: "served_share", Unit: Ratio, of: share("served_minutes", "open_minutes")},
			},
		},
		{
			Name: LeadTime,
			Figures: []Figure{
				{Name: "visits", Unit: Count, of: count("visits")},
				{Name: "median_hours", Unit: Hours, of: quantile("median_hours", "visits")},
				{Name: "p90_hours", Unit: Hours, of: quantile("p90_hours", "visits")},
			},
		},
		{
			Name: NoShows,
			Figures: []Figure{
				{Name: "attended", Unit: Count, of: count("attended")},
				{Name: "no_shows", Unit: Count, of: count("no_shows")},
				{Name: "no_show_rate", Unit: Ratio, of: share("no_shows", "attended", "no_shows")},
				{Name: "restored", Unit: Count, of: count("restored")},
				{Name: "unrecorded", Unit: Count, of: count("unrecorded")},
			},
		},
		{
			Name: Waiting,
			Figures: []Figure{
				{Name: "called", Unit: Count, of: count("called")},
				{Name: "median_minutes", Unit: Minutes, of: quantile("median_minutes", "called")},
				{Name: "p90_minutes", Unit: Minutes, of: quantile("p90_minutes", "called")},
				{Name: "within_promise", Unit: Count, of: count("within_promise")},
				{Name: "promise_rate", Unit: Ratio, of: share("within_promise", "called")},
			},
		},
		{
			Name: ServiceLevel,
			Figures: []Figure{
				{Name: "offered", Unit: Count, of: count("offered")},
				{Name: "in_time", Unit: Count, of: count("in_time")},
				{Name: "service_level", Unit: Ratio, of: share("in_time", "offered")},
				{Name: "abandoned", Unit: Count, of: count("abandoned")},
				{Name: "abandonment_rate", Unit: Ratio, of: share("abandoned", "offered")},
				{Name: "finished", Unit: Count, of: count("finished")},
				{Name: "finished_on_time", Unit: Count, of: count("finished_on_time")},
				{Name: "on_time_rate", Unit: Ratio, of: share("finished_on_time", "finished")},
				{Name: "requests", Unit: Count, of: count("requests")},
				{Name: "requests_on_time", Unit: Count, of: count("requests_on_time")},
				{Name: "requests_on_time_rate", Unit: Ratio, of: share("requests_on_time", "requests")},
			},
		},
		{
			Name: Changes,
			Figures: []Figure{
				{Name: "made", Unit: Count, of: count("made")},
				{Name: "cancelled", Unit: Count, of: count("cancelled")},
				{Name: "cancellation_rate", Unit: Ratio, of: share("cancelled", "made")},
				{Name: "cancelled_by_staff", Unit: Count, of: count("cancelled_by_staff")},
				{Name: "cancelled_late", Unit: Count, of: count("cancelled_late")},
				{Name: "declined", Unit: Count, of: count("declined")},
				{Name: "moved", Unit: Count, of: count("moved")},
				{Name: "moves", Unit: Count, of: count("moves")},
				{Name: "move_rate", Unit: Ratio, of: share("moved", "made")},
			},
		},
		{
			Name: Channels,
			Figures: []Figure{
				{Name: "made", Unit: Count, of: count("made")},
				{Name: "visitors", Unit: Count, of: count("visitors")},
				{Name: "public", Unit: Count, of: count("public")},
				{Name: "agent", Unit: Count, of: count("agent")},
				{Name: "walk_in", Unit: Count, of: count("walk_in")},
				{Name: "protected", Unit: Count, of: count("protected")},
				{Name: "public_share", Unit: Ratio, of: share("public", "made")},
				{Name: "agent_share", Unit: Ratio, of: share("agent", "made")},
				{Name: "walk_in_share", Unit: Ratio, of: share("walk_in", "made")},
				{Name: "protected_share", Unit: Ratio, of: share("protected", "made")},
			},
		},
		{
			Name: Messages,
			Figures: []Figure{
				{Name: "messages", Unit: Count, of: count("messages")},
				{Name: "emails", Unit: Count, of: count("emails")},
				{Name: "sent", Unit: Count, of: count("sent")},
				{Name: "delivered", Unit: Count, of: count("delivered")},
				{Name: "delivery_rate", Unit: Ratio, of: share("delivered", "sent")},
				{Name: "failed", Unit: Count, of: count("failed")},
				{Name: "dropped", Unit: Count, of: count("dropped")},
				{Name: "segments", Unit: Count, of: count("segments")},
				{Name: "cost_riyals", Unit: Riyals, of: count("cost_riyals")},
			},
		},
		{
			Name: Waitlist,
			Figures: []Figure{
				{Name: "joined", Unit: Count, of: count("joined")},
				{Name: "offered", Unit: Count, of: count("offered")},
				{Name: "accepted", Unit: Count, of: count("accepted")},
				{Name: "acceptance_rate", Unit: Ratio, of: share("accepted", "offered")},
				{Name: "declined", Unit: Count, of: count("declined")},
				{Name: "ignored", Unit: Count, of: count("ignored")},
				{Name: "served_otherwise", Unit: Count, of: count("served_otherwise")},
				{Name: "median_refill_minutes", Unit: Minutes, of: quantile("median_refill_minutes", "accepted")},
			},
		},
		{
			Name: UnmetDemand,
			Figures: []Figure{
				{Name: "empty_searches", Unit: Count, of: count("empty_searches")},
				{Name: "refused_holds", Unit: Count, of: count("refused_holds")},
				{Name: "granted_holds", Unit: Count, of: count("granted_holds")},
				{Name: "refusal_rate", Unit: Ratio, of: share("refused_holds", "refused_holds", "granted_holds")},
				{Name: "waited_in_vain", Unit: Count, of: count("waited_in_vain")},
			},
		},
		{
			Name: Forecast,
			Figures: []Figure{
				{Name: "forecast", Unit: Count},
				{Name: "actual", Unit: Count},
				{Name: "booked", Unit: Count},
				{Name: "error", Unit: Ratio},
				{Name: "tested_days", Unit: Count},
				{Name: "tested_error", Unit: Ratio},
			},
		},
	}
}
