package service_test

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"image"
	"image/png"
	"io"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	ics "github.com/arran4/golang-ical"
	"github.com/makiuchi-d/gozxing"
	"github.com/makiuchi-d/gozxing/qrcode"

	"ziyara/service/api"
	"ziyara/service/servicetest"
	"ziyara/slots"
)

// versioned is a centre in which everything that tells the version of a visit is
// compared after each step.
type versioned struct {
	t       *testing.T
	centre  *servicetest.Centre
	admin   *servicetest.Staff
	portal  *otherSystem
	copy    *copyOf
	feeds   map[string]string // addresses, by department
	letters map[string]int    // e-mails with a calendar file so far, by address
}

func newVersioned(t *testing.T) *versioned {
	t.Helper()
	v := &versioned{t: t, centre: servicetest.Open(t, 1, public, thisMachine), feeds: map[string]string{}, letters: map[string]int{}}
	v.admin, v.portal = v.centre.Admin(), newOtherSystem(t)
	v.portal.adds(v.admin, "")
	v.copy = newCopy(t, v.centre, 3)
	return v
}

// visitor returns the n-th visitor, with an address of their own.
func (v *versioned) visitor(n int) *servicetest.Visitor {
	visitor := v.centre.Visitor(n)
	visitor.Email = fmt.Sprintf("v%d@example.net", n)
	return visitor
}

// step is something that is done to a visit, and the version that the visit has then.
type step struct {
	name    string
	does    func()
	version int
}

// follows does the steps one after another.
func (v *versioned) follows(visitor *servicetest.Visitor, a api.Appointment, steps ...step) {
	v.t.Helper()
	department := departmentOf(v.t, v.centre, a.Service)
	if v.feeds[department] == "" {
		v.feeds[department] = subscribes(v.t, v.admin, map[string]any{"name": "x", "department": department}).URL
		_, v.feeds[department], _ = strings.Cut(v.feeds[department], ":8080")
	}
	for _, s := range append([]step{{"booked", func() {}, 1}}, steps...) {
		s.does()
		v.centre.Jobs()
		v.centre.Jobs()
		for from, got := range v.told(visitor, a, department) {
			if got != s.version {
				v.t.Errorf("%s: the %s tells version %d, want %d", s.name, from, got, s.version)
			}
		}
	}
}

// told returns the version that everything tells of the visit.
func (v *versioned) told(visitor *servicetest.Visitor, a api.Appointment, department string) map[string]int {
	v.t.Helper()
	shown, staff := visitor.Shows(a), v.admin.Sees(a.Reference)
	told := map[string]int{"API": shown.Version, "history": len(shown.History), "API for staff": staff.Version}
	var list api.AppointmentList
	v.admin.Gets("/v1/appointments?q="+a.Reference).JSON(v.t, &list)
	if len(list.Appointments) == 1 {
		told["list"] = list.Appointments[0].Version
	}
	told["feed"] = sequence(v.t, seen(v.t, v.centre.Get(v.feeds[department]))[a.Reference])
	told["calendar file"] = sequence(v.t, v.file(a))
	v.copy.agrees()
	told["events"] = v.copy.visits[a.Reference].Version
	// Transactions of other tests on the same server hold back what is planned.
	until(v.t, fmt.Sprintf("the webhook tells version %d", shown.Version), func() bool {
		v.centre.Jobs()
		for _, m := range v.portal.hears() {
			if m.Reference == a.Reference {
				told["webhook"] = m.Version
			}
		}
		return told["webhook"] == shown.Version
	})
	n := 0
	for _, m := range visitor.Mails() { // the newest first
		if m.Entry != nil {
			if n++; n == 1 {
				told["letter"] = m.Entry.Sequence
			}
		}
	}
	if n == v.letters[visitor.Email] {
		delete(told, "letter") // none is new
	}
	v.letters[visitor.Email] = n
	var log api.ActList
	v.admin.Gets("/v1/audit?subject=appointment+"+a.Reference).JSON(v.t, &log)
	if staff.History[len(staff.History)-1].Actor != "" { // then it is in the log
		var after struct{ Version int }
		if err := json.Unmarshal(log.Acts[0].After, &after); err != nil {
			v.t.Error(err)
		}
		told["staff log"] = after.Version
	}
	return told
}

