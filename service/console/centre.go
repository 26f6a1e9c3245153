package console

import (
	"encoding/json"
	"errors"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/a-h/templ"
	"github.com/gofiber/fiber/v2"

	"ziyara/access"
	"ziyara/catalog"
	"ziyara/service/web"
	"ziyara/setup"
	"ziyara/slots"
	"ziyara/texts"
)

// Names of fields of the forms of the centre.
const (
	partActField  = "do"     // what a button of the form does; or moreField, lessField and where
	moreField     = "more"   // of a list: one more row
	lessField     = "less"   // of a row: without it
	partField     = "part"   // the part that was looked at before it is saved, as JSON
	baseField     = "base"   // the part that the change began with, as JSON
	tagField      = "tag"    // its entity tag; "" for a part that is new
	choiceField   = "choice" // what becomes of the visits
	reasonArField = "reason_ar"
	reasonEnField = "reason_en"
	versionQuery  = "version"
	addQuery      = "add"
	savedQuery    = "saved" // how many visitors are told
)

// The buttons of the forms of the centre.
const (
	actLook = "look" // shows what saving would do
	actEdit = "edit" // back to the form
	actSave = "save"
)

// pathOf returns the name of a kind in addresses, as the API has it.
func pathOf(k setup.Kind) string { return strings.ReplaceAll(k.List(), "_", "-") }

// memberOf returns the name of the member that holds a part of a kind.
func memberOf(k setup.Kind) string { return strings.ReplaceAll(string(k), " ", "_") }

// kindAt returns the kind that an address names; "" for none.
func kindAt(path string) setup.Kind {
	for _, k := range setup.Kinds() {
		if pathOf(k) == path {
			return k
		}
	}
	return ""
}

// centrePage is a page of the set-up of the centre.
type centrePage struct {
	page

	Kind  setup.Kind
	Kinds []setup.Kind
	May   bool // change what is shown, or add to it
}

// Key is the end of the keys of texts about the kind.
func (p centrePage) Key() string { return memberOf(p.Kind) }

// List is the address of the parts of a kind.
func (p centrePage) List(k setup.Kind) string {
	return Path + "/centre/" + pathOf(k) + "?" + url.Values{web.LanguageField: {p.Lang}}.Encode()
}

// listed is a part in a list.
type listed struct {
	Name    string
	Of      string // where it belongs; "" for nowhere
	State   string // key of a text; "" for in use
	Address string
}

// partsPage lists the parts of a kind.
type partsPage struct {
	centrePage

	Parts []listed
	Add   string // address; "" for who may not add
}

// partPage is the form of one part.
type partPage struct {
	centrePage

	Slug     string // "" for a part that is new
	Typed    typedPart
	Wrong    map[string]string // by pointer
	Base     string
	Tag      string
	Options  map[setup.Kind][]web.Option
	Action   string
	History  []version
	Draft    *catalog.Service // what visitors see of a service; nil for another kind
	Meantime []changedField   // what somebody else changed meanwhile
	Version  string           // that is looked at; "" for the present one
}

// changedField is a field that becomes different, in words.
type changedField struct{ Field, Before, After string }

// version is a change of a part in its history.
type version struct {
	Number  int
	At      web.Moment
	Actor   string
	Reason  string
	Changes []changedField
	Address string // of the part as it was afterwards
}

// lookPage says what saving a part does, before it does it.
type lookPage struct {
	partPage

	Part      string // as JSON
	Changes   []changedField
	Undecided int
	Visits    []concerned
	Decision  string
	Reason    catalog.Text
}

// concerned is a visit that a change concerns.
type concerned struct {
	Reference, Service, Branch, Effect string
	At                                 web.Moment
}

