// Package console serves the pages of staff: a room for each job. A page asks the
// contract of the same program, as any other client does, in the name of the member of
// staff whose browser asks. So what a page may show and do, what the log says about it
// and the sentences of its refusals are those of the API. Pages are complete without a
// script; one module adds keys and keeps them up to date.
package console

import (
	"context"
	_ "embed"
	"errors"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/valyala/fasthttp"

	"ziyara/access"
	"ziyara/centre"
	"ziyara/service/web"
)

// Path is where the pages are.
const Path = "/console"

// Config is what the pages are made of.
type Config struct {
	// Centre returns the current snapshot.
	Centre func() *centre.Snapshot
	Now    func() time.Time
	Log    *slog.Logger
	// Session returns the member of staff whose session the browser has. It returns
	// access.ErrSignIn without one, and access.ErrForeign for a change requested by
	// another site.
	Session func(*fiber.Ctx) (access.Staff, error)
	// HallVersion returns a word that is another one after each change of today's hall of
	// a branch (slug).
	HallVersion func(ctx context.Context, branch string) (string, error)
	// ChangeVersion returns a word that is another one after anything has happened to the
	// visits of a change of calendars (id).
	ChangeVersion func(ctx context.Context, change string) (string, error)
	NewID         func() string // a new UUID
	Kept          web.SealedCookie
	// LogSealed returns up to where the log of staff is sealed; the zero Sealed before the
	// first seal.
	LogSealed func(context.Context) (Sealed, error)

	SignInPath, SignOutPath string // of the pages for that
	ReturnField             string // of the query of SignInPath: where to go to afterwards

	Site web.Site
}

// Console serves the pages.
type Console struct {
	Config

	halls    *watched
	changes  *watched
	contract func(*fasthttp.RequestCtx) // see ask
	once     sync.Once
}

// New returns the pages. Close them.
func New(c Config) (*Console, error) {
	switch {
	case c.Centre == nil, c.Now == nil, c.Log == nil, c.Session == nil, c.HallVersion == nil, c.ChangeVersion == nil, c.NewID == nil,
		c.LogSealed == nil, c.Kept.Keys == nil, c.SignInPath == "", c.SignOutPath == "", c.ReturnField == "":
		return nil, errors.New("console: incomplete configuration")
	}
	return &Console{Config: c, halls: newWatched(c.HallVersion), changes: newWatched(c.ChangeVersion)}, nil
}

// Close ends what never ends by itself: the streams of halls and of changes.
func (k *Console) Close() {
	k.halls.close()
	k.changes.close()
}

//go:embed console.css
var style []byte

//go:embed console.js
var module []byte

//go:embed display.css
var displayStyle []byte

//go:embed display.js
var displayModule []byte

//go:embed book.css
var bookStyle []byte

//go:embed book.js
var bookModule []byte

//nolint:gochecknoglobals // constants in all but name
var files = []web.Asset{
	web.NewAsset("console", "css", web.Stylesheet, style), web.NewAsset("console", "js", web.Module, module),
	web.NewAsset("book", "css", web.Stylesheet, bookStyle), web.NewAsset("book", "js", web.Module, bookModule),
}