// file returns the event of the calendar file of a visit.
func (v *versioned) file(a api.Appointment) *ics.VEvent {
	v.t.Helper()
	answer := v.centre.Send(servicetest.Request{Method: http.MethodGet, Path: "/v1/appointments/" + a.Reference + "/calendar.ics",
		Header: map[string]string{"Authorization": "Bearer " + a.ManageToken}})
	return seen(v.t, answer)[a.Reference]
}

func sequence(t *testing.T, e *ics.VEvent) int {
	t.Helper()
	n, err := strconv.Atoi(property(e, ics.ComponentPropertySequence))
	if err != nil {
		t.Errorf("no sequence in %v", e)
	}
	return n
}

// linkOf returns the path of the link in the newest message with one.
func (v *versioned) linkOf(visitor *servicetest.Visitor) linked {
	v.t.Helper()
	for _, m := range visitor.Messages() {
		if _, path, ok := strings.Cut(m.Text, "\nhttp://127.0.0.1:8080"); ok {
			return linked{Visitor: visitor, t: v.t, centre: v.centre, path: path}
		}
	}
	v.t.Fatal("no link")
	return linked{}
}

// Booked, moved, confirmed and cancelled: each change is one more, and what changes
// nothing is none.
func TestVersionOfAVisit(t *testing.T) {
	t.Parallel()
	v := newVersioned(t)
	visitor := v.visitor(1)
	a := visitor.Books(heirs, "riyadh", servicetest.At(t, "2026-11-25T09:00"))
	to, back := servicetest.At(t, "2026-11-26T10:30"), servicetest.At(t, "2026-11-25T09:00")
	agent := v.centre.Agent()
	confirms := func() {
		l := v.linkOf(visitor)
		page := l.looks("")
		_, rest, _ := strings.Cut(page, `name="version" value="`)
		start, _, _ := strings.Cut(rest, `"`)
		l.follows("/confirm", map[string][]string{"version": {start}})
	}
	v.follows(visitor, a,
		step{"moved", func() { visitor.TryMove(a, to) }, 2},
		step{"moved again to the same start", func() { visitor.TryMove(a, to) }, 2},
		step{"confirmed", confirms, 3},
		step{"corrected", func() { visitor.Corrects(a, map[string]any{"party": 2}) }, 4},
		step{"corrected again to the same", func() { visitor.Corrects(a, map[string]any{"party": 2}) }, 4},
		step{"moved by staff", func() { agent.Moves(a.Reference, back, "اتصل الزائر") }, 5},
		step{"confirmed once more", confirms, 6},
		step{"corrected by staff", func() { agent.TryCorrect(a.Reference, map[string]any{"party": 3, "reason": "اتصل الزائر"}) }, 7},
		step{"cancelled", func() { visitor.TryCancel(a) }, 8},
		step{"cancelled again", func() { visitor.TryCancel(a) }, 8},
	)
	confirmed := v.visitor(2)
	b := confirmed.Books(heirs, "riyadh", back)
	v.centre.Jobs()
	v.follows(confirmed, b,
		step{"confirmed", func() {
			l := v.linkOf(confirmed)
			for range 2 { // the second press says the same
				l.presses("/confirm", map[string][]string{"version": {"1"}})
			}
		}, 2},
		step{"cancelled by staff", func() { agent.Cancels(b.Reference, "اتصل الزائر") }, 3},
	)
	v.centre.AuditClean()
}

