package console

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"ziyara/reports"
	"ziyara/scheduling"
	"ziyara/service/console/plot"
	"ziyara/service/web"
	"ziyara/texts"
)

// monthField is the field of the month of the overview, 2006-01.
const monthField = "month"

const (
	// overviewMonths is how many months the small pictures show, the chosen one included.
	overviewMonths = 6
	// fewBookings is below how many bookings in the month nothing is said to need a look:
	// one visitor more or less would be seen as a change.
	fewBookings = 30
	// Notably worse is a share by so many points, or a wait by so many minutes.
	notablePoints  = 0.02
	notableMinutes = 2
)

// measure is a figure of the overview.
type measure struct {
	report reports.Name
	figure string
}

func measures() []measure {
	return []measure{
		{reports.Channels, "made"},
		{reports.Waiting, "median_minutes"},
		{reports.Waiting, "promise_rate"},
		{reports.NoShows, "no_show_rate"},
		{reports.Utilisation, "utilisation"},
	}
}

// site is a branch or a department, or all of them, with its figures.
type site struct {
	Name  string
	All   bool
	Cells []overviewCell
}

// overviewCell is a figure of a place: in the month, and in those before.
type overviewCell struct {
	Name, Place string
	Text        string // the figure
	Diff        difference
	Alarm       bool // notably worse than in the month before
	Spark       plot.Spark
	Address     string // of its report
}

// overviewPage shows a few figures of every place at once.
type overviewPage struct {
	page

	By            string // what a place is
	ByBranch      string // addresses
	ByDepartment  string
	Month         web.Moment
	Hijri         string
	Running       bool // the month is not over
	Before, After string
	Places        []site
	Alarms        []overviewCell
}

// month is the first date of a month, as time of UTC.
func month(d scheduling.Date) time.Time {
	return time.Date(d.Time().Year(), d.Time().Month(), 1, 0, 0, 0, 0, time.UTC)
}

// chosenMonth returns the month that is asked for: the last one that is over by default,
// and none after today's.
func chosenMonth(asked string, today scheduling.Date) time.Time {
	running := month(today)
	if today.Time().Day() == 1 { // nothing has happened in it yet
		running = running.AddDate(0, -1, 0)
	}
	at, err := time.Parse(reports.MonthLayout, asked)
	switch {
	case err != nil:
		return month(today).AddDate(0, -1, 0)
	case at.After(running):
		return running
	}
	return at
}

// showOverview shows the overview.
func (k *Console) showOverview(c *fiber.Ctx) error {
	p := overviewPage{page: k.page(c, "overview.title", "overview.title"), By: c.Query(rowsField)}
	p.Script = true
	today := k.Centre().Today(k.Now())
	at := chosenMonth(c.Query(monthField), today)
	next := at.AddDate(0, 1, 0)
	span := period{scheduling.DateOf(at, time.UTC), scheduling.DateOf(next, time.UTC) - 1}
	p.Running = span.To >= today
	span.To = min(span.To, today-1)
	if p.By != string(reports.ByBranch) && p.By != string(reports.ByDepartment) {
		p.By = string(reports.ByBranch)
		if p.grouping() == string(reports.ByService) && len(p.Staff.Departments) > 0 {
			p.By = string(reports.ByDepartment)
		}
	}
	address := func(m time.Time, by string) string {
		return Path + "/overview?" + url.Values{
			monthField: {m.Format(reports.MonthLayout)}, rowsField: {by}, web.LanguageField: {p.Lang},
		}.Encode()
	}
	p.Before = address(at.AddDate(0, -1, 0), p.By)
	if month := chosenMonth(next.Format(reports.MonthLayout), today); month.Equal(next) {
		p.After = address(next, p.By)
	}
	p.ByBranch, p.ByDepartment = address(at, string(reports.ByBranch)), address(at, string(reports.ByDepartment))
	p.Month = web.DateMoment(span.From, p.Lang)
	_, p.Hijri = span.words(p.page)
	err := k.fillOverview(c, &p, at, span)
	if r := new(refusal); errors.As(err, &r) && r.Status == http.StatusUnprocessableEntity {
		p.Tone, p.Notice, p.About = web.Warning, r.Title, r.Detail
		return web.Send(c, r.Status, p.Lang, overviewRoom(p))
	}
	if err != nil {
		return err
	}
	return web.Send(c, http.StatusOK, p.Lang, overviewRoom(p))
}

