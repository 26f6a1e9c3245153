package console

import (
	"cmp"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"

	"ziyara/access"
	"ziyara/scheduling"
	"ziyara/service/web"
	"ziyara/slots"
)

// Fields of the form that books for somebody, besides those of the forms of the hall.
const (
	callerField    = "caller" // an identity number or a mobile, by which an earlier visitor is found
	lookedField    = "looked" // the caller that was looked up last
	personField    = "person" // a reference of the earlier visitor that is meant
	wordsField     = "words"  // what the caller wants
	soughtField    = "sought" // the words that were sought last
	pickField      = "pick"   // the service, by the button that chooses it
	allField       = "all"    // the service, by the list of all
	timeField      = "time"   // branch and start, by the button that chooses them
	dayField       = "day"    // branch and date whose times are shown
	nextField      = "next"   // branch and date whose times are asked for
	heldField      = "held"   // the place that is held, as the API answered
	readField      = "read"   // the documents were read to the caller
	messagesField  = "messages"
	reasonField    = "reason"
	agentField     = "agent" // who comes for the visitor: their name
	agentIDField   = "agent_identity"
	wakalaField    = "wakala"
	wakalaEndField = "wakala_expires"
	doField        = "do"
)

// held is a place that the API holds (Hold). Who changes it in the form holds nothing:
// the token belongs to the id.
type held struct {
	ID        string    `json:"id"`
	Token     string    `json:"token"`
	Service   string    `json:"service"`
	Branch    string    `json:"branch"`
	Start     time.Time `json:"start"`
	Party     int       `json:"party"`
	Needs     []string  `json:"needs"`
	ExpiresAt time.Time `json:"expires_at"`
}

// line is something to choose on the page, or to read.
type line struct {
	Value, Text, About string
	Link               string // of what needs no visit here; "" for a choice
	Key                string // that chooses it; "" for none
	Chosen             bool
}

// bookPage books for somebody.
type bookPage struct {
	formPage

	Callers   []line // earlier visitors who may be meant
	Guide     []line
	All       []web.Option
	Service   string // slug; "" while not chosen
	Documents []string
	Times     []line // the nearest at each branch
	Others    []line // of a branch on a date
	OthersAt  string // which
	NextDay   string // branch and date after Others; "" for none
	Held      *held
	At        web.Moment // of Held
	Place     string     // of Held
	Until     string     // of Held
	Focus     string     // field or step with the focus
}

// HeldJSON is the held place as the form carries it.
func (p bookPage) HeldJSON() string {
	if p.Held == nil {
		return ""
	}
	out, err := json.Marshal(p.Held)
	if err != nil {
		return ""
	}
	return string(out)
}

// Field returns a field of the form.
func (p bookPage) Field(name string) web.Field {
	return web.Field{Name: name, Label: p.S("book." + name), Value: p.Values[name], Wrong: p.Wrong[name]}
}

// Represented reports whether somebody comes for the visitor, or something of that is wrong.
func (p bookPage) Represented() bool {
	return slices.ContainsFunc([]string{agentField, agentIDField, wakalaField, wakalaEndField}, func(name string) bool {
		return p.Values[name] != "" || p.Wrong[name] != ""
	})
}

// Further reports whether one of the fields that few calls need is filled in or wrong.
func (p bookPage) Further() bool {
	return p.Values[partyField] != "" || p.Values[reasonField] != "" || p.Wrong[partyField] != "" || p.Wrong[reasonField] != "" ||
		p.Values[messagesField] == "en"
}