func (k *Console) centrePage(c *fiber.Ctx, title string) (p centrePage, err error) {
	p = centrePage{page: k.page(c, "console.setup", title), Kinds: setup.Kinds(), Kind: kindAt(c.Params("kind"))}
	if _, err = access.May(p.Staff, "listCentreParts"); err != nil {
		return p, err
	}
	if c.Params("kind") != "" && p.Kind == "" {
		return p, fiber.ErrNotFound
	}
	if p.Kind != "" {
		p.Title = p.S("console.kind_" + p.Key())
	}
	return p, nil
}

// enterCentre leads to the first kind.
func (k *Console) enterCentre(c *fiber.Ctx) error {
	p, err := k.centrePage(c, "console.setup")
	if err != nil {
		return err
	}
	return c.Redirect(p.List(p.Kinds[0]), http.StatusSeeOther)
}

// mayChange reports whether the member of staff may change a part of a department ("" for one
// of the whole centre).
func (p centrePage) mayChange(department string) bool {
	grant, err := access.May(p.Staff, "putCentrePart")
	return err == nil && grant.Permit(department, "") == nil
}

// department returns the department that a part belongs to; "" for the whole centre.
func department(k setup.Kind, part map[string]any) string {
	name := ""
	switch k {
	case setup.KindService, setup.KindDeskGroup:
		name, _ = part["department"].(string)
	case setup.KindDepartment:
		name, _ = part["slug"].(string)
	case setup.KindBranch, setup.KindHolidayList, setup.KindEntity, setup.KindReason:
	}
	return name
}

// nameIn returns the name of a part, or its slug.
func nameIn(part map[string]any, lang string) string {
	name, _ := part["name"].(map[string]any)
	if text, _ := name[lang].(string); text != "" {
		return text
	}
	text, _ := part["slug"].(string)
	return text
}

// stateOf is the key of the text that says whether a part is in use on a date.
func stateOf(part map[string]any, today string) string {
	if retired, ok := part["retired"].(map[string]any); ok {
		if from, _ := retired["from"].(string); from <= today {
			return "console.state_retired"
		}
		return "console.state_ends"
	}
	pauses, _ := part["pauses"].([]any)
	for _, one := range pauses {
		pause, _ := one.(map[string]any)
		from, _ := pause["from"].(string)
		until, _ := pause["until"].(string)
		if from <= today && today <= until {
			return "console.state_paused"
		}
	}
	return ""
}

// partsOf asks for all parts of a kind.
func (k *Console) partsOf(c *fiber.Ctx, kind setup.Kind) (all []map[string]any, err error) {
	query := url.Values{"limit": {"200"}}
	for {
		var answer struct {
			Parts []map[string]map[string]any `json:"parts"`
			Next  string                      `json:"next_cursor"`
		}
		if err = k.ask(c, question{path: "/v1/centre/" + pathOf(kind), query: query}, &answer); err != nil {
			return nil, err
		}
		for _, part := range answer.Parts {
			all = append(all, part[memberOf(kind)])
		}
		if answer.Next == "" {
			return all, nil
		}
		query.Set("cursor", answer.Next)
	}
}

// showParts lists the parts of a kind, or shows the form of a new one.
func (k *Console) showParts(c *fiber.Ctx) error {
	frame, err := k.centrePage(c, "console.setup")
	if err != nil {
		return err
	}
	if c.Query(addQuery) != "" || isKept(c) {
		p := k.partPage(frame, "", nil, "")
		p.restore(c)
		return k.showForm(c, p, http.StatusOK)
	}
	p := partsPage{centrePage: frame}
	all, err := k.partsOf(c, p.Kind)
	if err != nil {
		return err
	}
	today := k.Now().In(k.Centre().Zone("")).Format(time.DateOnly)
	for _, part := range all {
		name, _ := part["slug"].(string)
		l := listed{Name: nameIn(part, p.Lang), State: stateOf(part, today), Address: partAddress(p.Kind, name, p.Lang)}
		if d, ok := k.Centre().Department(department(p.Kind, part)); ok && p.Kind != setup.KindDepartment {
			l.Of = d.Name.In(p.Lang)
		}
		if branch, _ := part["branch"].(string); branch != "" {
			if b, ok := k.Centre().Branch(branch); ok {
				l.Of = b.Name.In(p.Lang) + " · " + l.Of
			}
		}
		p.Parts = append(p.Parts, l)
	}
	p.May = p.mayAdd()
	if p.May {
		p.Add = p.List(p.Kind) + "&" + addQuery + "=1"
	}
	return web.Send(c, http.StatusOK, p.Lang, partsRoom(p))
}