// Mount adds the pages to the app.
func (k *Console) Mount(app fiber.Router) {
	web.MountFiles(app, slices.Concat(files, weekFiles, displayFiles)...)
	app.Get(DisplayPath+"/:branch", k.showDisplay)
	rooms := app.Group(Path, k.asChosen, k.guard)
	k.mountFigures(rooms)
	rooms.Get("/", k.enter)
	rooms.Get("/hall", k.showHall)
	rooms.Post("/hall", k.actInHall)
	rooms.Get("/hall/changes", k.followHall)
	rooms.Post("/hall/arrivals", k.checkIn)
	rooms.Get("/hall/walk-in", k.askWalkIn)
	rooms.Post("/hall/walk-in", k.takeIn)
	rooms.Get("/hall/delay", k.askDelay)
	rooms.Post("/hall/delay", k.announceDelay)
	rooms.Get("/visits", k.showVisits)
	rooms.Post("/visits", k.showVisits)
	rooms.Get("/centre", k.enterCentre)
	rooms.Get("/centre/:kind", k.showParts)
	rooms.Post("/centre/:kind", k.sendPart)
	rooms.Get("/centre/:kind/:slug", k.showPart)
	rooms.Post("/centre/:kind/:slug", k.sendPart)
	rooms.Get("/calendar", k.showWeek)
	rooms.Post("/calendar", k.askChange)
	rooms.Get("/calendar/history", k.showHistory)
	rooms.Post("/calendar/undo", k.undo)
	rooms.Get("/calendar/changes/:change", k.showChange)
	rooms.Post("/calendar/changes/:change", k.actOnChange)
	rooms.Get("/calendar/changes/:change/follow", k.followChange)
	rooms.Get("/visits/:reference", k.showVisit)
	rooms.Post("/visits/:reference", k.actOnVisit)
	rooms.Get("/visits/:reference/move", k.askMove)
	rooms.Get("/book", k.askBooking)
	rooms.Post("/book", k.book)
	rooms.Get("/book/:reference", k.showBooked)
	rooms.Get("/requests", k.showRequests)
	rooms.Post("/requests", k.answerRequest)
	rooms.Use(func(*fiber.Ctx) error { return fiber.ErrNotFound })
}

type staffKey struct{}

// staffOf returns the member of staff who asks.
func staffOf(c *fiber.Ctx) access.Staff { return c.Locals(staffKey{}).(access.Staff) }

// guard sets the headers of every page, sends who is not signed in to do that, and turns
// errors into pages.
func (k *Console) guard(c *fiber.Ctx) error {
	web.SetHeaders(c)
	web.AllowScript(c)
	web.AllowRequests(c)
	staff, err := k.Session(c)
	switch {
	case errors.Is(err, access.ErrSignIn):
		k.keep(c)
		return k.signIn(c)
	case err != nil:
		return k.fails(c, err)
	}
	c.Locals(staffKey{}, staff)
	k.restore(c, staff)
	if err = c.Next(); err != nil {
		return k.fails(c, err)
	}
	return nil
}

// signIn sends the browser to sign in, and back: from the page of one visit to the room,
// because the pages for that need not know its reference.
func (k *Console) signIn(c *fiber.Ctx) error {
	back := c.OriginalURL()
	if c.Method() != http.MethodGet {
		back = c.Path()
	}
	for _, room := range []string{Path + "/visits", Path + "/book"} {
		if strings.HasPrefix(back, room+"/") {
			back = room
		}
	}
	return c.Redirect(k.SignInPath+"?"+url.Values{k.ReturnField: {back}}.Encode(), http.StatusSeeOther)
}

// fails answers with a page that says what went wrong.
func (k *Console) fails(c *fiber.Ctx, err error) error {
	p := k.page(c, "", "console.failed")
	var r *refusal
	switch {
	case errors.As(err, &r):
		p.Title = r.Title
		if r.Status == http.StatusTooManyRequests || r.Status == http.StatusServiceUnavailable {
			c.Set(fiber.HeaderRetryAfter, r.retry)
		}
		return web.Send(c, r.Status, p.Lang, failedPage(p, r.Detail))
	case errors.Is(err, access.ErrForeign):
		p.Title = p.S("sign_in.foreign")
		return web.Send(c, http.StatusForbidden, p.Lang, failedPage(p, p.S("sign_in.foreign_about")))
	case errors.Is(err, access.ErrForbidden):
		p.Title = p.S("console.forbidden")
		return web.Send(c, http.StatusForbidden, p.Lang, failedPage(p, p.S("console.forbidden_about")))
	case errors.Is(err, access.ErrUnavailable):
		k.Log.WarnContext(c.UserContext(), "no page for staff", "error", err)
		c.Set(fiber.HeaderRetryAfter, "10")
		return web.Send(c, http.StatusServiceUnavailable, p.Lang, failedPage(p, p.S("console.failed_about")))
	case errors.Is(err, fiber.ErrNotFound):
		p.Title = p.S("console.unknown")
		return web.Send(c, http.StatusNotFound, p.Lang, failedPage(p, p.S("console.unknown_about")))
	}
	return err
}