// Requests: proposed, refused, proposed, accepted; approved; declined; answered by
// the clock.
func TestVersionOfARequest(t *testing.T) {
	t.Parallel()
	v := newVersioned(t)
	coordinator := v.centre.Coordinator(departmentOf(t, v.centre, meeting))
	act := func(a api.Appointment, verb string, body any) {
		t.Helper()
		if answer := coordinator.Posts("/v1/appointments/"+a.Reference+"/"+verb, body); answer.Status != http.StatusOK {
			t.Fatalf("%s: %d %s", verb, answer.Status, answer.Body)
		}
	}
	asks := func(n int, clock string) (*servicetest.Visitor, api.Appointment) {
		visitor := v.visitor(n)
		return visitor, visitor.Books(meeting, "riyadh", servicetest.At(t, clock))
	}
	visitor, a := asks(1, "2026-11-26T07:30")
	proposes := func(clock string) func() {
		return func() { act(a, "propose", map[string]any{"start": servicetest.At(t, clock)}) }
	}
	v.follows(visitor, a,
		step{"proposed", proposes("2026-11-29T08:40"), 2},
		step{"proposed again", proposes("2026-11-29T08:40"), 2},
		step{"refused", func() { visitor.TryDeclineProposal(a) }, 3},
		step{"another proposed", proposes("2026-11-29T07:30"), 4},
		step{"accepted", func() { visitor.TryAccept(a) }, 5},
		step{"accepted again", func() { visitor.TryAccept(a) }, 5},
	)
	approved, b := asks(2, "2026-11-26T07:30")
	approve := func() { act(b, "approve", nil) }
	v.follows(approved, b, step{"approved", approve, 2}, step{"approved again", approve, 2})
	declined, c := asks(3, "2026-11-30T07:30")
	v.follows(declined, c, step{"declined", func() { act(c, "decline", map[string]any{"reason": "القاعة مغلقة"}) }, 2})
	silent, d := asks(4, "2026-11-30T07:30")
	v.follows(silent, d, step{"no answer", func() { v.centre.Pass(25 * time.Hour) }, 2})
	v.centre.AuditClean()
}

// A closure: proposed and accepted, proposed and given back, called off, kept.
func TestVersionOfAVisitInAClosure(t *testing.T) {
	t.Parallel()
	v := newVersioned(t)
	noura := v.centre.Coordinator("revenues")
	visitors, visits := [4]*servicetest.Visitor{}, [4]api.Appointment{}
	for i, clock := range []string{"12:00", "12:30", "13:00", "13:30"} {
		visitors[i] = v.visitor(i + 1)
		visits[i] = visitors[i].Books(iban, "riyadh", servicetest.At(t, "2026-11-24T"+clock))
		v.follows(visitors[i], visits[i])
	}
	asks(t, noura, returns+"/changes", version(noura, "riyadh-returns"), map[string]any{
		"edit": map[string]any{"close": []any{closing("2026-11-24")}}, "reason": both("صيانة", "Maintenance"),
		"exceptions": []any{
			map[string]any{"reference": visits[2].Reference, "decision": "cancel"},
			map[string]any{"reference": visits[3].Reference, "decision": "keep"},
		},
	}, http.StatusCreated)
	v.centre.Jobs()
	department := departmentOf(t, v.centre, iban)
	check := func(name string, want ...int) {
		t.Helper()
		v.centre.Jobs()
		v.centre.Jobs()
		for i, version := range want {
			for from, got := range v.told(visitors[i], visits[i], department) {
				if got != version {
					t.Errorf("%s, visit %d: the %s tells version %d, want %d", name, i, from, got, version)
				}
			}
		}
	}
	check("closed", 2, 2, 2, 1)
	visitors[0].TryAccept(visits[0])
	check("accepted", 3, 2, 2, 1)
	if answer := changes(noura, http.MethodPost, returns+"/undo", "*", nil); answer.Status != http.StatusOK {
		t.Fatalf("undo: %d %s", answer.Status, answer.Body)
	}
	check("open again", 3, 3, 2, 1)
	v.centre.AuditClean()
}