// fillOverview asks for each report twice: of each place, and of all together, by month.
func (k *Console) fillOverview(c *fiber.Ctx, p *overviewPage, at time.Time, span period) error {
	from := scheduling.DateOf(at.AddDate(0, 1-overviewMonths, 0), time.UTC)
	var months []string
	for i := range overviewMonths {
		months = append(months, at.AddDate(0, i+1-overviewMonths, 0).Format(reports.MonthLayout))
	}
	all := site{Name: p.S("overview.all"), All: true}
	of := map[reports.Name][2]report{} // of each place, and of all
	for _, m := range measures() {
		if _, asked := of[m.report]; asked {
			continue
		}
		var both [2]report
		for i, by := range []string{p.By + "," + string(reports.ByMonth), string(reports.ByMonth)} {
			q := question{path: "/v1/reports/" + string(m.report), query: url.Values{
				sinceField: {from.String()}, toField: {span.To.String()}, rowsField: {by},
			}}
			if err := k.ask(c, q, &both[i]); err != nil {
				return err
			}
		}
		of[m.report] = both
	}
	var slugs []string
	names := map[string]string{}
	for _, row := range of[reports.Channels][0].Rows {
		if slug := row.key(); !slices.Contains(slugs, slug) {
			slugs = append(slugs, slug)
			names[slug], _ = row.label(p.Lang)
		}
	}
	p.Places = append(p.Places, all)
	for _, slug := range slugs {
		p.Places = append(p.Places, site{Name: names[slug]})
	}
	for _, m := range measures() {
		both := of[m.report]
		column := both[0].Columns[slices.IndexFunc(both[0].Columns, func(c reportColumn) bool { return c.Name == m.figure })]
		one := overviewRow{p, m, column, span, months}
		most := 0.0
		for _, row := range both[0].Rows {
			if v := row.Values[m.figure]; v != nil {
				most = max(most, *v)
			}
		}
		own := 0.0 // sums of all places have their own scale
		if column.Unit != reports.Count {
			own = most
		}
		p.Places[0].Cells = append(p.Places[0].Cells, one.cell(p.Places[0], "", both[1].Rows, own))
		for i, slug := range slugs {
			at := &p.Places[i+1]
			at.Cells = append(at.Cells, one.cell(*at, slug, both[0].Rows, most))
		}
	}
	p.alarms(of[reports.Channels], slugs, months)
	return nil
}

// overviewRow makes the cells of a measure.
type overviewRow struct {
	page   *overviewPage
	of     measure
	column reportColumn
	span   period
	months []string
}

// cell makes the cell of a place from the rows of the report.
func (o overviewRow) cell(at site, slug string, rows []reportRow, most float64) overviewCell {
	p := o.page
	series := make([]*float64, len(o.months))
	for _, row := range rows {
		if i := slices.Index(o.months, row.Group.Month); i >= 0 && (slug == "" || row.key() == slug) {
			series[i] = row.Values[o.of.figure]
		}
	}
	now, before := series[len(series)-1], series[len(series)-2]
	q := url.Values{
		sinceField: {o.span.From.String()}, toField: {o.span.To.String()}, figureField: {o.of.figure}, web.LanguageField: {p.Lang},
	}
	if slug != "" {
		q.Set(p.By, slug)
	}
	c := overviewCell{
		Name: o.column.Title.In(p.Lang), Place: at.Name, Text: figureIn(o.column, now),
		Address: reportsPath + "/" + string(o.of.report) + "?" + q.Encode(),
	}
	if !p.Running || o.column.Unit != reports.Count {
		c.Diff = p.difference(o.column, now, before)
	}
	if now != nil && before != nil {
		by := (*now - *before) * float64(better(o.of.figure))
		c.Alarm = o.column.Unit == reports.Ratio && by <= -notablePoints || o.column.Unit == reports.Minutes && by <= -notableMinutes
	}
	c.Spark = plot.Spark{
		About: p.sparkWords(o, series), RTL: p.Dir() == "rtl", Columns: o.column.Unit == reports.Count, Values: series, Most: most,
	}
	return c
}

// sparkWords says what a small picture shows.
func (p page) sparkWords(o overviewRow, series []*float64) string {
	var months []string
	for i, v := range series {
		at, err := time.Parse(reports.MonthLayout, o.months[i])
		if err != nil {
			continue
		}
		month := web.DateMoment(scheduling.DateOf(at, time.UTC), p.Lang).Month
		months = append(months, p.S("overview.in_month", "Month", month, "Value", figureIn(o.column, v)))
	}
	return o.column.Title.In(p.Lang) + ": " + strings.Join(months, texts.Comma().In(p.Lang))
}

// alarms gathers what got notably worse where enough happens for that to mean anything.
func (p *overviewPage) alarms(bookings [2]report, slugs, months []string) {
	busy := func(slug string) bool {
		for _, row := range bookings[0].Rows {
			if v := row.Values["made"]; row.key() == slug && row.Group.Month == months[len(months)-1] && v != nil {
				return *v >= fewBookings
			}
		}
		return false
	}
	for i := range p.Places {
		at := &p.Places[i]
		for j := range at.Cells {
			one := &at.Cells[j]
			one.Alarm = one.Alarm && !at.All && busy(slugs[i-1])
			one.Spark.Alarm = one.Alarm
			if one.Alarm {
				p.Alarms = append(p.Alarms, *one)
			}
		}
	}
}
