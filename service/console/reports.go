package console

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"ziyara/access"
	"ziyara/catalog"
	"ziyara/reports"
	"ziyara/scheduling"
	"ziyara/service/console/plot"
	"ziyara/service/web"
	"ziyara/texts"
)

// reportsPath is where the reports are, one below it each.
const reportsPath = Path + "/reports"

// mountFigures adds the rooms of those who look at figures: overview, reports,
// messages and the log.
func (k *Console) mountFigures(rooms fiber.Router) {
	rooms.Get("/overview", k.showOverview)
	rooms.Get("/reports", k.listReports)
	rooms.Get("/reports/:report", k.showReport)
	rooms.Get("/messages", k.showMessages)
	rooms.Post("/messages", k.showMessages)
	rooms.Get("/messages/texts", k.showWordings)
	rooms.Get("/log", k.showLog)
	rooms.Post("/log", k.showLog)
	rooms.Get("/choices", k.showChoices)
	rooms.Post("/choices", k.keepChoices)
}

// Fields of the query of a report that the API has too, and our own: which figure is
// drawn.
const (
	sinceField      = "from" // dates, ISO 8601
	toField         = "to"   // included
	rowsField       = "group_by"
	departmentField = "department"
	channelField    = "channel"
	figureField     = "figure"
)

// definition is a report as the API defines it (ReportDefinition).
type definition struct {
	Report  string         `json:"report"`
	Title   texts.Text     `json:"title"`
	About   texts.Text     `json:"about"`
	Columns []reportColumn `json:"columns"`
}

// reportColumn is a figure with its definition (ReportColumn).
type reportColumn struct {
	Name  string       `json:"name"`
	Title texts.Text   `json:"title"`
	About texts.Text   `json:"about"`
	Unit  reports.Unit `json:"unit"`
}

// report is a report as the API shows it (Report).
type report struct {
	definition

	From  string      `json:"from"`
	To    string      `json:"to"`
	Rows  []reportRow `json:"rows"`
	Total values      `json:"total"`
}

// values are figures by name; nil for one without a meaning.
type values map[string]*float64

type reportRow struct {
	Group struct {
		Day        string `json:"day"`
		Month      string `json:"month"`
		Department *named `json:"department"`
		Branch     *named `json:"branch"`
		Service    *named `json:"service"`
		Channel    *named `json:"channel"`
	} `json:"group"`
	Values values `json:"values"`
}

type named struct {
	Slug string     `json:"slug"`
	Name texts.Text `json:"name"`
}

// key names what the row stands for, whatever the language; "" for all.
func (r reportRow) key() string {
	for _, n := range []*named{r.Group.Department, r.Group.Branch, r.Group.Service, r.Group.Channel} {
		if n != nil {
			return n.Slug
		}
	}
	return r.Group.Day + r.Group.Month
}

// begins is the first date of a row by day or by month.
func (r reportRow) begins() (scheduling.Date, error) {
	if r.Group.Month != "" {
		return scheduling.ParseDate(r.Group.Month + "-01")
	}
	return scheduling.ParseDate(r.Group.Day)
}

// label is what the row stands for, in words.
func (r reportRow) label(lang string) (text, hijri string) {
	for _, n := range []*named{r.Group.Department, r.Group.Branch, r.Group.Service, r.Group.Channel} {
		if n != nil {
			return n.Name.In(lang), ""
		}
	}
	d, err := r.begins()
	switch m := web.DateMoment(d, lang); {
	case err != nil:
		return "", ""
	case r.Group.Month != "":
		return m.Month, ""
	default:
		return m.Near, m.Hijri
	}
}

// period is a range of dates, both included.
type period struct{ From, To scheduling.Date }

func (p period) days() int { return int(p.To-p.From) + 1 }

// before returns the period that one is compared with: the month before a calendar month,
// otherwise as many days before.
func (p period) before() period {
	first := p.From.Time()
	if next := first.AddDate(0, 1, 0); first.Day() == 1 && scheduling.DateOf(next, time.UTC)-1 == p.To {
		return period{scheduling.DateOf(first.AddDate(0, -1, 0), time.UTC), p.From - 1}
	}
	return period{p.From - scheduling.Date(p.days()), p.From - 1}
}