// mayAdd reports whether the member of staff may add a part of the kind: coordinators add
// services and desk groups of their departments.
func (p centrePage) mayAdd() bool {
	if p.mayChange("") {
		return true
	}
	grant, err := access.May(p.Staff, "putCentrePart")
	departments, _ := grant.Within()
	return err == nil && len(departments) > 0 && (p.Kind == setup.KindService || p.Kind == setup.KindDeskGroup)
}

// partAddress is the address of the form of a part.
func partAddress(k setup.Kind, slug, lang string) string {
	return Path + "/centre/" + pathOf(k) + "/" + url.PathEscape(slug) + "?" + url.Values{web.LanguageField: {lang}}.Encode()
}

// partPage begins the page of a part (nil for a new one).
func (k *Console) partPage(frame centrePage, slug string, part map[string]any, tag string) partPage {
	p := partPage{centrePage: frame, Slug: slug, Tag: tag, Wrong: map[string]string{}, Options: map[setup.Kind][]web.Option{}}
	p.Typed = typedOf(fieldsOf(p.Kind), part)
	p.Base = asJSON(part)
	p.Action = Path + "/centre/" + pathOf(p.Kind)
	if slug != "" {
		p.Action += "/" + url.PathEscape(slug)
		p.Title = nameIn(part, p.Lang)
		p.May = p.mayChange(department(p.Kind, part))
	} else {
		p.Title = p.S("console.add_" + p.Key())
		p.May = p.mayAdd()
	}
	snapshot := k.Centre()
	grant, _ := access.May(p.Staff, "putCentrePart")
	for _, b := range snapshot.Branches {
		p.Options[setup.KindBranch] = append(p.Options[setup.KindBranch], web.Option{Value: b.Slug, Text: b.Name.In(p.Lang)})
	}
	for _, d := range snapshot.Departments {
		if grant.Permit(d.Slug, "") == nil || p.Typed["/department"] == d.Slug {
			p.Options[setup.KindDepartment] = append(p.Options[setup.KindDepartment], web.Option{Value: d.Slug, Text: d.Name.In(p.Lang)})
		}
	}
	for _, s := range snapshot.Services {
		p.Options[setup.KindService] = append(p.Options[setup.KindService], web.Option{Value: s.Slug, Text: s.Name.In(p.Lang)})
	}
	return p
}

// asJSON returns a part as JSON; "" for none.
func asJSON(part map[string]any) string {
	if part == nil {
		return ""
	}
	text, err := json.Marshal(part)
	if err != nil { // never: it was read from JSON, or put together of words and numbers
		return ""
	}
	return string(text)
}

// readPart reads a part that a form holds as JSON; nil for none.
func readPart(text string) (part map[string]any) {
	if json.Unmarshal([]byte(text), &part) != nil {
		return nil
	}
	return part
}

// partNow asks for a part as it is.
func (k *Console) partNow(c *fiber.Ctx, kind setup.Kind, slug string) (part map[string]any, tag string, err error) {
	var answer map[string]map[string]any
	err = k.ask(c, question{path: "/v1/centre/" + pathOf(kind) + "/" + url.PathEscape(slug), tag: &tag}, &answer)
	return answer[memberOf(kind)], tag, err
}