// booking begins the page with what was typed.
func (k *Console) booking(c *fiber.Ctx) (bookPage, error) {
	p := bookPage{formPage: formPage{
		page: k.page(c, "book.room", "book.title"), Values: make(map[string]string), Wrong: make(map[string]string),
		Once: cmp.Or(c.FormValue(onceField), k.NewID()),
	}}
	grant, err := access.May(p.Staff, "createAppointment")
	if err != nil {
		return p, err
	}
	if len(p.Staff.Branches) == 1 && len(p.Staff.Roles) == 1 && p.Staff.Roles[0] == access.Receptionist {
		if b, ok := k.Centre().Branch(p.Staff.Branches[0]); ok {
			p.Branch = b.Name.In(p.Lang)
		}
	}
	for _, name := range []string{
		callerField, lookedField, wordsField, soughtField, dayField, readField, messagesField, reasonField, nameField, idField, mobileField,
		partyField, agentField, agentIDField, wakalaField, wakalaEndField,
	} {
		p.Values[name] = strings.TrimSpace(c.FormValue(name))
	}
	for _, need := range c.Context().PostArgs().PeekMulti(needsField) {
		p.Ticked = append(p.Ticked, string(need))
	}
	slices.Sort(p.Ticked)
	p.Service = c.FormValue(serviceField)
	if kept := c.FormValue(heldField); kept != "" {
		p.Held = new(held)
		if json.Unmarshal([]byte(kept), p.Held) != nil || p.Held.ID == "" {
			p.Held = nil
		}
	}
	for _, s := range k.Centre().Services {
		if grant.Touches(s.Department, "") {
			p.All = append(p.All, web.Option{Value: s.Slug, Text: s.Name.In(p.Lang)})
		}
	}
	return p, nil
}

func (k *Console) askBooking(c *fiber.Ctx) error {
	p, err := k.booking(c)
	if err != nil {
		return err
	}
	p.Focus = callerField
	return web.Send(c, http.StatusOK, p.Lang, bookRoom(p))
}

// book does what was asked for on the page: the next step, unless a button chose something.
// Whatever it is, what was typed stays.
func (k *Console) book(c *fiber.Ctx) error {
	p, err := k.booking(c)
	if err != nil {
		return err
	}
	picked := cmp.Or(c.FormValue(pickField), c.FormValue(allField))
	reference := ""
	switch {
	case c.FormValue(doField) == "new":
		k.release(c, &p)
		return c.Redirect(Path+"/book?lang="+p.Lang, http.StatusSeeOther)
	case c.FormValue(nextField) != "":
		p.Values[dayField] = c.FormValue(nextField)
	case c.FormValue(timeField) != "":
		err = k.hold(c, &p, c.FormValue(timeField))
	case picked != "" && picked != p.Service:
		k.release(c, &p)
		p.Service, p.Values[dayField], p.Ticked = picked, "", nil
	case c.FormValue(personField) != "":
		err = k.knows(c, &p, c.FormValue(personField))
	case p.Values[callerField] != "" && p.Values[callerField] != p.Values[lookedField]:
		err = k.lookUp(c, &p)
	case p.Values[wordsField] != p.Values[soughtField]:
		k.release(c, &p)
		p.Service = ""
	case p.Held != nil:
		reference, err = k.confirm(c, &p)
	}
	r := new(refusal)
	switch {
	case reference != "":
		return c.Redirect(Path+"/book/"+reference+"?lang="+p.Lang, http.StatusSeeOther)
	case err != nil && (!errors.As(err, &r) || r.Status == http.StatusUnauthorized):
		return err
	case err != nil && len(p.Mistakes) == 0:
		p.Tone, p.Notice, p.About = web.Warning, r.Title, r.Detail
	}
	if err := k.lists(c, &p); err != nil {
		return err
	}
	p.focus()
	status := http.StatusOK
	if err != nil {
		status = r.Status
	} else if len(p.Mistakes) > 0 {
		status = http.StatusUnprocessableEntity
	}
	return web.Send(c, status, p.Lang, bookRoom(p))
}

// focus puts the focus where the next thing is done.
func (p *bookPage) focus() {
	switch {
	case len(p.Mistakes) > 0:
		p.Focus = p.Mistakes[0].Field
	case len(p.Callers) > 0:
		p.Focus = personField
	case p.Service == "" && len(p.Guide) > 0:
		p.Focus = pickField
	case p.Service == "":
		p.Focus = wordsField
	case p.Held == nil:
		p.Focus = timeField
	default:
		for _, name := range []string{nameField, idField, mobileField} {
			if p.Values[name] == "" {
				p.Focus = name
				return
			}
		}
		p.Focus = readField
	}
}