// words says the dates of a period, in both calendars.
func (p period) words(pg page) (text, hijri string) {
	from, to := web.DateMoment(p.From, pg.Lang), web.DateMoment(p.To, pg.Lang)
	between := func(a, b string) string { return pg.S("reports_room.span", "From", a, "To", b) }
	return between(from.Day+" "+from.Month, to.Day+" "+to.Month), between(from.Hijri, to.Hijri)
}

// headline is the figure that a report is about first.
func headline(name string) string {
	switch reports.Name(name) {
	case reports.Utilisation:
		return "utilisation"
	case reports.LeadTime:
		return "median_hours"
	case reports.NoShows:
		return "no_show_rate"
	case reports.Waiting:
		return "promise_rate"
	case reports.ServiceLevel:
		return "service_level"
	case reports.Changes:
		return "cancellation_rate"
	case reports.Channels:
		return "made"
	case reports.Messages:
		return "delivery_rate"
	case reports.Waitlist:
		return "acceptance_rate"
	case reports.UnmetDemand:
		return "refusal_rate"
	case reports.Forecast:
		return "forecast"
	}
	return ""
}

// better says which way a figure gets better: 1 for more, -1 for less, 0 if it says
// nothing by itself.
func better(figure string) int {
	switch figure {
	case "promise_rate", "service_level", "on_time_rate", "requests_on_time_rate", "delivery_rate", "acceptance_rate":
		return 1
	case "no_show_rate", "no_shows", "unrecorded", "median_minutes", "p90_minutes", "abandonment_rate", "abandoned", "cancellation_rate",
		"cancelled_late", "failed", "refusal_rate", "empty_searches", "refused_holds", "waited_in_vain", "error", "tested_error",
		"median_refill_minutes":
		return -1
	}
	return 0
}

// difference is how a figure differs from that of the period before.
type difference struct {
	Text  string
	Worse bool
}

// difference compares two figures; "" where one has no meaning.
func (p page) difference(c reportColumn, now, before *float64) (d difference) {
	if now == nil || before == nil {
		return d
	}
	by := *now - *before
	size := by
	if size < 0 {
		size = -size
	}
	unit := c.Unit
	if unit == reports.Ratio { // in points
		size *= 100
		unit = reports.Hours // one decimal
	}
	text := written(unit, size)
	switch {
	case text == written(unit, 0):
		return difference{Text: p.S("reports_room.same")}
	case by > 0:
		d.Text = p.S("reports_room.more", "By", text)
	default:
		d.Text = p.S("reports_room.less", "By", text)
	}
	d.Worse = by*float64(better(c.Name)) < 0
	return d
}

// tableRow is a row of the table.
type tableRow struct {
	Label, Hijri string
	Bar          plot.Bar
	Diff         difference
	Values       values
	Total        bool
}

// reportPage shows a report.
type reportPage struct {
	page

	Report   report
	Query    url.Values // what was asked for
	Choices  reportChoices
	Figure   reportColumn // that is drawn
	Now      period
	Before   period
	Said     string // the figure in a sentence
	Against  string // what it is compared with; "" for nothing
	Diff     difference
	Plot     *plot.Lines // nil where nothing can be drawn
	Lines    []tableRow
	Compared bool     // there is a period before
	Gaps     []string // how far the figures are to be trusted
	By       string   // title of what the rows stand for
}

// reportChoices are what one can choose in the form above a report.
type reportChoices struct {
	Groups, Departments, Branches, Services, Channels, Figures []web.Option
	Presets                                                    []preset
	Open                                                       bool
}

// preset is a period with a name.
type preset struct {
	Name, Address string
	Chosen        bool
}

