package api

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"mime"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"ziyara/access"
	"ziyara/catalog"
	"ziyara/centre"
	"ziyara/reports"
	"ziyara/scheduling"
	"ziyara/texts"
)

// ListReports lists the reports with their columns.
func (s *Server) ListReports(ctx context.Context, _ ListReportsRequestObject) (ListReportsResponseObject, error) {
	if _, _, err := within(ctx); err != nil {
		return nil, err
	}
	list := ReportList{Reports: []ReportDefinition{}}
	for _, d := range reports.Definitions() {
		list.Reports = append(list.Reports, ReportDefinition{Report: string(d.Name), Title: d.Title, About: d.About, Columns: columnsJSON(d)})
	}
	return ListReports200JSONResponse(list), nil
}

// GetReport returns a report, as JSON or CSV, of what the caller may see.
func (s *Server) GetReport(ctx context.Context, r GetReportRequestObject) (GetReportResponseObject, error) {
	now, centre := s.Now(), centreOf(ctx)
	today := scheduling.DateOf(now, centre.Zone(""))
	q, err := reportQuery(ctx, centre, r, today)
	if err != nil {
		return nil, err
	}
	made, err := s.Reports.Report(ctx, q, today, now)
	switch {
	case errors.Is(err, reports.ErrGrouping):
		return nil, invalid("?group_by", groupings())
	case err != nil:
		return nil, err
	}
	if wantsCSV(r.Params.Format, metaOf(ctx).accept) {
		var body bytes.Buffer
		if err = made.WriteCSV(&body, centre, metaOf(ctx).lang); err != nil {
			return nil, err
		}
		exported(ctx, "report "+string(q.Report))
		return csvFile{name: fmt.Sprintf("ziyara-%s-%s-%s.csv", q.Report, q.From, q.To), body: body.Bytes()}, nil
	}
	return GetReport200JSONResponse(reportJSON(made, centre)), nil
}

// reportQuery reads the request for a report, limited to what the caller may see.
func reportQuery(
	ctx context.Context, centre *centre.Snapshot, r GetReportRequestObject, today scheduling.Date,
) (reports.Query, error) {
	p := r.Params
	q := reports.Query{
		Report: reports.Name(r.Report), Department: p.Department, Branch: p.Branch, Service: p.Service, Channel: catalog.Channel(p.Channel),
	}
	department := p.Department
	if service, ok := centre.Service(p.Service); ok && department == "" {
		department = service.Department
	}
	var err error
	if q.Within, err = reportScope(ctx, department, p.Branch); err != nil {
		return q, err
	}
	if q.From, q.To, err = reportDates(q.Report, p.From, p.To, today); err != nil {
		return q, err
	}
	for name := range strings.SplitSeq(p.GroupBy, ",") {
		if name = strings.TrimSpace(name); name != "" {
			q.GroupBy = append(q.GroupBy, reports.Dimension(name))
		}
	}
	return q, knownParts(centre, q)
}

// reportDates reads the dates of a report, both included: by default the four
// weeks that end yesterday, or for a forecast those that begin today.
func reportDates(n reports.Name, from, to string, today scheduling.Date) (first, last scheduling.Date, err error) {
	if first, err = dateOr("?from", from, 0); err != nil {
		return 0, 0, err
	}
	if last, err = dateOr("?to", to, 0); err != nil {
		return 0, 0, err
	}
	const others = reports.ForecastDays - 1
	switch {
	case n == reports.Forecast && first == 0 && last == 0:
		return today, today + others, nil
	case n == reports.Forecast && last == 0:
		return first, min(first+others, today+others), nil
	case last == 0 && first == 0:
		return today - 1 - others, today - 1, nil
	case last == 0:
		return first, max(first, today-1), nil
	case first == 0:
		return last - others, last, nil
	}
	return first, last, nil
}

// reportScope returns what the caller may see. It returns access.ErrForbidden if
// that is nothing in the department and the branch (slugs; "" for all).
func reportScope(ctx context.Context, department, branch string) (reports.Scope, error) {
	grant, err := grantOf(ctx)
	if err != nil {
		return reports.Scope{}, err
	}
	if !grant.Touches(department, branch) {
		return reports.Scope{}, access.ErrForbidden
	}
	departments, branches := grant.Within()
	return reports.Scope{Departments: departments, Branches: branches}, nil
}