// lookUp finds who called before, by their identity number or mobile.
func (k *Console) lookUp(c *fiber.Ctx, p *bookPage) error {
	caller := p.Values[callerField]
	p.Values[lookedField] = caller
	var known appointments
	if err := k.ask(c, question{path: "/v1/appointments", query: url.Values{"q": {caller}, "limit": {"100"}}}, &known); err != nil {
		return err
	}
	identity, notOne := slots.ParseIdentity(caller)
	if notOne == nil && p.Values[idField] == "" {
		p.Values[idField] = identity.Number
	}
	var persons []int // the latest visit of each
	for i := range slices.Backward(known.Appointments) {
		a := known.Appointments[i]
		if !slices.ContainsFunc(persons, func(j int) bool {
			return known.Appointments[j].ID == a.ID && known.Appointments[j].Visitor == a.Visitor
		}) {
			persons = append(persons, i)
		}
	}
	switch {
	case len(persons) == 0 && notOne != nil && digits(caller) < 7:
		p.Wrong[callerField] = p.S("book.caller_wrong")
		p.Mistakes = append(p.Mistakes, web.Mistake{Field: callerField, Text: p.S("book.caller_wrong")})
	case len(persons) == 0:
		if notOne != nil && p.Values[mobileField] == "" {
			p.Values[mobileField] = caller
		}
		p.Tone, p.Notice = web.Notify, p.S("book.first_time")
	case len(persons) == 1:
		return k.knows(c, p, known.Appointments[persons[0]].Reference)
	default:
		for n, i := range persons[:min(len(persons), 9)] {
			a := known.Appointments[i]
			p.Callers = append(p.Callers, line{
				Value: a.Reference, Text: a.Visitor, About: p.S("book.ends_in", "Digits", ending(a.ID)), Key: strconv.Itoa(n + 1),
			})
		}
	}
	return nil
}

// digits returns how many digits are in a text, of any script.
func digits(text string) (n int) {
	for _, r := range text {
		if r >= '0' && r <= '9' || r >= '٠' && r <= '٩' {
			n++
		}
	}
	return n
}

// ending returns the digits of a masked number that are shown.
func ending(masked string) string { return strings.TrimLeft(masked, "•") }

// knows fills in what an earlier visit says of its visitor.
func (k *Console) knows(c *fiber.Ctx, p *bookPage, reference string) error {
	var v wholeVisit
	if err := k.ask(c, question{path: "/v1/appointments/" + url.PathEscape(reference)}, &v); err != nil {
		return err
	}
	p.Values[nameField] = v.Visitor
	if v.Staff.Mobile != "" {
		p.Values[mobileField] = local(v.Staff.Mobile)
	}
	if v.Staff.Lang == "en" {
		p.Values[messagesField] = "en"
	}
	about := p.S("book.ends_in", "Digits", ending(v.Staff.ID))
	if p.Values[idField] != "" {
		about = ""
	}
	p.Tone, p.Notice, p.About = web.Good, p.S("book.known", "Name", v.Visitor), about
	return nil
}

// local returns a number as people of the country write it: 0501234567.
func local(mobile string) string {
	if rest, ok := strings.CutPrefix(mobile, "+966"); ok {
		return "0" + rest
	}
	return mobile
}

// release gives back what is held. A place that can't be given back is free again soon.
func (k *Console) release(c *fiber.Ctx, p *bookPage) {
	if p.Held == nil {
		return
	}
	q := question{method: http.MethodDelete, path: "/v1/holds/" + url.PathEscape(p.Held.ID), hold: p.Held.Token}
	if err := k.ask(c, q, nil); err != nil {
		k.Log.WarnContext(c.UserContext(), "a hold was not released; it will expire", "error", err)
	}
	p.Held = nil
}

// hold holds a place at a branch, instead of the one that is held.
func (k *Console) hold(c *fiber.Ctx, p *bookPage, branchAndStart string) error {
	branch, start, _ := strings.Cut(branchAndStart, "|")
	at, err := time.Parse(time.RFC3339, start)
	if err != nil {
		return fiber.ErrNotFound
	}
	if p.Held != nil && p.Held.Branch == branch && p.Held.Start.Equal(at) && slices.Equal(p.Held.Needs, p.Ticked) {
		return nil
	}
	k.release(c, p)
	p.Values[dayField] = branch + "|" + scheduling.DateOf(at, k.Centre().Zone(branch)).String()
	body := map[string]any{"service": p.Service, "branch": branch, "start": start}
	if n, err := strconv.Atoi(p.Values[partyField]); err == nil {
		body["party"] = n
	}
	if len(p.Ticked) > 0 {
		body["needs"] = p.Ticked
	}
	// The same press twice holds one place.
	said, err := json.Marshal(body)
	if err != nil {
		return err
	}
	var h held
	err = k.ask(c, question{
		method: http.MethodPost, path: "/v1/holds", body: body, key: uuid.NewSHA1(uuid.NameSpaceOID, append(said, p.Once...)).String(),
	}, &h)
	r := new(refusal)
	switch {
	case err == nil:
		slices.Sort(h.Needs)
		p.Held = &h
	case errors.As(err, &r) && r.Status == http.StatusUnprocessableEntity:
		p.Once = k.NewID()
		p.refused(r, bookPointers(), partyField, needsField)
	default:
		p.Once = k.NewID()
	}
	return err
}

