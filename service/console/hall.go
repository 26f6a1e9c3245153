package console

import (
	"cmp"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"ziyara/access"
	"ziyara/catalog"
	"ziyara/centre"
	"ziyara/hall"
	"ziyara/reports"
	"ziyara/scheduling"
	"ziyara/service/web"
	"ziyara/slots"
)

// Fields of the forms and queries of the hall.
const (
	branchField   = "branch"
	deskField     = "desk"
	selectedField = "number" // of who is selected
	versionField  = "version"
	actField      = "act"
	visitField    = "visit" // a reference
	whoField      = "who"   // a reference, an identity number, a mobile or a name
)

// visit is a visit as the API shows it to reception (HallVisit).
type visit struct {
	Reference  string     `json:"reference"`
	Service    string     `json:"service"`
	DeskGroup  string     `json:"desk_group"`
	Start      time.Time  `json:"start"`
	End        time.Time  `json:"end"`
	Party      int        `json:"party"`
	Where      hall.Where `json:"where"`
	Visitor    string     `json:"visitor"`
	Needs      []string   `json:"needs"`
	Number     int        `json:"number"`
	ArrivedAt  time.Time  `json:"arrived_at"`
	TurnAt     time.Time  `json:"turn_at"`
	Late       bool       `json:"late"`
	WalkIn     bool       `json:"walk_in"`
	Calls      int        `json:"calls"`
	CalledAt   time.Time  `json:"called_at"`
	Desk       string     `json:"desk"`
	StartedAt  time.Time  `json:"started_at"`
	AwayUntil  time.Time  `json:"away_until"`
	ExpectedAt time.Time  `json:"-"` // of the call, from the queue
}

// day is the hall as the API shows it (Hall).
type day struct {
	Counts map[hall.Where]int `json:"counts"`
	Queues []struct {
		Waiting []struct {
			Reference  string    `json:"reference"`
			ExpectedAt time.Time `json:"expected_at"`
		} `json:"waiting"`
	} `json:"queues"`
	Visits []visit `json:"visits"`
	Next   string  `json:"next_cursor"`
}

const (
	mostAtOnce = 200 // visits in an answer of the API
	mostPages  = 5   // answers that make one page
)

// act is what reception does to a visit, by the key that does it.
type act struct {
	Key       string // the letter
	Name      string // of the field, and of the text
	operation string // of the contract
	at        func(v visit) bool
}

// acts are the acts of the bar, always in this order.
func acts() []act {
	in := func(list ...hall.Where) func(visit) bool {
		return func(v visit) bool { return slices.Contains(list, v.Where) }
	}
	return []act{
		{"C", "call", "callVisitor", in(hall.AtWaiting)},
		{"R", "recall", "recallVisitor", in(hall.AtCalled)},
		{"S", "start", "startVisit", in(hall.AtCalled, hall.AtWaiting)},
		{"F", "complete", "completeVisit", in(hall.AtServing)},
		{"X", "missed", "missVisitor", in(hall.AtCalled)},
		{"X", "absent", "recordNoShow", in(hall.AtExpected)},
	}
}

// card is a visit in a column.
type card struct {
	visit
	Name    string // of the service
	At      web.Moment
	Badges  []badge
	Spent   int // minutes at the desk
	Length  int // minutes that were planned
	Called  string
	Arrived string
}

// Acts are the names of the acts that are possible, for the script.
func (c card) Acts() string {
	var list []string
	for _, a := range acts() {
		if a.at(c.visit) {
			list = append(list, a.Name)
		}
	}
	return strings.Join(list, " ")
}

type badge struct {
	Tone web.Tone
	Icon web.Icon
	Text string
}

// column is one of the four parts of the hall.
type column struct {
	Where hall.Where
	About string
	Cards []card
}

// desk is a desk of the branch.
type desk struct {
	Name       string `json:"name"`
	DeskGroup  string `json:"desk_group"`
	Accessible bool   `json:"accessible"`
}