// The hall: a no-show that is taken back, at reception or by hand; and one that is
// taken back after its day is recorded as attended, in the report too.
func TestVersionOfAVisitInTheHall(t *testing.T) {
	t.Parallel()
	v := newVersioned(t)
	d := door{v.centre.Receptionist("riyadh"), t, v.centre}
	visitor, late, attended := v.visitor(1), v.visitor(2), v.visitor(3)
	a, b, c := d.books(visitor, "09:10"), d.books(late, "09:10"), d.books(attended, "09:10")
	verb := func(a api.Appointment, verb string, body any) func() { return func() { d.does(a, verb, body) } }
	reason := map[string]any{"reason": "كان في القاعة"}
	calls := func(a api.Appointment) func() {
		return func() {
			inHall(t, d.Posts("/v1/branches/riyadh/calls", map[string]any{"desk": "1", "reference": a.Reference}))
		}
	}
	at := func(clock string, does func()) func() { return func() { d.clock(clock); does() } }
	v.follows(visitor, a,
		step{"no-show", at("09:30", verb(a, "no-show", nil)), 2},
		step{"no-show again", verb(a, "no-show", nil), 2},
		step{"restored", verb(a, "restore", reason), 3},
		step{"checked in", func() { d.checksIn(a) }, 4},
		step{"called", calls(a), 4},
		step{"started", verb(a, "start", map[string]any{}), 5},
		step{"completed", verb(a, "complete", nil), 6},
		step{"completed again", verb(a, "complete", nil), 6},
	)
	v.follows(late, b,
		step{"no-show and come after all", func() { d.does(b, "no-show", nil); d.checksIn(b) }, 4},
		step{"left", func() {
			for range 3 {
				calls(b)()
				d.does(b, "not-there", nil)
			}
		}, 5},
		step{"back again", func() { d.checksIn(b) }, 6},
	)
	v.follows(attended, c,
		step{"no-show", verb(c, "no-show", nil), 2},
		step{"restored after its day", func() {
			v.centre.Clock.Set(servicetest.At(t, "2026-11-26T10:00"))
			d.does(c, "restore", reason)
		}, 3},
		step{"not checked in on another day", func() {
			v.centre.Refused(d.tries(c, "check-in", map[string]any{"branch": "riyadh"}), http.StatusConflict, "wrong-day")
		}, 3},
		step{"attended", func() { stands(t, d.does(c, "complete", nil), "completed") }, 4},
	)
	var report api.Report
	v.admin.Gets("/v1/reports/no-shows?from=2026-11-23&to=2026-11-23").JSON(t, &report)
	if attended, missed := report.Total["attended"], report.Total["no_shows"]; attended == nil || *attended != 3 || *missed != 0 {
		t.Errorf("the report: %+v", report.Total)
	}
	v.centre.AuditClean()
}