// address is where the report is with another query.
func (p reportPage) address(path string, change ...string) string {
	q := url.Values{}
	for name, list := range p.Query {
		if len(list) > 0 && list[0] != "" {
			q.Set(name, list[0])
		}
	}
	for i := 0; i < len(change); i += 2 {
		q.Set(change[i], change[i+1])
	}
	q.Set(web.LanguageField, p.Lang)
	return path + "?" + q.Encode()
}

// CSV is the address of the table for spreadsheets.
func (p reportPage) CSV() string { return p.address(reportsPath + "/" + p.Report.Report + ".csv") }

// reportsPage lists the reports.
type reportsPage struct {
	page

	Reports []definition
}

// listReports lists the reports with what each of them answers.
func (k *Console) listReports(c *fiber.Ctx) error {
	p := reportsPage{page: k.page(c, "reports_room.title", "reports_room.title")}
	var err error
	if p.Reports, err = k.definitions(c); err != nil {
		return err
	}
	return web.Send(c, http.StatusOK, p.Lang, reportsRoom(p))
}

func (k *Console) definitions(c *fiber.Ctx) ([]definition, error) {
	var answer struct {
		Reports []definition `json:"reports"`
	}
	err := k.ask(c, question{path: "/v1/reports"}, &answer)
	return answer.Reports, err
}

// reportQuery reads the query of a page as the API wants it.
func reportQuery(c *fiber.Ctx) url.Values {
	q := url.Values{}
	for _, name := range []string{sinceField, toField, rowsField, departmentField, branchField, serviceField, channelField} {
		if v := strings.TrimSpace(c.Query(name)); v != "" {
			q.Set(name, v)
		}
	}
	return q
}

// grouping is what the rows of a report stand for if nothing is asked for: the smallest
// part of the centre of which the member of staff sees more than one.
func (p page) grouping() string {
	grant, err := access.May(p.Staff, "getReport")
	if err != nil {
		return string(reports.ByDepartment)
	}
	if departments, branches := grant.Within(); len(departments) == 1 || len(branches) > 0 {
		return string(reports.ByService)
	}
	return string(reports.ByDepartment)
}

// showReport shows a report, or its table as a file.
func (k *Console) showReport(c *fiber.Ctx) error {
	name, csv := strings.CutSuffix(c.Params("report"), ".csv")
	path := "/v1/reports/" + url.PathEscape(name)
	p := reportPage{page: k.page(c, "reports_room.title", "reports_room.title"), Query: reportQuery(c)}
	if p.Query.Get(rowsField) == "" {
		p.Query.Set(rowsField, p.grouping())
	}
	if csv {
		q := p.Query
		q.Set("format", "csv")
		var f file
		if err := k.ask(c, question{path: path, query: q}, &f); err != nil {
			return err
		}
		return f.send(c)
	}
	p.Script = true // it can be printed
	err := k.ask(c, question{path: path, query: p.Query}, &p.Report)
	if r := new(refusal); errors.As(err, &r) && r.Status == http.StatusUnprocessableEntity {
		return k.refusesReport(c, p, name, r)
	}
	if err != nil {
		return err
	}
	if err = k.fillReport(c, &p, path); err != nil {
		return err
	}
	return web.Send(c, http.StatusOK, p.Lang, reportRoom(p))
}

// refusesReport shows the form again with what is wrong with it.
func (k *Console) refusesReport(c *fiber.Ctx, p reportPage, name string, r *refusal) error {
	list, err := k.definitions(c)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(list, func(d definition) bool { return d.Report == name })
	if i < 0 {
		return fiber.ErrNotFound
	}
	p.Report.definition = list[i]
	p.Title = p.Report.Title.In(p.Lang)
	p.Tone, p.Notice, p.About = web.Warning, r.Title, r.Detail
	for _, w := range r.Errors {
		if field, ok := strings.CutPrefix(w.Pointer, "?"); ok {
			p.Mistakes = append(p.Mistakes, web.Mistake{Field: field, Text: w.Detail})
		}
	}
	if len(p.Mistakes) > 0 {
		p.Notice = ""
	}
	p.Choices = k.reportChoices(p)
	p.Choices.Open = true
	return web.Send(c, r.Status, p.Lang, reportRoom(p))
}

