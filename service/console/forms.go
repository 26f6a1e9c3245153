package console

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"ziyara/access"
	"ziyara/catalog"
	"ziyara/service/web"
)

// Names of fields of the forms of the hall.
const (
	serviceField = "service"
	nameField    = "name"
	idField      = "identity"
	mobileField  = "mobile"
	partyField   = "party"
	needsField   = "needs"
	onceField    = "once" // what makes a form act once
	groupField   = "desk_group"
	minutesField = "minutes"
)

// formPage is a form of the hall.
type formPage struct {
	page

	Slug, Desk string
	Values     map[string]string
	Ticked     []string // needs
	Wrong      map[string]string
	Services   []web.Option
	Needs      []web.Option
	Groups     []web.Option
	Once       string
}

// Back is the address of the hall.
func (p formPage) Back() string { return at(Path+"/hall", p.Slug, p.Desk, p.Lang) }

// Field returns a field of the form with what was typed, and what is wrong with it.
func (p formPage) Field(name string) web.Field {
	return web.Field{Name: name, Label: p.S("console." + name), Value: p.Values[name], Wrong: p.Wrong[name]}
}

// form begins the page of a form, for who may ask for an operation.
func (k *Console) form(c *fiber.Ctx, operation, title string, fields ...string) (p formPage, err error) {
	p = formPage{
		page: k.page(c, "console.hall", title), Desk: c.Query(deskField, posted(c, deskField)),
		Values: make(map[string]string), Wrong: make(map[string]string), Once: posted(c, onceField),
	}
	if p.Slug, _, err = k.branchOf(c, &p.page, operation); err != nil {
		return p, err
	}
	if p.Once == "" {
		p.Once = k.NewID()
	}
	if c.Method() == http.MethodPost || isKept(c) {
		for _, name := range fields {
			p.Values[name] = strings.TrimSpace(posted(c, name))
		}
		for _, need := range c.Context().PostArgs().PeekMulti(needsField) {
			p.Ticked = append(p.Ticked, string(need))
		}
	}
	return p, nil
}

// refused puts what the API refused at the fields. pointers are those of the fields by name.
func (p *formPage) refused(r *refusal, pointers map[string]string, order ...string) {
	for _, name := range order {
		if text := r.field(pointers[name]); text != "" {
			p.Wrong[name] = text
			p.Mistakes = append(p.Mistakes, web.Mistake{Field: name, Text: text})
		}
	}
	if len(p.Mistakes) == 0 {
		p.Tone, p.Notice, p.About = web.Warning, r.Title, r.Detail
	}
}

// walkIn begins the page to take in a visitor without a booking.
func (k *Console) walkIn(c *fiber.Ctx) (formPage, error) {
	p, err := k.form(c, "createWalkIn", "console.walk_in_title", serviceField, nameField, idField, mobileField, partyField)
	if err != nil {
		return p, err
	}
	grant, err := access.May(p.Staff, "createWalkIn")
	if err != nil {
		return p, err
	}
	snapshot := k.Centre()
	for _, s := range snapshot.Services {
		if !slices.Contains(snapshot.BranchesOf(s.Slug, k.Now()), p.Slug) || grant.Permit(s.Department, p.Slug) != nil {
			continue
		}
		p.Services = append(p.Services, web.Option{Value: s.Slug, Text: s.Name.In(p.Lang)})
	}
	for _, n := range catalog.CommonNeeds() {
		p.Needs = append(p.Needs, web.Option{Value: n.Slug, Text: n.Name.In(p.Lang)})
	}
	return p, nil
}

func (k *Console) askWalkIn(c *fiber.Ctx) error {
	p, err := k.walkIn(c)
	if err != nil {
		return err
	}
	return web.Send(c, http.StatusOK, p.Lang, walkInForm(p))
}