// What a visitor saves in a calendar, or shows at reception, is for them alone: it
// has nothing secret in it, and needs their token.
func TestCalendarFileAndCode(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 1, public)
	visitor := centre.Visitor(1)
	visitor.Email, visitor.Lang = "noura@example.net", "ar"
	a := visitor.Books(heirs, "riyadh", servicetest.At(t, "2026-11-25T09:00"))
	path := "/v1/appointments/" + a.Reference
	get := func(file, lang string) servicetest.Answer {
		t.Helper()
		answer := centre.Send(servicetest.Request{Method: http.MethodGet, Path: path + file,
			Header: map[string]string{"Authorization": "Bearer " + a.ManageToken, "Accept-Language": lang}})
		for name, want := range map[string]string{"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"} {
			if got := answer.Header.Get(name); answer.Status != http.StatusOK || got != want {
				t.Errorf("%s: %d, %s %q, want %q", file, answer.Status, name, got, want)
			}
		}
		for _, secret := range []string{a.ManageToken, visitor.Name, visitor.ID, strings.TrimPrefix(visitor.Mobile, "0"), visitor.Email, "/m/"} {
			if bytes.Contains(answer.Body, []byte(secret)) {
				t.Errorf("%s tells %q", file, secret)
			}
		}
		return answer
	}
	for lang, want := range map[string][]string{
		"ar": {"موعد: ", "رقم الحجز: " + a.Reference, "المستندات المطلوبة عند الحضور:"},
		"en": {"Visit: Transfer of returns to heirs", "Reference: " + a.Reference, "Documents to bring:"},
	} {
		answer := get("/calendar.ics", lang)
		if got := answer.Header.Get("Content-Type"); got != "text/calendar; charset=utf-8" {
			t.Errorf("type %s", got)
		}
		e := seen(t, answer)[a.Reference]
		all := property(e, ics.ComponentPropertySummary) + property(e, ics.ComponentPropertyDescription)
		for _, w := range want {
			if !strings.Contains(all, w) {
				t.Errorf("%s: %q lacks %q", lang, all, w)
			}
		}
		if property(e, ics.ComponentPropertyStatus) != "CONFIRMED" || property(e, ics.ComponentPropertyLocation) == "" || len(e.Alarms()) != 1 ||
			property(e, ics.ComponentPropertyDtStart) != "20261125T060000Z" || strings.Contains(string(answer.Body), "METHOD") {
			t.Errorf("%s", answer.Body)
		}
		if again := get("/calendar.ics", lang); !bytes.Equal(again.Body, answer.Body) {
			t.Error("another file for the same visit")
		}
	}
	png := get("/code.png", "ar")
	if got := reads(t, png.Body); got != a.Reference || png.Header.Get("Content-Type") != "image/png" {
		t.Errorf("the code says %q", got)
	}
	if _, err := slots.ParseReference(reads(t, png.Body)); err != nil {
		t.Error(err)
	}
	svg := get("/code.svg", "ar")
	if got := svg.Header.Get("Content-Type"); got != "image/svg+xml" {
		t.Errorf("type %s", got)
	}
	drawn(t, svg.Body)
	visitor.TryCancel(a)
	if e := seen(t, get("/calendar.ics", "en"))[a.Reference]; property(e, ics.ComponentPropertyStatus) != "CANCELLED" || len(e.Alarms()) != 0 {
		t.Errorf("cancelled: %v", e)
	}
	for _, file := range []string{"/calendar.ics", "/code.png", "/code.svg"} {
		centre.Refused(centre.Get(path+file), http.StatusUnauthorized, "token-needed")
		other := servicetest.Request{Method: http.MethodGet, Path: path + file, Header: map[string]string{"Authorization": "Bearer x"}}
		centre.Refused(centre.Send(other), http.StatusNotFound, "not-found")
		if answer := centre.Receptionist("riyadh").Gets(path + file); answer.Status != http.StatusOK {
			t.Errorf("%s for staff: %d", file, answer.Status)
		}
	}
}

// reads returns what a scanner reads in a picture.
func reads(t *testing.T, file []byte) string {
	t.Helper()
	picture, err := png.Decode(bytes.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	if b := picture.Bounds(); b.Dx() != 464 || b.Dy() != 464 || len(file) > 4096 {
		t.Errorf("%v in %d bytes", b, len(file))
	}
	return scanned(t, picture)
}

func scanned(t *testing.T, picture image.Image) string {
	t.Helper()
	bits, err := gozxing.NewBinaryBitmapFromImage(picture)
	if err != nil {
		t.Fatal(err)
	}
	code, err := qrcode.NewQRCodeReader().Decode(bits, nil)
	if err != nil {
		t.Fatal(err)
	}
	if level := code.GetResultMetadata()[gozxing.ResultMetadataType_ERROR_CORRECTION_LEVEL]; level != "Q" {
		t.Errorf("error correction %v", level)
	}
	return code.GetText()
}

// drawn fails the test unless the drawing is well-formed and has only the elements
// that it needs.
func drawn(t *testing.T, file []byte) {
	t.Helper()
	decoder := xml.NewDecoder(bytes.NewReader(file))
	for {
		token, err := decoder.Token()
		if err == io.EOF { //nolint:errorlint // what Token documents
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		e, ok := token.(xml.StartElement)
		if !ok {
			continue
		}
		if e.Name.Local != "svg" && e.Name.Local != "path" {
			t.Errorf("element %s", e.Name.Local)
		}
		for _, attribute := range e.Attr {
			if strings.HasPrefix(attribute.Name.Local, "on") || attribute.Name.Local == "href" {
				t.Errorf("attribute %s", attribute.Name.Local)
			}
		}
	}
}