// showPart shows the form of a part, as it is or as a version was.
func (k *Console) showPart(c *fiber.Ctx) error {
	frame, err := k.centrePage(c, "console.setup")
	if err != nil {
		return err
	}
	slug := c.Params("slug")
	part, tag, err := k.partNow(c, frame.Kind, slug)
	if err != nil {
		return err
	}
	p := k.partPage(frame, slug, part, tag)
	if n := c.Query(versionQuery); n != "" {
		var was map[string]map[string]any
		path := "/v1/centre/" + pathOf(p.Kind) + "/" + url.PathEscape(slug) + "/history/" + url.PathEscape(n)
		if err = k.ask(c, question{path: path}, &was); err != nil {
			return err
		}
		then := was[memberOf(p.Kind)]
		p.Version, p.Typed = n, typedOf(fieldsOf(p.Kind), then)
		p.Base = asJSON(then) // what the form doesn't show goes back too
		p.Tone, p.Notice, p.About = web.Notify, p.S("console.version", "Version", n), p.S("console.version_about")
	}
	if told := c.Query(savedQuery); told != "" {
		p.Notice = p.S("console.part_saved")
		if n, err := strconv.Atoi(told); err == nil && n > 0 {
			p.About = p.S("console.part_told", "Count", n)
		}
	}
	p.restore(c)
	if err = k.history(c, &p); err != nil {
		return err
	}
	return k.showForm(c, p, http.StatusOK)
}

// restore shows what was typed before its member of staff had to sign in again. A change of
// somebody else in the meantime is told when it is looked at.
func (p *partPage) restore(c *fiber.Ctx) {
	if !isKept(c) {
		return
	}
	p.Tag = posted(c, tagField)
	p.Typed = typedIn(c)
	if looked := readPart(posted(c, partField)); looked != nil {
		p.Typed = typedOf(fieldsOf(p.Kind), looked)
	}
}

// history asks for the last changes of a part.
func (k *Console) history(c *fiber.Ctx, p *partPage) error {
	var answer struct {
		Versions []struct {
			Version int            `json:"version"`
			At      time.Time      `json:"at"`
			Actor   string         `json:"actor"`
			Reason  string         `json:"reason"`
			Before  map[string]any `json:"before"`
			After   map[string]any `json:"after"`
		} `json:"versions"`
	}
	path := "/v1/centre/" + pathOf(p.Kind) + "/" + url.PathEscape(p.Slug) + "/history"
	if err := k.ask(c, question{path: path, query: url.Values{"limit": {"20"}}}, &answer); err != nil {
		return err
	}
	for _, v := range answer.Versions {
		p.History = append(p.History, version{
			Number: v.Version, At: web.MomentOf(v.At, k.Centre().Zone(""), p.Lang), Actor: v.Actor, Reason: v.Reason,
			Changes: k.differences(p.page, p.Kind, v.Before, v.After),
			Address: partAddress(p.Kind, p.Slug, p.Lang) + "&" + versionQuery + "=" + strconv.Itoa(v.Version),
		})
	}
	return nil
}

// showForm sends the form of a part, with what visitors see of it.
func (k *Console) showForm(c *fiber.Ctx, p partPage, status int) error {
	if p.Kind == setup.KindHolidayList || p.Kind == setup.KindDeskGroup {
		lists, err := k.partsOf(c, setup.KindHolidayList)
		if err != nil {
			return err
		}
		for _, l := range lists {
			name, _ := l["slug"].(string)
			p.Options[setup.KindHolidayList] = append(p.Options[setup.KindHolidayList], web.Option{Value: name, Text: name})
		}
	}
	if p.Kind == setup.KindService {
		draft := setup.DraftService([]byte(asJSON(p.Typed.part(fieldsOf(p.Kind), readPart(p.Base)))))
		p.Draft = &draft
	}
	return web.Send(c, status, p.Lang, partForm(p))
}