// bookPointers are the pointers of the API to the fields of the form.
func bookPointers() map[string]string {
	return map[string]string{
		nameField: "#/visitor/name", idField: "#/visitor/id", mobileField: "#/mobile", reasonField: "#/reason", partyField: "#/party",
		agentField: "#/representative/name", agentIDField: "#/representative/id", wakalaField: "#/representative/wakala",
		wakalaEndField: "#/representative/wakala_expires", needsField: "#/needs/0", readField: "#/documents_acknowledged",
	}
}

// confirm books what is held and returns the reference, or says what is missing.
func (k *Console) confirm(c *fiber.Ctx, p *bookPage) (reference string, err error) {
	for _, name := range []string{nameField, idField} {
		if p.Values[name] == "" {
			p.Wrong[name] = p.S("console.missing")
			p.Mistakes = append(p.Mistakes, web.Mistake{Field: name, Text: p.S("console.missing_" + name)})
		}
	}
	if p.Values[readField] == "" {
		p.Wrong[readField] = p.S("book.read_missing")
		p.Mistakes = append(p.Mistakes, web.Mistake{Field: readField, Text: p.S("book.read_missing")})
	}
	if len(p.Mistakes) > 0 {
		return "", nil
	}
	// A need may make the visit longer: then it needs another place.
	if !slices.Equal(p.Held.Needs, p.Ticked) || p.Values[partyField] != "" && p.Values[partyField] != strconv.Itoa(p.Held.Party) {
		if err = k.hold(c, p, p.Held.Branch+"|"+p.Held.Start.Format(time.RFC3339)); err != nil {
			return "", err
		}
	}
	body := map[string]any{
		"hold": p.Held.ID, "hold_token": p.Held.Token, "documents_acknowledged": true,
		"visitor": map[string]string{"name": p.Values[nameField], "id": p.Values[idField]},
		"lang":    cmp.Or(p.Values[messagesField], "ar"),
	}
	for field, name := range map[string]string{mobileField: "mobile", reasonField: "reason"} {
		if p.Values[field] != "" {
			body[name] = p.Values[field]
		}
	}
	if p.Represented() {
		body["representative"] = map[string]string{
			"name": p.Values[agentField], "id": p.Values[agentIDField], "wakala": p.Values[wakalaField],
			"wakala_expires": p.Values[wakalaEndField],
		}
	}
	var booked struct {
		Reference string `json:"reference"`
	}
	err = k.ask(c, question{method: http.MethodPost, path: "/v1/appointments", body: body, key: p.Once}, &booked)
	r := new(refusal)
	if !errors.As(err, &r) {
		k.halls.poke(p.Held.Branch)
		return booked.Reference, err
	}
	p.Once = k.NewID() // what was refused is another request once it is corrected
	if r.Status == http.StatusGone {
		p.Held = nil
	}
	p.refused(r, bookPointers(), nameField, idField, mobileField, agentField, agentIDField, wakalaField, wakalaEndField,
		needsField, partyField, reasonField, readField)
	if strings.HasSuffix(r.Type, "#rebooking-pause") || strings.HasSuffix(r.Type, "#reason-needed") {
		p.Wrong[reasonField] = p.S("book.reason_needed")
		p.Mistakes = append(p.Mistakes, web.Mistake{Field: reasonField, Text: p.S("book.reason_needed")})
	}
	return "", err
}

// lists fills in what can be chosen.
func (k *Console) lists(c *fiber.Ctx, p *bookPage) error {
	if err := k.guide(c, p); err != nil || p.Service == "" {
		return err
	}
	service, ok := k.Centre().Service(p.Service)
	if !ok {
		p.Service, p.Held = "", nil
		return nil
	}
	for _, r := range service.Requirements {
		p.Documents = append(p.Documents, r.Name.In(p.Lang))
	}
	for _, n := range service.DeclarableNeeds() {
		p.Needs = append(p.Needs, web.Option{Value: n.Slug, Text: n.Name.In(p.Lang)})
	}
	if p.Held != nil {
		zone := k.Centre().Zone(p.Held.Branch)
		p.At, p.Place = web.MomentOf(p.Held.Start, zone, p.Lang), k.Centre().BranchName(p.Held.Branch).In(p.Lang)
		p.Until = web.MomentOf(p.Held.ExpiresAt, zone, p.Lang).Time
	}
	if err := k.nearest(c, p, service.Department); err != nil {
		return err
	}
	return k.others(c, p)
}