// hallPage shows the hall of a branch today.
type hallPage struct {
	page

	Slug     string // of the branch
	Branches []web.Option
	Desk     string // where the member of staff sits; "" while not chosen
	Desks    []desk
	Columns  []column
	Selected string // reference; "" for nobody
	Version  string
	Receives bool // may act
	Found    []found
	Sought   bool // somebody was sought
}

// here is the address of the hall, with the branch and the desk.
func (p hallPage) here(path string) string { return at(path, p.Slug, p.Desk, p.Lang) }

func at(path, branch, desk, lang string) string {
	q := url.Values{branchField: {branch}, web.LanguageField: {lang}}
	if desk != "" {
		q.Set(deskField, desk)
	}
	return path + "?" + q.Encode()
}

// branchOf returns the branch that a page is about: the one that is asked for, or the
// first whose hall the member of staff may see.
func (k *Console) branchOf(c *fiber.Ctx, p *page, operation string) (slug string, all []web.Option, err error) {
	grant, err := access.May(p.Staff, operation)
	if err != nil {
		return "", nil, err
	}
	snapshot := k.Centre()
	asked := c.Query(branchField, posted(c, branchField))
	for _, b := range snapshot.Branches {
		if _, err := grant.AtBranch(b.Slug); err != nil || len(snapshot.GroupsAt(b.Slug)) == 0 {
			continue
		}
		if slug == "" || b.Slug == asked {
			slug, p.Branch = b.Slug, b.Name.In(p.Lang)
		}
		all = append(all, web.Option{Value: b.Slug, Text: b.Name.In(p.Lang)})
	}
	switch {
	case slug == "":
		return "", nil, access.ErrForbidden
	case asked != "" && slug != asked:
		return "", nil, fiber.ErrNotFound
	}
	p.At = web.MomentOf(k.Now(), snapshot.Zone(slug), p.Lang)
	return slug, all, nil
}

// showHall shows the hall.
func (k *Console) showHall(c *fiber.Ctx) error {
	p, err := k.hall(c)
	if err != nil {
		return err
	}
	p.told(c)
	return web.Send(c, http.StatusOK, p.Lang, hallRoom(p))
}

// hall reads the hall.
func (k *Console) hall(c *fiber.Ctx) (p hallPage, err error) {
	p = hallPage{page: k.page(c, "console.hall", "console.hall")}
	if p.Slug, p.Branches, err = k.branchOf(c, &p.page, "getHall"); err != nil {
		return p, err
	}
	_, err = access.May(p.Staff, "callVisitor")
	p.Receives = err == nil
	if p.Version, err = k.HallVersion(c.UserContext(), p.Slug); err != nil {
		return p, err
	}
	path := "/v1/branches/" + url.PathEscape(p.Slug)
	var desks struct {
		Desks []desk `json:"desks"`
	}
	if err = k.ask(c, question{path: path + "/desks"}, &desks); err != nil {
		return p, err
	}
	p.Desks = desks.Desks
	slices.SortFunc(p.Desks, byDeskName)
	asked := c.Query(deskField, c.FormValue(deskField))
	if slices.ContainsFunc(p.Desks, func(d desk) bool { return d.Name == asked }) {
		p.Desk = asked
	}
	var today day
	q := question{path: path + "/hall", query: url.Values{"where": {hall.Open}, "limit": {strconv.Itoa(mostAtOnce)}}}
	for range mostPages {
		var more day
		if err = k.ask(c, q, &more); err != nil {
			return p, err
		}
		today.Counts, today.Queues = more.Counts, more.Queues
		today.Visits = append(today.Visits, more.Visits...)
		if more.Next == "" {
			break
		}
		q.query.Set("cursor", more.Next)
	}
	p.fill(k.Centre(), today, k.Now())
	if n, err := strconv.Atoi(c.Query(selectedField)); err == nil {
		p.selects(n)
	}
	return p, nil
}