// typedIn reads what was typed into the form of a part.
func typedIn(c *fiber.Ctx) typedPart {
	t := typedPart{}
	c.Context().PostArgs().VisitAll(func(key, value []byte) {
		if k := string(key); strings.HasPrefix(k, "/") {
			t[k] = strings.TrimSpace(string(value))
		}
	})
	return t
}

// sendPart looks at what was typed, or saves what was looked at.
func (k *Console) sendPart(c *fiber.Ctx) error {
	frame, err := k.centrePage(c, "console.setup")
	if err != nil {
		return err
	}
	slug, base := c.Params("slug"), readPart(c.FormValue(baseField))
	p := k.partPage(frame, slug, base, c.FormValue(tagField))
	fields := fieldsOf(p.Kind)
	act, where, _ := strings.Cut(c.FormValue(partActField), " ")
	if looked := readPart(c.FormValue(partField)); looked != nil {
		p.Typed = typedOf(fields, looked)
		if act == actSave {
			return k.savePart(c, p, looked)
		}
		return k.showForm(c, p, http.StatusOK)
	}
	p.Typed = typedIn(c)
	switch act {
	case moreField:
		p.Typed[where+"/"+strconv.Itoa(p.Typed.rows(where))+"/#"] = ""
		return k.showForm(c, p, http.StatusOK)
	case lessField:
		p.Typed.without(where)
		return k.showForm(c, p, http.StatusOK)
	}
	part := p.Typed.part(fields, base)
	p.Typed = typedOf(fields, readPart(asJSON(part))).with(p.Typed) // without the rows that were empty
	if missing := p.Typed.missing("", fields); len(missing) > 0 {
		r := &refusal{Status: http.StatusUnprocessableEntity}
		for _, at := range missing {
			r.Errors = append(r.Errors, wrong{Pointer: "#/" + memberOf(p.Kind) + at, Detail: p.S("console.missing")})
		}
		return k.mistaken(c, p, r)
	}
	return k.lookAt(c, p, part)
}

// with keeps what was typed and could not be read.
func (t typedPart) with(typed typedPart) typedPart {
	for pointer, value := range typed {
		if _, ok := t[pointer]; !ok && value != "" && strings.Count(pointer, "/") == 1 {
			t[pointer] = value
		}
	}
	return t
}

// outcome is what a change of a part does (CentreOutcome).
type outcome struct {
	Changed   []string `json:"changed"`
	Undecided int      `json:"undecided"`
	Visits    []struct {
		Reference string    `json:"reference"`
		Service   string    `json:"service"`
		Branch    string    `json:"branch"`
		Start     time.Time `json:"start"`
		Effect    string    `json:"effect"`
	} `json:"visits"`
	Change string `json:"change"`
}

// put asks the API to make a part as it says.
func (k *Console) put(c *fiber.Ctx, p partPage, part, more map[string]any, try bool) (out outcome, err error) {
	slug, _ := part["slug"].(string)
	if p.Slug != "" {
		slug = p.Slug
	}
	body := maps.Clone(more)
	if body == nil {
		body = map[string]any{}
	}
	body[memberOf(p.Kind)] = part
	q := question{method: http.MethodPut, path: "/v1/centre/" + pathOf(p.Kind) + "/" + url.PathEscape(slug), body: body}
	if p.Tag != "" {
		q.match = p.Tag
	} else {
		q.absent = true
	}
	if try {
		q.query = url.Values{"dry_run": {"true"}}
	}
	err = k.ask(c, q, &out)
	return out, err
}

// lookAt shows what saving would do, or what is wrong.
func (k *Console) lookAt(c *fiber.Ctx, p partPage, part map[string]any) error {
	if p.Kind == setup.KindDeskGroup && part["plan"] == nil {
		part["plan"] = map[string]any{} // no hours yet: the calendar has them
	}
	done, err := k.put(c, p, part, nil, true)
	if r := new(refusal); errors.As(err, &r) {
		return k.mistaken(c, p, r)
	}
	if err != nil {
		return err
	}
	return k.showLook(c, p, part, done, http.StatusOK)
}