// takeIn takes in a visitor without a booking.
func (k *Console) takeIn(c *fiber.Ctx) error {
	p, err := k.walkIn(c)
	if err != nil {
		return err
	}
	visitor := map[string]string{"name": p.Values[nameField], "id": p.Values[idField]}
	body := map[string]any{"branch": p.Slug, "service": p.Values[serviceField], "visitor": visitor}
	if mobile := p.Values[mobileField]; mobile != "" {
		body["mobile"] = mobile
	}
	if n, err := strconv.Atoi(p.Values[partyField]); err == nil {
		body["party"] = n
	}
	if len(p.Ticked) > 0 {
		body["needs"] = p.Ticked
	}
	for _, name := range []string{serviceField, nameField, idField} {
		if p.Values[name] == "" {
			p.Wrong[name] = p.S("console.missing")
			p.Mistakes = append(p.Mistakes, web.Mistake{Field: name, Text: p.S("console.missing_" + name)})
		}
	}
	if len(p.Mistakes) > 0 {
		return web.Send(c, http.StatusUnprocessableEntity, p.Lang, walkInForm(p))
	}
	var v visit
	err = k.ask(c, question{method: http.MethodPost, path: "/v1/walk-ins", body: body, key: p.Once}, &v)
	r := new(refusal)
	switch {
	case err == nil:
		return k.did(c, "arrived", v)
	case !errors.As(err, &r):
		return err
	}
	p.refused(r, map[string]string{
		serviceField: "#/service", nameField: "#/visitor/name", idField: "#/visitor/id", mobileField: "#/mobile", partyField: "#/party",
	}, serviceField, nameField, idField, mobileField, partyField)
	p.Once = k.NewID() // what was refused is another request once it is corrected
	return web.Send(c, r.Status, p.Lang, walkInForm(p))
}

// delay begins the page to announce a delay.
func (k *Console) delay(c *fiber.Ctx) (formPage, error) {
	p, err := k.form(c, "announceDelay", "console.delay_title", groupField, minutesField)
	if err != nil {
		return p, err
	}
	grant, err := access.May(p.Staff, "announceDelay")
	if err != nil {
		return p, err
	}
	for _, g := range k.Centre().GroupsAt(p.Slug) {
		if grant.Permit(g.Department, p.Slug) == nil {
			p.Groups = append(p.Groups, web.Option{Value: g.Slug, Text: g.Name.In(p.Lang)})
		}
	}
	return p, nil
}

func (k *Console) askDelay(c *fiber.Ctx) error {
	p, err := k.delay(c)
	if err != nil {
		return err
	}
	return web.Send(c, http.StatusOK, p.Lang, delayForm(p))
}

// announceDelay tells the visitors of a desk group that they will be called later.
func (k *Console) announceDelay(c *fiber.Ctx) error {
	p, err := k.delay(c)
	if err != nil {
		return err
	}
	n, err := strconv.Atoi(p.Values[minutesField])
	if err != nil || p.Values[groupField] == "" {
		for _, name := range []string{groupField, minutesField} {
			if p.Values[name] == "" || name == minutesField && err != nil {
				p.Wrong[name] = p.S("console.missing")
				p.Mistakes = append(p.Mistakes, web.Mistake{Field: name, Text: p.S("console.missing_" + name)})
			}
		}
		return web.Send(c, http.StatusUnprocessableEntity, p.Lang, delayForm(p))
	}
	var told struct {
		Told int `json:"told"`
	}
	err = k.ask(c, question{
		method: http.MethodPost, path: "/v1/branches/" + url.PathEscape(p.Slug) + "/delays",
		body: map[string]any{"desk_group": p.Values[groupField], "minutes": n},
	}, &told)
	r := new(refusal)
	switch {
	case errors.As(err, &r):
		p.refused(r, map[string]string{groupField: "#/desk_group", minutesField: "#/minutes"}, groupField, minutesField)
		return web.Send(c, r.Status, p.Lang, delayForm(p))
	case err != nil:
		return err
	}
	to := at(Path+"/hall", p.Slug, p.Desk, p.Lang) + "&" + url.Values{"told": {strconv.Itoa(told.Told)}}.Encode()
	return c.Redirect(to, http.StatusSeeOther)
}