// guide finds what the words may mean: services, and what needs no visit here.
func (k *Console) guide(c *fiber.Ctx, p *bookPage) error {
	p.Values[soughtField] = p.Values[wordsField]
	if p.Values[wordsField] == "" {
		if p.Service != "" {
			p.Guide = k.serviceLines(p, []string{p.Service})
		}
		return nil
	}
	var answer struct {
		Matches []struct {
			Kind    string `json:"kind"`
			Service *struct {
				Slug string `json:"slug"`
			} `json:"service"`
			Entity *struct {
				Name map[string]string `json:"name"`
				Link string            `json:"link"`
			} `json:"entity"`
			Online string `json:"online"`
		} `json:"matches"`
	}
	if err := k.ask(c, question{path: "/v1/guide", query: url.Values{"q": {p.Values[wordsField]}}}, &answer); err != nil {
		return err
	}
	var services []string
	for _, m := range answer.Matches {
		switch {
		case m.Kind == "entity":
			p.Guide = append(p.Guide, line{Text: m.Entity.Name[p.Lang], About: p.S("book.elsewhere"), Link: m.Entity.Link})
		case m.Kind == "online":
			if s, ok := k.Centre().Service(m.Service.Slug); ok {
				p.Guide = append(p.Guide, line{Text: s.Name.In(p.Lang), About: p.S("book.online"), Link: m.Online})
			}
		case m.Service != nil:
			services = append(services, m.Service.Slug)
		}
	}
	if p.Service != "" && !slices.Contains(services, p.Service) {
		services = append([]string{p.Service}, services...)
	}
	p.Guide = append(p.Guide, k.serviceLines(p, services)...)
	if len(p.Guide) == 0 && p.Notice == "" {
		p.Tone, p.Notice, p.About = web.Notify, p.S("book.nothing"), p.S("book.nothing_about")
	}
	return nil
}

// serviceLines are services to choose from; the keys choose while none is chosen.
func (k *Console) serviceLines(p *bookPage, services []string) (list []line) {
	for _, slug := range services[:min(len(services), 9)] {
		s, ok := k.Centre().Service(slug)
		if !ok || !slices.ContainsFunc(p.All, func(o web.Option) bool { return o.Value == slug }) {
			continue
		}
		l := line{Value: slug, Text: s.Name.In(p.Lang), About: p.S("book.takes", "Count", minutes(s.Duration)), Chosen: slug == p.Service}
		if d := k.Centre().DepartmentName(s.Department).In(p.Lang); d != "" {
			l.About += " · " + d
		}
		if p.Service == "" && len(p.Callers) == 0 {
			l.Key = strconv.Itoa(len(list) + 1)
		}
		list = append(list, l)
	}
	return list
}

// branchFirst is the nearest time at a branch as the API shows it (BranchFirst).
type branchFirst struct {
	Branch string `json:"branch"`
	Slot   *struct {
		Start time.Time `json:"start"`
	} `json:"slot"` // nil for none
}