// room is a page of the console that one finds by its name.
type room struct {
	Key       string // of its text
	Path      string
	Icon      web.Icon
	operation string // who may ask for it, or for one of several, may enter
}

// opens reports whether a member of staff may enter.
func (r room) opens(s access.Staff) bool {
	return slices.ContainsFunc(strings.Fields(r.operation), func(operation string) bool {
		_, err := access.May(s, operation)
		return err == nil
	})
}

// rooms are all rooms, in the order in which they are shown.
func rooms() []room {
	return []room{
		{"console.hall", Path + "/hall", web.Building, "getHall"},
		{"book.room", Path + "/book", web.Phone, "createAppointment"},
		{"console.visits", Path + "/visits", web.Document, "listAppointments"},
		{"console.calendar", calendarPath, web.Calendar, "listDeskGroupDays"},
		{"console.requests", requestsPath, web.Hourglass, "listWaitlist"},
		{"overview.title", Path + "/overview", web.Grid, "getReport"},
		{"reports_room.title", reportsPath, web.Chart, "getReport"},
		{"messages_room.title", messagesPath, web.Mail, "listMessages getMessageBudget"},
		{"console.setup", Path + "/centre", web.Pin, "listCentreParts"},
		{"log_room.title", logPath, web.Shield, "listActs"},
	}
}

// enter leads to the first room that the member of staff may enter.
func (k *Console) enter(c *fiber.Ctx) error {
	for _, r := range rooms() {
		if r.opens(staffOf(c)) {
			return c.Redirect(r.Path, http.StatusSeeOther)
		}
	}
	return access.ErrForbidden
}

// page is what every page of the console shows.
type page struct {
	web.Page

	Staff  access.Staff
	Room   string // key of the room it is in; "" for none
	Rooms  []room // that the member of staff may enter
	Branch string // name of the branch that the page is about; "" for none
	At     web.Moment
	Tone   web.Tone
	Notice string // what has happened; "" for nothing
	About  string // more about it
	Out    string // path to sign out
	// OneCalendar says that Hijri dates are left out: see choices.
	OneCalendar bool
}

// Role is what the member of staff does.
func (p page) Role() string {
	if len(p.Staff.Roles) == 0 {
		return ""
	}
	return p.S("sign_in.role_" + string(p.Staff.Roles[0]))
}

// page returns the frame of a page in a room, with the title of a key.
func (k *Console) page(c *fiber.Ctx, in, title string) page {
	p := page{Page: web.NewPage(c, k.Site, "", ""), Room: in, Tone: web.Good, Out: k.SignOutPath}
	p.Title, p.Files = p.S(title), files
	if p.Here == "" { // the answer to a form
		p.Here = c.Path()
	}
	p.Staff, _ = c.Locals(staffKey{}).(access.Staff)
	p.OneCalendar = choicesOf(c, p.Staff).Dates == gregorianOnly
	for _, r := range rooms() {
		if r.opens(p.Staff) {
			p.Rooms = append(p.Rooms, r)
		}
	}
	p.At = web.MomentOf(k.Now(), k.Centre().Zone(""), p.Lang)
	if isKept(c) {
		p.Tone, p.Notice, p.About = web.Notify, p.S("console.kept"), p.S("console.kept_about")
	}
	return p
}

// may reports whether the member of staff may ask for an operation.
func (p page) may(operation string) bool {
	_, err := access.May(p.Staff, operation)
	return err == nil
}

// shortcut is a key that does what a button does.
type shortcut struct{ Key, Name string }

// shortcuts are all keys, in the order in which help lists them.
func shortcuts() []shortcut {
	list := []shortcut{{"N", "next"}, {"A", "arrive"}}
	for _, a := range acts() {
		list = append(list, shortcut{a.Key, a.Name})
	}
	list = append(list, shortcut{"1 … 9", "choose"}, shortcut{"Alt N", "new"}, shortcut{"Alt J", "next_day"}, shortcut{"Alt H", "needs"})
	return append(list, shortcut{"W", "walk_in"}, shortcut{"D", "delay"}, shortcut{"/", "seek"}, shortcut{"?", "help"})
}