// showLook sends the page that says what saving does.
func (k *Console) showLook(c *fiber.Ctx, p partPage, part map[string]any, done outcome, status int) error {
	before := readPart(p.Base)
	if p.Version != "" || p.Slug != "" {
		now, _, err := k.partNow(c, p.Kind, p.Slug)
		if err != nil {
			return err
		}
		before = now
	}
	l := lookPage{partPage: p, Part: asJSON(part), Undecided: done.Undecided, Decision: c.FormValue(choiceField)}
	l.Reason = catalog.Text{AR: strings.TrimSpace(c.FormValue(reasonArField)), EN: strings.TrimSpace(c.FormValue(reasonEnField))}
	l.Changes = k.differences(p.page, p.Kind, before, readPart(l.Part))
	for _, v := range done.Visits {
		seen := concerned{Reference: v.Reference, Effect: v.Effect, At: web.MomentOf(v.Start, k.Centre().Zone(v.Branch), p.Lang)}
		if s, ok := k.Centre().Service(v.Service); ok {
			seen.Service = s.Name.In(p.Lang)
		}
		if b, ok := k.Centre().Branch(v.Branch); ok {
			seen.Branch = b.Name.In(p.Lang)
		}
		l.Visits = append(l.Visits, seen)
	}
	if p.Kind == setup.KindService {
		draft := setup.DraftService([]byte(l.Part))
		l.Draft = &draft
	}
	if len(l.Changes) == 0 && l.Slug != "" {
		l.Tone, l.Notice = web.Notify, l.S("console.part_same")
	}
	return web.Send(c, status, l.Lang, lookRoom(l))
}

// mistaken shows the form again, with what is wrong at its fields.
func (k *Console) mistaken(c *fiber.Ctx, p partPage, r *refusal) error {
	if r.Status == http.StatusPreconditionFailed {
		return k.changedMeanwhile(c, p, r)
	}
	member := "#/" + memberOf(p.Kind)
	for _, w := range r.Errors {
		at, ok := strings.CutPrefix(w.Pointer, member)
		if !ok || at == "" {
			continue
		}
		p.Wrong[at] = w.Detail
		text := w.Detail
		if name := fieldAt(fieldsOf(p.Kind), at); name != "" {
			label := p.S("console.part_" + name)
			switch {
			case strings.HasSuffix(at, "/ar"):
				label += texts.Comma().In(p.Lang) + p.S("console.in_arabic")
			case strings.HasSuffix(at, "/en"):
				label += texts.Comma().In(p.Lang) + p.S("console.in_english")
			}
			text = label + ": " + text
		}
		p.Mistakes = append(p.Mistakes, web.Mistake{Field: at, Text: text})
	}
	if len(p.Mistakes) == 0 {
		p.Tone, p.Notice, p.About = web.Warning, r.Title, r.Detail
		if len(r.Errors) > 0 {
			p.About = r.Errors[0].Detail
		}
	}
	return k.showForm(c, p, r.Status)
}

// changedMeanwhile shows the form again after somebody else has changed the part, with what they
// changed beside it. What is typed stays, and can be saved over theirs.
func (k *Console) changedMeanwhile(c *fiber.Ctx, p partPage, r *refusal) error {
	if p.Slug == "" {
		p.Wrong["/slug"] = p.S("console.slug_taken")
		p.Mistakes = append(p.Mistakes, web.Mistake{Field: "/slug", Text: p.Wrong["/slug"]})
		return k.showForm(c, p, http.StatusConflict)
	}
	now, tag, err := k.partNow(c, p.Kind, p.Slug)
	if err != nil {
		return err
	}
	p.Meantime = k.differences(p.page, p.Kind, readPart(p.Base), now)
	p.Base, p.Tag = asJSON(now), tag
	p.Tone, p.Notice, p.About = web.Warning, r.Title, p.S("console.meanwhile_about")
	return k.showForm(c, p, r.Status)
}