// fillReport asks for what a report is compared with and for its figures over time, and
// puts the page together.
func (k *Console) fillReport(c *fiber.Ctx, p *reportPage, path string) error {
	r := &p.Report
	p.Title = r.Title.In(p.Lang)
	var err error
	if p.Now.From, err = scheduling.ParseDate(r.From); err != nil {
		return err
	}
	if p.Now.To, err = scheduling.ParseDate(r.To); err != nil {
		return err
	}
	p.Query.Set(sinceField, r.From)
	p.Query.Set(toField, r.To)
	p.Before = p.Now.before()
	p.Compared = reports.Name(r.Report) != reports.Forecast
	p.Figure = r.Columns[0]
	for _, want := range []string{headline(r.Report), c.Query(figureField)} {
		if i := slices.IndexFunc(r.Columns, func(one reportColumn) bool { return one.Name == want }); i >= 0 {
			p.Figure = r.Columns[i]
		}
	}
	if c.Query(figureField) != "" {
		p.Query.Set(figureField, p.Figure.Name)
	}
	p.Choices = k.reportChoices(*p)
	p.By = reports.Dimension(p.Query.Get(rowsField)).Title().In(p.Lang)
	series, err := k.series(c, *p, path)
	if err != nil {
		return err
	}
	var before report
	if p.Compared {
		q := p.asks(p.Before, p.Query.Get(rowsField))
		if err = k.ask(c, question{path: path, query: q}, &before); err != nil {
			return err
		}
	}
	p.tabulate(before)
	p.says(before)
	p.draw(series, before)
	p.trusts()
	return nil
}

// asks returns the query of the page for another period and grouping.
func (p reportPage) asks(over period, by string) url.Values {
	q := url.Values{}
	for _, name := range []string{departmentField, branchField, serviceField, channelField} {
		if v := p.Query.Get(name); v != "" {
			q.Set(name, v)
		}
	}
	q.Set(sinceField, over.From.String())
	q.Set(toField, over.To.String())
	q.Set(rowsField, by)
	return q
}

// mostPoints is how many points a plot has at most: more are drawn by month.
const mostPoints = 93

// series asks for the figures over time: of the period before, too, where the two are no
// more than a report covers.
func (k *Console) series(c *fiber.Ctx, p reportPage, path string) (r report, err error) {
	over := p.Now
	if p.Compared && p.Now.days()+p.Before.days() <= reports.MaxDays {
		over.From = p.Before.From
	}
	by := reports.ByDay
	if over.days() > mostPoints {
		by = reports.ByMonth
	}
	return r, k.ask(c, question{path: path, query: p.asks(over, string(by))}, &r)
}

// tabulate makes the rows of the table, and that of the total.
func (p *reportPage) tabulate(before report) {
	was := make(map[string]values, len(before.Rows))
	for _, row := range before.Rows {
		was[row.key()] = row.Values
	}
	name, dated := p.Figure.Name, slices.Contains([]string{string(reports.ByDay), string(reports.ByMonth)}, p.Query.Get(rowsField))
	most := 0.0
	for _, row := range p.Report.Rows {
		for _, v := range []*float64{row.Values[name], was[row.key()][name]} {
			if v != nil {
				most = max(most, *v)
			}
		}
	}
	rtl := p.Dir() == "rtl"
	for _, row := range p.Report.Rows {
		l := tableRow{Values: row.Values, Bar: plot.Bar{RTL: rtl, Value: row.Values[name], Most: most}}
		l.Label, l.Hijri = row.label(p.Lang)
		if p.Compared && !dated {
			l.Bar.Before = was[row.key()][name]
			l.Diff = p.difference(p.Figure, row.Values[name], l.Bar.Before)
		}
		p.Lines = append(p.Lines, l)
	}
	p.Lines = append(p.Lines, tableRow{
		Label: p.S("reports_room.total"), Values: p.Report.Total, Total: true,
		Diff: p.difference(p.Figure, p.Report.Total[name], before.Total[name]),
	})
}