// byDeskName sorts desks as people count: 2 before 10.
func byDeskName(a, b desk) int {
	m, errM := strconv.Atoi(a.Name)
	n, errN := strconv.Atoi(b.Name)
	if errM == nil && errN == nil {
		return m - n
	}
	return strings.Compare(a.Name, b.Name)
}

// selects selects who has a number.
func (p *hallPage) selects(number int) {
	for _, col := range p.Columns {
		for _, c := range col.Cards {
			if c.Number == number {
				p.Selected = c.Reference
			}
		}
	}
}

// fill puts the visits of today into the columns.
func (p *hallPage) fill(c *centre.Snapshot, today day, now time.Time) {
	calls := make(map[string]time.Time)
	for _, q := range today.Queues {
		for _, w := range q.Waiting {
			calls[w.Reference] = w.ExpectedAt
		}
	}
	by := make(map[hall.Where][]card)
	zone := c.Zone(p.Slug)
	for _, v := range today.Visits {
		v.ExpectedAt = calls[v.Reference]
		by[v.Where] = append(by[v.Where], p.card(c, v, zone, now))
	}
	slices.SortStableFunc(by[hall.AtWaiting], func(a, b card) int {
		return cmp.Or(a.ExpectedAt.Compare(b.ExpectedAt), cmp.Compare(a.Number, b.Number))
	})
	slices.SortStableFunc(by[hall.AtCalled], func(a, b card) int { return b.CalledAt.Compare(a.CalledAt) })
	slices.SortStableFunc(by[hall.AtServing], func(a, b card) int { return byDeskName(desk{Name: a.Desk}, desk{Name: b.Desk}) })
	soon, longest := 0, 0
	for _, v := range by[hall.AtExpected] {
		if v.Start.Before(now.Add(time.Hour)) {
			soon++
		}
	}
	for _, v := range by[hall.AtWaiting] {
		longest = max(longest, minutes(now.Sub(v.ArrivedAt)))
	}
	about := map[hall.Where]string{
		hall.AtExpected: p.S("console.within_an_hour", "Count", soon),
		hall.AtServing:  p.S("console.of_desks", "Count", len(p.Desks)),
	}
	if len(by[hall.AtWaiting]) > 0 {
		about[hall.AtWaiting] = p.S("console.longest", "Count", longest)
	}
	for _, where := range []hall.Where{hall.AtExpected, hall.AtWaiting, hall.AtCalled, hall.AtServing} {
		p.Columns = append(p.Columns, column{where, about[where], by[where]})
	}
}

// minutes are whole minutes that have passed.
func minutes(d time.Duration) int { return int(max(d, 0) / time.Minute) }

// card returns a visit as a card shows it.
func (p *hallPage) card(c *centre.Snapshot, v visit, zone *time.Location, now time.Time) card {
	out := card{visit: v, At: web.MomentOf(v.Start, zone, p.Lang), Length: minutes(v.End.Sub(v.Start))}
	clock := func(t time.Time) string { return web.MomentOf(t, zone, p.Lang).Time }
	needs := catalog.CommonNeeds()
	out.Name = v.Service
	if service, ok := c.Service(v.Service); ok {
		out.Name, needs = service.Name.In(p.Lang), slices.Concat(service.Needs, needs)
	}
	say := func(t web.Tone, i web.Icon, text string) { out.Badges = append(out.Badges, badge{t, i, text}) }
	late := minutes(now.Sub(v.Start))
	switch v.Where {
	case hall.AtExpected:
		switch grace := c.HallRules(v.Service).NoShow; {
		case v.AwayUntil.After(now):
		case now.After(v.Start.Add(grace)):
			say(web.Wrong, web.Alert, p.S("console.overdue", "Count", minutes(now.Sub(v.Start.Add(grace)))))
		case late > 0:
			say(web.Warning, web.Hourglass, p.S("console.late", "Count", late))
		}
	case hall.AtWaiting:
		out.Arrived = clock(v.ArrivedAt)
		p.promise(v, now, say)
	case hall.AtCalled:
		out.Called = clock(v.CalledAt)
		if v.Calls > 1 {
			say(web.Warning, web.Bell, p.S("console.calls", "Count", v.Calls))
		}
	case hall.AtServing:
		out.Called, out.Spent = clock(v.StartedAt), minutes(now.Sub(v.StartedAt))
	case hall.AtCompleted, hall.AtLeft, hall.AtNoShow:
	}
	switch {
	case !v.AwayUntil.After(now):
	case v.Where == hall.AtExpected:
		say(web.Notify, web.Clock, p.S("console.coming", "Time", clock(v.AwayUntil)))
	default:
		say(web.Notify, web.Clock, p.S("console.away", "Time", clock(v.AwayUntil)))
	}
	if v.Party > 1 {
		say(web.Neutral, web.People, p.S("console.together", "Count", v.Party))
	}
	for _, need := range v.Needs {
		say(web.Notify, web.Info, needName(needs, need).In(p.Lang))
	}
	return out
}