// savePart saves what was looked at.
func (k *Console) savePart(c *fiber.Ctx, p partPage, part map[string]any) error {
	more := map[string]any{}
	decision := slots.Decision(c.FormValue(choiceField))
	reason := map[string]string{"ar": strings.TrimSpace(c.FormValue(reasonArField)), "en": strings.TrimSpace(c.FormValue(reasonEnField))}
	if decision != "" {
		more["decision"] = decision
	}
	if reason["ar"] != "" || reason["en"] != "" {
		more["reason"] = reason
	}
	done, err := k.put(c, p, part, more, false)
	r := new(refusal)
	switch {
	case errors.As(err, &r) && (r.Status == http.StatusPreconditionFailed || hasFieldOf(r, p.Kind)):
		return k.mistaken(c, p, r)
	case errors.As(err, &r):
		p.Tone, p.Notice, p.About = web.Warning, r.Title, r.Detail
		if len(r.Errors) > 0 {
			p.About = r.Errors[0].Detail
		}
		tried, err := k.put(c, p, part, nil, true)
		if err != nil {
			return err
		}
		return k.showLook(c, p, part, tried, r.Status)
	case err != nil:
		return err
	}
	slug, _ := part["slug"].(string)
	told := 0
	if done.Change != "" {
		told = done.Undecided
	}
	return c.Redirect(partAddress(p.Kind, slug, p.Lang)+"&"+savedQuery+"="+strconv.Itoa(told), http.StatusSeeOther)
}

// hasFieldOf reports whether a refusal is about a field of the part.
func hasFieldOf(r *refusal, kind setup.Kind) bool {
	return slices.ContainsFunc(r.Errors, func(w wrong) bool { return strings.HasPrefix(w.Pointer, "#/"+memberOf(kind)+"/") })
}

// differences says in words which fields of a part become different.
func (k *Console) differences(p page, kind setup.Kind, before, after map[string]any) []changedField {
	var list []changedField
	for _, f := range append(fieldsOf(kind), field{name: "plan"}) {
		if asJSON(map[string]any{"": before[f.name]}) == asJSON(map[string]any{"": after[f.name]}) {
			continue
		}
		list = append(list, changedField{
			Field: p.S("console.part_" + f.name), Before: k.inWords(p, f, before[f.name]), After: k.inWords(p, f, after[f.name]),
		})
	}
	return list
}

// inWords says what a field of a part has, on one line.
func (k *Console) inWords(p page, f field, value any) string {
	list, _ := value.([]any)
	object, _ := value.(map[string]any)
	word, _ := value.(string)
	switch {
	case value == nil:
		return p.S("console.part_usual")
	case f.name == "plan":
		return p.S("console.part_hours")
	}
	switch f.is {
	case isText:
		text, _ := object[p.Lang].(string)
		return text
	case isYes:
		return p.S("console.yes")
	case isNumber:
		n, _ := value.(float64)
		return strconv.Itoa(int(n))
	case isChoice:
		return p.S("console.choice_" + word)
	case isDuration:
		return durationIn(p, word)
	case isPart:
		return k.nameOf(f.of, word, p.Lang)
	case isParts, isDurations, isTexts, isRows:
		words := make([]string, 0, len(list))
		for _, one := range list {
			words = append(words, k.entryIn(p, f, one))
		}
		return strings.Join(words, texts.Comma().In(p.Lang))
	case isGroup:
		var words []string
		for _, inner := range f.fields {
			if object[inner.name] != nil {
				words = append(words, p.S("console.part_"+inner.name)+": "+k.inWords(p, inner, object[inner.name]))
			}
		}
		return strings.Join(words, texts.Comma().In(p.Lang))
	case isWords, isSlug, isTime, isDate, isMonthDay:
	}
	return word
}