// says puts the figure into a sentence.
func (p *reportPage) says(before report) {
	title, now := p.Figure.Title.In(p.Lang), p.Report.Total[p.Figure.Name]
	if now == nil {
		p.Said = p.S("reports_room.no_figure", "Figure", title)
		return
	}
	p.Said = p.S("reports_room.sentence", "Figure", title, "Value", written(p.Figure.Unit, *now))
	if was := before.Total[p.Figure.Name]; was != nil {
		p.Against = p.S("reports_room.against", "Before", written(p.Figure.Unit, *was))
		p.Diff = p.difference(p.Figure, now, was)
	}
}

// draw draws the figure over time. Nothing is drawn if there is only one point, or none.
func (p *reportPage) draw(series, before report) {
	unit := p.Figure.Unit
	lines := plot.Lines{
		RTL: p.Dir() == "rtl", Write: func(v float64) string { return written(unit, v) },
		Mark: func(v float64) string { return strings.Replace(written(unit, v), ".0%", "%", 1) },
	}
	found, first := 0, len(series.Rows)
	var lowest, highest *float64
	for i, row := range series.Rows {
		v := row.Values[p.Figure.Name]
		lines.Points = append(lines.Points, plot.Point{Label: p.axis(row), Value: v})
		if at, err := row.begins(); err == nil && first == len(series.Rows) && at >= p.Now.From {
			first = i
		}
		if v == nil {
			continue
		}
		found++
		if lowest == nil || *v < *lowest {
			lowest = v
		}
		if highest == nil || *v > *highest {
			highest = v
		}
	}
	if found < 2 {
		return
	}
	lines.Spans = []plot.Span{{
		First: first, End: len(series.Rows), Now: true, Mean: mean(p.Figure, p.Report.Total), Text: p.S("reports_room.now"),
	}}
	if p.Compared && first > 0 {
		lines.Spans = append([]plot.Span{{
			End: first, Mean: mean(p.Figure, before.Total), Text: p.S("reports_room.before"),
		}}, lines.Spans...)
	}
	lines.About = p.S("reports_room.described", "Figure", p.Figure.Title.In(p.Lang), "From", lines.Points[0].Label,
		"To", lines.Points[len(lines.Points)-1].Label, "Lowest", written(p.Figure.Unit, *lowest), "Highest", written(p.Figure.Unit, *highest))
	p.Plot = &lines
}

// mean is the figure of a whole stretch, where it can stand beside those of its parts:
// counts add up, shares and medians don't.
func mean(c reportColumn, total values) *float64 {
	if c.Unit == reports.Count || c.Unit == reports.Riyals || strings.HasSuffix(c.Name, "_minutes") && c.Name != "median_minutes" &&
		c.Name != "p90_minutes" && c.Name != "median_refill_minutes" {
		return nil
	}
	return total[c.Name]
}

// axis is the label of a point.
func (p page) axis(row reportRow) string {
	d, err := row.begins()
	switch {
	case err != nil:
		return ""
	case row.Group.Month != "":
		return texts.Month(d.Time().Month()).In(p.Lang)
	}
	return texts.ShortDate(d.Time()).In(p.Lang)
}

// trusts says how far the figures are to be trusted, where the API counts that.
func (p *reportPage) trusts() {
	total := p.Report.Total
	say := func(name string, key string, write func(float64) string) {
		if v := total[name]; v != nil && *v > 0 {
			p.Gaps = append(p.Gaps, p.S(key, "Count", write(*v)))
		}
	}
	say("unrecorded", "reports_room.unrecorded", func(v float64) string { return written(reports.Count, v) })
	say("tested_error", "reports_room.tested", func(v float64) string { return written(reports.Ratio, v) })
	for _, l := range p.Lines {
		for _, c := range p.Report.Columns {
			if l.Values[c.Name] == nil {
				p.Gaps = append(p.Gaps, p.S("reports_room.dash"))
				return
			}
		}
	}
}