// nearest finds the nearest time at each branch, the earliest first.
func (k *Console) nearest(c *fiber.Ctx, p *bookPage, department string) error {
	grant, err := access.May(p.Staff, "createHold")
	if err != nil {
		return err
	}
	var answer struct {
		Branches []branchFirst `json:"branches"`
	}
	query := url.Values{}
	if len(p.Ticked) > 0 {
		query.Set("needs", strings.Join(p.Ticked, ","))
	}
	if n, err := strconv.Atoi(p.Values[partyField]); err == nil && n > 0 {
		query.Set("party", strconv.Itoa(n))
	}
	if err = k.ask(c, question{path: "/v1/services/" + url.PathEscape(p.Service) + "/first", query: query}, &answer); err != nil {
		return err
	}
	answer.Branches = slices.DeleteFunc(answer.Branches, func(b branchFirst) bool {
		return b.Slot == nil || grant.Permit(department, b.Branch) != nil
	})
	slices.SortStableFunc(answer.Branches, func(a, b branchFirst) int { return a.Slot.Start.Compare(b.Slot.Start) })
	for _, b := range answer.Branches {
		zone := k.Centre().Zone(b.Branch)
		m := web.MomentOf(b.Slot.Start, zone, p.Lang)
		l := line{
			Value: b.Branch + "|" + b.Slot.Start.In(zone).Format(time.RFC3339), About: m.Also,
			Text: p.S("book.nearest", "Branch", k.Centre().BranchName(b.Branch).In(p.Lang), "Date", m.Near, "Time", m.Time),
		}
		l.Chosen = p.Held != nil && p.Held.Branch == b.Branch && p.Held.Start.Equal(b.Slot.Start)
		if len(p.Times) < 9 {
			l.Key = strconv.Itoa(len(p.Times) + 1)
		}
		p.Times = append(p.Times, l)
		if p.Values[dayField] == "" {
			p.Values[dayField] = b.Branch + "|" + scheduling.DateOf(b.Slot.Start, zone).String()
		}
	}
	if len(p.Times) == 0 && p.Notice == "" {
		p.Tone, p.Notice, p.About = web.Warning, p.S("book.full"), p.S("book.full_about")
	}
	return nil
}

// daysAhead is how far others looks for a date with free times.
const daysAhead = 30

// others finds the other times of a branch on a date, or the next one with any.
func (k *Console) others(c *fiber.Ctx, p *bookPage) error {
	branch, day, found := strings.Cut(p.Values[dayField], "|")
	if !found { // nothing is free anywhere
		return nil
	}
	from, err := scheduling.ParseDate(day)
	if err != nil {
		return fiber.ErrNotFound
	}
	query := url.Values{"branch": {branch}, "from": {from.String()}, "to": {(from + daysAhead).String()}}
	if len(p.Ticked) > 0 {
		query.Set("needs", strings.Join(p.Ticked, ","))
	}
	if n, err := strconv.Atoi(p.Values[partyField]); err == nil && n > 0 {
		query.Set("party", strconv.Itoa(n))
	}
	var answer struct {
		Days []struct {
			Date  string `json:"date"`
			Slots []struct {
				Start time.Time `json:"start"`
			} `json:"slots"`
		} `json:"days"`
	}
	r := new(refusal)
	err = k.ask(c, question{path: "/v1/services/" + url.PathEscape(p.Service) + "/slots", query: query}, &answer)
	if errors.As(err, &r) && r.Status != http.StatusUnauthorized {
		return nil // the nearest times say enough
	}
	if err != nil || len(answer.Days) == 0 {
		return err
	}
	first := answer.Days[0]
	date, err := scheduling.ParseDate(first.Date)
	if err != nil {
		return err
	}
	zone := k.Centre().Zone(branch)
	p.OthersAt = p.S("book.others", "Branch", k.Centre().BranchName(branch).In(p.Lang), "Date", web.DateMoment(date, p.Lang).Near)
	for _, s := range first.Slots {
		value := branch + "|" + s.Start.In(zone).Format(time.RFC3339)
		if slices.ContainsFunc(p.Times, func(l line) bool { return l.Value == value }) {
			continue
		}
		l := line{Value: value, Text: web.MomentOf(s.Start, zone, p.Lang).Time}
		if n := len(p.Times) + len(p.Others) + 1; n <= 9 {
			l.Key = strconv.Itoa(n)
		}
		p.Others = append(p.Others, l)
	}
	p.NextDay = branch + "|" + (date + 1).String()
	return nil
}

// bookedPage shows what was booked, to be read to the caller.
type bookedPage struct {
	visitPage

	Spelled [][]slots.Letter
}

// showBooked shows what was booked.
func (k *Console) showBooked(c *fiber.Ctx) error {
	v, err := k.visitOf(c, "book.room", "book.title")
	if err != nil {
		return err
	}
	if _, err = access.May(v.Staff, "createAppointment"); err != nil {
		return err
	}
	p := bookedPage{visitPage: v}
	if r, err := slots.ParseReference(v.Visit.Reference); err == nil {
		p.Spelled = r.Letters(p.Lang)
	}
	return web.Send(c, http.StatusOK, p.Lang, bookedRoom(p))
}

// numeral is a small number as people write it.
func numeral(n int) string { return strconv.Itoa(n) }