// promise says how the promise to call a visitor stands: within reports.PromiseMinutes of
// the booked start.
func (p *hallPage) promise(v visit, now time.Time, say func(web.Tone, web.Icon, string)) {
	due := v.Start.Add(reports.PromiseMinutes * time.Minute)
	switch {
	case v.WalkIn:
		say(web.Neutral, web.People, p.S("console.walk_in"))
	case v.Late:
		say(web.Neutral, web.Hourglass, p.S("console.came_late"))
	case now.Before(v.Start):
		say(web.Neutral, web.Clock, p.S("console.booked_for", "Time", web.MomentOf(v.Start, v.Start.Location(), p.Lang).Time))
	case now.Before(due):
		say(web.Good, web.Clock, p.S("console.left", "Count", max(1, minutes(due.Sub(now)))))
	default:
		say(web.Wrong, web.Alert, p.S("console.over", "Count", max(1, minutes(now.Sub(due)))))
	}
}

func needName(needs []catalog.Need, slug string) catalog.Text {
	for _, n := range needs {
		if n.Slug == slug {
			return n.Name
		}
	}
	return catalog.Text{AR: slug, EN: slug}
}

// Acts are those that the bar offers.
func (p hallPage) Acts() []act { return acts() }

// told says what was done before the page was opened, by its query.
func (p *hallPage) told(c *fiber.Ctx) {
	if n, err := strconv.Atoi(c.Query("told")); err == nil && n >= 0 {
		p.Notice = p.S("console.done_told", "Count", n)
		return
	}
	done := c.Query("done")
	if done == "no_show" {
		p.Notice = p.S("console.done_no_show")
		return
	}
	n, err := strconv.Atoi(c.Query(selectedField))
	switch {
	case err != nil || n < 1:
		return
	case done == "called":
		p.Notice = p.S("console.done_called", "Number", n, "Desk", c.Query(deskField))
	case done == "arrived":
		p.Notice = p.S("console.done_arrived", "Number", n)
	case done == "started":
		p.Notice = p.S("console.done_started", "Number", n)
	case done == "completed":
		p.Notice = p.S("console.done_completed", "Number", n)
	case done == "missed":
		p.Notice = p.S("console.done_missed", "Number", n)
	}
}