// entryIn says what an entry of a list is.
func (k *Console) entryIn(p page, f field, entry any) string {
	word, _ := entry.(string)
	switch {
	case f.is == isDurations:
		return durationIn(p, word)
	case f.is == isParts:
		return k.nameOf(f.of, word, p.Lang)
	case f.is == isTexts:
		return k.inWords(p, field{is: isText}, entry)
	}
	row, _ := entry.(map[string]any)
	if row["from"] != nil && row["until"] != nil {
		return k.inWords(p, field{}, row["from"]) + "–" + k.inWords(p, field{}, row["until"])
	}
	if name, ok := row["name"].(string); ok {
		return name
	}
	return nameIn(row, p.Lang)
}

// nameOf returns the name of another part, or its slug.
func (k *Console) nameOf(kind setup.Kind, slug, lang string) string {
	switch kind {
	case setup.KindBranch:
		if b, ok := k.Centre().Branch(slug); ok {
			return b.Name.In(lang)
		}
	case setup.KindDepartment:
		if d, ok := k.Centre().Department(slug); ok {
			return d.Name.In(lang)
		}
	case setup.KindService:
		if s, ok := k.Centre().Service(slug); ok {
			return s.Name.In(lang)
		}
	case setup.KindHolidayList, setup.KindDeskGroup, setup.KindEntity, setup.KindReason:
	}
	return slug
}

// durationIn says a duration in words.
func durationIn(p page, word string) string {
	t := typedPart{}
	t.put("", field{is: isDuration}, word)
	n, err := strconv.Atoi(t[""])
	if err != nil {
		return word
	}
	return p.S("console.in_"+t[unitMark], "Count", n)
}

// input returns an input of the form. What is wrong with any of the pointers is wrong with
// it.
func (p partPage) input(at, label string, attributes templ.Attributes, also ...string) web.Field {
	f := web.Field{Name: at, Label: label, Value: p.Typed[at], Wrong: p.Wrong[at], Attributes: attributes}
	for _, pointer := range also {
		if f.Wrong == "" {
			f.Wrong = p.Wrong[pointer]
		}
	}
	if !p.May {
		f.Attributes["readonly"] = true
	}
	return f
}

// typed returns the input of a field of Latin letters or digits.
func (p partPage) typed(at string, f field, attributes templ.Attributes) web.Field {
	in := p.input(at, p.S("console.part_"+f.name), attributes)
	in.Foreign = true
	if f.hint {
		in.Hint = p.S("console.hint_" + f.name)
	}
	return in
}

// options are what a list lets one choose.
func (p partPage) options(f field) []web.Option {
	if f.is == isPart {
		return p.Options[f.of]
	}
	list := make([]web.Option, len(f.choices))
	for i, c := range f.choices {
		list[i] = web.Option{Value: c, Text: p.S("console.choice_" + c)}
	}
	return list
}

// opened reports whether a section has something wrong, or a new row.
func (p partPage) opened(s section) bool {
	return slices.ContainsFunc(s.fields, func(f field) bool {
		has := func(pointer string) bool {
			rest, ok := strings.CutPrefix(pointer, "/"+f.name)
			return ok && (rest == "" || rest[0] == '/')
		}
		for pointer := range p.Wrong {
			if has(pointer) {
				return true
			}
		}
		for pointer := range p.Typed {
			if has(pointer) && strings.HasSuffix(pointer, "/#") {
				return true
			}
		}
		return false
	})
}

// decisions are what can become of the visits.
func (p lookPage) decisions() []web.Option {
	var list []web.Option
	for _, d := range []slots.Decision{slots.Rebook, slots.CallOff, slots.Keep} {
		list = append(list, web.Option{Value: string(d), Text: p.S("console.decide_" + string(d))})
	}
	return list
}

// speaking returns the page in another language, for a part of it.
func (p page) speaking(lang string) web.Page {
	other := p.Page
	other.Lang = lang
	return other
}