// written writes a figure as people read it.
func written(u reports.Unit, v float64) string {
	switch u {
	case reports.Ratio:
		return decimals(100*v, 1) + "%"
	case reports.Riyals:
		return decimals(v, 2)
	case reports.Hours, reports.Minutes:
		return strings.TrimSuffix(decimals(v, 1), ".0")
	case reports.Count:
	}
	return strings.TrimSuffix(decimals(v, 1), ".0")
}

// figureIn is a figure of the table; a dash where it has no meaning.
func figureIn(c reportColumn, v *float64) string {
	if v == nil {
		return "–"
	}
	return written(c.Unit, *v)
}

// reportChoices returns what the form offers, as far as the member of staff may see it.
func (k *Console) reportChoices(p reportPage) (r reportChoices) {
	grant, err := access.May(p.Staff, "getReport")
	if err != nil {
		return r
	}
	departments, branches := grant.Within()
	snapshot := k.Centre()
	r.Departments, r.Branches = all(p.page, "reports_room.all_departments"), all(p.page, "reports_room.all_branches")
	r.Services, r.Channels = all(p.page, "reports_room.all_services"), all(p.page, "reports_room.all_channels")
	only := func(own []string, other []string, slug string) bool {
		return departments == nil && branches == nil || len(other) > 0 || slices.Contains(own, slug)
	}
	for _, d := range snapshot.Departments {
		if only(departments, branches, d.Slug) {
			r.Departments = append(r.Departments, web.Option{Value: d.Slug, Text: d.Name.In(p.Lang)})
		}
	}
	for _, b := range snapshot.Branches {
		if only(branches, departments, b.Slug) {
			r.Branches = append(r.Branches, web.Option{Value: b.Slug, Text: b.Name.In(p.Lang)})
		}
	}
	for _, s := range snapshot.Services {
		if only(departments, branches, s.Department) {
			r.Services = append(r.Services, web.Option{Value: s.Slug, Text: s.Name.In(p.Lang)})
		}
	}
	for _, ch := range []catalog.Channel{catalog.Public, catalog.Agent, catalog.WalkIn, catalog.Protected} {
		r.Channels = append(r.Channels, web.Option{Value: string(ch), Text: reports.ChannelName(ch).In(p.Lang)})
	}
	for _, d := range reports.Dimensions() {
		r.Groups = append(r.Groups, web.Option{Value: string(d), Text: d.Title().In(p.Lang)})
	}
	for _, f := range p.Report.Columns {
		r.Figures = append(r.Figures, web.Option{Value: f.Name, Text: f.Title.In(p.Lang)})
	}
	r.Presets = k.presets(p)
	return r
}

// mistake is what is wrong with a field; "" for nothing.
func (p page) mistake(field string) string {
	for _, m := range p.Mistakes {
		if m.Field == field {
			return m.Text
		}
	}
	return ""
}

// all is the choice of everything.
func all(p page, key string) []web.Option { return []web.Option{{Text: p.S(key)}} }

// presets are the periods that most people ask for.
func (k *Console) presets(p reportPage) (list []preset) {
	if reports.Name(p.Report.Report) == reports.Forecast {
		return nil
	}
	today := k.Centre().Today(k.Now())
	month := time.Date(today.Time().Year(), today.Time().Month(), 1, 0, 0, 0, 0, time.UTC)
	for _, one := range []struct {
		name string
		period
	}{
		{"reports_room.week", period{today - 7, today - 1}},
		{"reports_room.four_weeks", period{today - 28, today - 1}},
		{"reports_room.last_month", period{scheduling.DateOf(month.AddDate(0, -1, 0), time.UTC), scheduling.DateOf(month, time.UTC) - 1}},
		{"reports_room.year", period{today - 365, today - 1}},
	} {
		from, to := one.From.String(), one.To.String()
		list = append(list, preset{
			p.S(one.name), p.address(reportsPath+"/"+p.Report.Report, sinceField, from, toField, to),
			p.Query.Get(sinceField) == from && p.Query.Get(toField) == to,
		})
	}
	return list
}