// knownParts returns an error for an unknown department, branch or service in the
// request.
func knownParts(centre *centre.Snapshot, q reports.Query) error {
	_, department := centre.Department(q.Department)
	_, branch := centre.Branch(q.Branch)
	_, service := centre.Service(q.Service)
	switch {
	case q.Department != "" && !department:
		return invalid("?department", flaw{FieldErrorCodeNotKnown, texts.Staff("invalid.department")})
	case q.Branch != "" && !branch:
		return invalid("?branch", flaw{FieldErrorCodeNotKnown, texts.Staff("invalid.branch")})
	case q.Service != "" && !service:
		return invalid("?service", flaw{FieldErrorCodeNotKnown, texts.Staff("invalid.service")})
	}
	return nil
}

// groupings lists what a report can be grouped by.
func groupings() flaw {
	var names []any
	for _, d := range reports.Dimensions() {
		names = append(names, string(d))
	}
	return oneOf(names)
}

func columnsJSON(d reports.Definition) []ReportColumn {
	columns := make([]ReportColumn, len(d.Figures))
	for i, f := range d.Figures {
		columns[i] = ReportColumn{Name: f.Name, Title: f.Title, About: f.About, Unit: string(f.Unit)}
	}
	return columns
}

func reportJSON(r reports.Report, names *centre.Snapshot) Report {
	out := Report{
		Report: string(r.Definition.Name), Title: r.Definition.Title, About: r.Definition.About,
		From: r.From.String(), To: r.To.String(), GroupBy: make([]string, len(r.GroupBy)),
		Columns: columnsJSON(r.Definition), Rows: make([]ReportRow, len(r.Rows)), Total: valuesJSON(r.Definition, r.Total),
	}
	for i, by := range r.GroupBy {
		out.GroupBy[i] = string(by)
	}
	for i, row := range r.Rows {
		out.Rows[i] = ReportRow{Group: groupJSON(r.Query, row.Key, names), Values: valuesJSON(r.Definition, row.Values)}
	}
	return out
}

func valuesJSON(d reports.Definition, values reports.Values) ReportValues {
	out := make(ReportValues, len(values))
	for i, v := range values {
		out[d.Figures[i].Name] = v
	}
	return out
}

func groupJSON(q reports.Query, k reports.Key, names *centre.Snapshot) (g ReportGroup) {
	for _, by := range q.GroupBy {
		switch by {
		case reports.ByDay:
			g.Day, g.Hijri = k.Day.String(), hijri(k.Day)
		case reports.ByMonth:
			g.Month = k.Month.Time().Format(reports.MonthLayout)
		case reports.ByDepartment:
			g.Department = &Named{Slug: k.Department, Name: names.DepartmentName(k.Department)}
		case reports.ByBranch:
			g.Branch = &Named{Slug: k.Branch, Name: names.BranchName(k.Branch)}
		case reports.ByService:
			g.Service = &Named{Slug: k.Service, Name: names.ServiceName(k.Service)}
		case reports.ByChannel:
			g.Channel = &Named{Slug: string(k.Channel), Name: reports.ChannelName(k.Channel)}
		}
	}
	return g
}

const mimeCSV = "text/csv"

// wantsCSV reports whether the client wants CSV: because format says so, or
// because Accept prefers it to JSON (RFC 9110, section 12.5.1).
func wantsCSV(format, accept string) bool {
	if format != "" {
		return format == "csv"
	}
	weights := map[string]float64{}
	for part := range strings.SplitSeq(accept, ",") {
		media, params, err := mime.ParseMediaType(part)
		if err != nil {
			continue
		}
		weight := 1.0
		if q, ok := params["q"]; ok {
			if weight, err = strconv.ParseFloat(q, 64); err != nil {
				continue
			}
		}
		weights[media] = max(weights[media], weight)
	}
	json := max(weights[fiber.MIMEApplicationJSON], weights["application/*"], weights["*/*"])
	return weights[mimeCSV] > json || weights[mimeCSV] > 0 && weights[mimeCSV] == json && weights[fiber.MIMEApplicationJSON] == 0
}

// csvFile is a CSV file that a browser saves.
type csvFile struct {
	name string
	body []byte
}

// VisitGetReportResponse writes the answer.
func (f csvFile) VisitGetReportResponse(c *fiber.Ctx) error {
	c.Set(fiber.HeaderContentType, mimeCSV+"; charset=utf-8; header=present")
	c.Set(fiber.HeaderContentDisposition, `attachment; filename="`+f.name+`"`)
	return c.Send(f.body)
}