// actInHall does what a button of the bar says.
func (k *Console) actInHall(c *fiber.Ctx) error {
	reference, to := c.FormValue(visitField), c.FormValue(deskField)
	name := c.FormValue(actField)
	path := "/v1/appointments/" + url.PathEscape(reference)
	branch := c.FormValue(branchField)
	q, done := question{method: http.MethodPost}, ""
	switch name {
	case "next":
		q.path, q.body, done = "/v1/branches/"+url.PathEscape(branch)+"/calls", map[string]string{"desk": to}, "called"
		reference = "-" // nobody needs to be selected
	case "call":
		q.path, done = "/v1/branches/"+url.PathEscape(branch)+"/calls", "called"
		q.body = map[string]string{"desk": to, "reference": reference}
	case "recall":
		q.path, done = path+"/recall", "called"
	case "start":
		body := map[string]string{}
		if to != "" {
			body["desk"] = to
		}
		q.path, q.body, done = path+"/start", body, "started"
	case "complete":
		q.path, done = path+"/complete", "completed"
	case "missed":
		q.path, done = path+"/not-there", "missed"
	case "absent":
		q.path, done = path+"/no-show", "no_show"
	default:
		return fiber.ErrNotFound
	}
	switch {
	case reference == "":
		return k.refuses(c, "console.select_first")
	case to == "" && (name == "next" || name == "call"):
		return k.refuses(c, "console.desk_first")
	}
	var v visit
	if err := k.ask(c, q, &v); err != nil {
		return k.again(c, err)
	}
	return k.did(c, done, v)
}

// did leads back to the hall after an act.
func (k *Console) did(c *fiber.Ctx, done string, v visit) error {
	branch, desk := c.FormValue(branchField), c.FormValue(deskField)
	k.halls.poke(branch)
	told := url.Values{"done": {done}}
	if v.Number > 0 {
		told.Set(selectedField, strconv.Itoa(v.Number))
	}
	return c.Redirect(at(Path+"/hall", branch, desk, web.Language(c, ""))+"&"+told.Encode(), http.StatusSeeOther)
}

// refuses shows the hall again, and what to do first.
func (k *Console) refuses(c *fiber.Ctx, key string) error {
	p, err := k.hall(c)
	if err != nil {
		return err
	}
	p.Tone, p.Notice, p.Selected = web.Warning, p.S(key), c.FormValue(visitField)
	return web.Send(c, http.StatusUnprocessableEntity, p.Lang, hallRoom(p))
}

// again shows the hall again, and why the API refused an act.
func (k *Console) again(c *fiber.Ctx, err error) error {
	r := new(refusal)
	if !errors.As(err, &r) || r.Status == http.StatusUnauthorized {
		return err
	}
	p, lost := k.hall(c)
	if lost != nil {
		return lost
	}
	p.Tone, p.Notice, p.About, p.Selected = web.Warning, r.Title, r.Detail, c.FormValue(visitField)
	return web.Send(c, r.Status, p.Lang, hallRoom(p))
}

// checkIn checks a visitor in by reference or identity number; by a mobile or a name it
// lists whom that could be.
func (k *Console) checkIn(c *fiber.Ctx) error {
	branch, who := c.FormValue(branchField), strings.TrimSpace(c.FormValue(whoField))
	body := map[string]string{"branch": branch}
	identity, err := slots.ParseIdentity(who)
	reference, notOne := slots.ParseReference(who)
	switch {
	case who == "":
		return k.refuses(c, "console.who_first")
	case notOne == nil:
		body["reference"] = string(reference)
	case err == nil:
		body["id_number"] = identity.Number
	default:
		return k.find(c, branch, who)
	}
	var v visit
	if err := k.ask(c, question{method: http.MethodPost, path: "/v1/arrivals", body: body}, &v); err != nil {
		return k.again(c, err)
	}
	return k.did(c, "arrived", v)
}

// find shows the hall with today's visits that are meant by words of a name or a mobile:
// those to come, and those recorded as no-shows, whose visitor is here after all.
func (k *Console) find(c *fiber.Ctx, branch, who string) error {
	p, err := k.hall(c)
	if err != nil {
		return err
	}
	date := scheduling.DateOf(k.Now(), k.Centre().Zone(branch))
	if p.Found, _, err = k.list(c, url.Values{
		"branch": {branch}, "date": {date.String()}, "q": {who}, "limit": {"50"},
	}, p.Lang); err != nil {
		return k.again(c, err)
	}
	p.Found = slices.DeleteFunc(p.Found, func(f found) bool { return f.Status != slots.Booked && f.Status != slots.NoShow })
	p.Sought = true
	return web.Send(c, http.StatusOK, p.Lang, hallRoom(p))
}
