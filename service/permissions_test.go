package service_test

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"

	"ziyara"
	"ziyara/access"
	"ziyara/service/api"
	"ziyara/service/servicetest"
)

// may says where a role may ask for an operation.
type may string

const (
	no  may = "no"  // nowhere: 403
	own may = "own" // about their departments (a coordinator) or branches (a receptionist); elsewhere 403
	all may = "all" // about everything, or the answer is bounded to what is theirs, as a list is
)

// row says who may ask for an operation, and how the test asks for it.
type row struct {
	coordinator, receptionist, agent, manager, admin may
	ask                                              fixture
}

// expected is who may do what, by operation of the contract. It is written
// down here on its own, not read from the program: whoever changes what a role
// may do changes both. An operation for staff that has no row fails the test.
func expected() map[string]row {
	return map[string]row{
		//                     coordinator receptionist agent manager admin
		"createArrival": {own, own, no, no, all, arrives},
		"checkIn":       {own, own, no, no, all, ofArrival("", "/check-in", map[string]any{"branch": "riyadh"})},
		"callVisitor":   {own, own, no, no, all, calls},
		"recallVisitor": {own, own, no, no, all, ofArrival("called", "/recall", nil)},
		"missVisitor":   {own, own, no, no, all, ofArrival("called", "/not-there", nil)},
		"startVisit":    {own, own, no, no, all, ofArrival("called", "/start", map[string]any{})},
		"completeVisit": {own, own, no, no, all, ofArrival("serving", "/complete", nil)},
		"recordNoShow":  {own, own, no, no, all, ofArrival("late", "/no-show", nil)},
		"restoreVisit":  {own, own, no, no, all, ofArrival("no_show", "/restore", map[string]any{"reason": "كان في القاعة"})},
		"createWalkIn":  {own, own, no, no, all, walksIn},
		"announceDelay": {
			own, own, no, no, all, ofHall(http.MethodPost, "/delays", map[string]any{"desk_group": "riyadh-returns", "minutes": 20}),
		},
		"getHall":            {all, own, no, all, all, ofHall(http.MethodGet, "/hall", nil)},
		"listDesks":          {all, own, no, all, all, ofHall(http.MethodGet, "/desks", nil)},
		"putDesk":            {own, no, no, no, all, ofHall(http.MethodPut, "/desks/R1", map[string]any{"desk_group": "riyadh-returns"})},
		"deleteDesk":         {own, no, no, no, all, removesDesk},
		"getMe":              {all, all, all, all, all, gets("/v1/me")},
		"listMySessions":     {all, all, all, all, all, gets("/v1/me/sessions")},
		"endMySession":       {all, all, all, all, all, endsSession("/v1/me/sessions/", "noura")},
		"listSessions":       {no, no, no, no, all, gets("/v1/sessions")},
		"endSession":         {no, no, no, no, all, endsSession("/v1/sessions/", "huda")},
		"approveAppointment": {own, no, no, no, all, ofRequest("/approve", nil)},
		"declineAppointment": {own, no, no, no, all, ofRequest("/decline", map[string]any{"reason": "القاعة مغلقة"})},
		"proposeStart":       {own, no, no, no, all, proposes},
		"listWaitlist":       {all, all, no, all, all, gets("/v1/waitlist")},
		"listActs":           {all, no, no, all, all, gets("/v1/audit")},
		"listReports":        {all, all, no, all, all, gets("/v1/reports")},
		"getReport":          {own, own, no, all, all, ofDepartment("/v1/reports/no-shows?department=revenues&branch=riyadh")},

		"listDeskGroups":        {all, all, all, all, all, gets("/v1/desk-groups")},
		"getDeskGroup":          {own, own, all, all, all, ofReturns(http.MethodGet, "", nil)},
		"getDeskGroupDay":       {own, own, all, all, all, ofReturns(http.MethodGet, "/day?date=2026-11-24", nil)},
		"listDeskGroupDays":     {own, own, all, all, all, ofReturns(http.MethodGet, "/days?from=2026-11-22", nil)},
		"getOpenings":           {own, own, all, all, all, ofReturns(http.MethodGet, "/openings.ics", nil)},
		"editDeskGroup":         {own, no, no, no, all, ofReturns(http.MethodPatch, "", map[string]any{"stays_open": []string{"founding-day"}})},
		"addClosure":            {own, no, no, no, all, ofReturns(http.MethodPost, "/closures", closing("2026-12-01"))},
		"removeClosure":         {own, no, no, no, all, reopens},
		"setHours":              {own, no, no, no, all, ofReturns(http.MethodPut, "/hours/2026-12-02", hours())},
		"clearHours":            {own, no, no, no, all, clearsHours},
		"undoDeskGroup":         {own, no, no, no, all, undoes},
		"getQuota":              {own, no, no, all, all, ofQuota(http.MethodGet, nil)},
		"setQuota":              {own, no, no, no, all, ofQuota(http.MethodPut, map[string]any{"hold_back": map[string]int{"public": 2}})},
		"listCentreParts":       {all, no, no, all, all, gets("/v1/centre/services")},
		"getCentrePart":         {own, no, no, all, all, ofPart(http.MethodGet, "", nil)},
		"putCentrePart":         {own, no, no, no, all, ofPart(http.MethodPut, "?dry_run=true", ibanUpdate())},
		"listCentreVersions":    {own, no, no, all, all, ofPart(http.MethodGet, "/history", nil)},
		"getCentreVersion":      {own, no, no, all, all, ofPart(http.MethodGet, "/history/0", nil)},
		"getHolidays":           {all, all, all, all, all, gets("/v1/holidays")},
		"setHolidays":           {no, no, no, no, all, setsHolidays},
		"announceHoliday":       {no, no, no, no, all, ofHolidays(http.MethodPut, "/eid-al-fitr/announced/1448", fitr())},
		"importHolidays":        {no, no, no, no, all, ofHolidays(http.MethodPost, "/import", map[string]any{"calendar": calendarFile})},
		"undoHolidays":          {no, no, no, no, all, undoesHolidays},
		"createFeed":            {own, own, no, no, all, makesFeed},
		"listFeeds":             {all, all, no, no, all, gets("/v1/feeds")},
		"deleteFeed":            {own, own, no, no, all, revokesFeed},
		"followAppointments":    {no, no, no, all, all, gets("/v1/appointment-events")},
		"createWebhook":         {own, no, no, no, all, addsWebhook},
		"listWebhooks":          {all, no, no, no, all, gets("/v1/webhooks")},
		"getWebhook":            {own, no, no, no, all, ofWebhook(http.MethodGet, "")},
		"editWebhook":           {own, no, no, no, all, editsWebhook},
		"deleteWebhook":         {own, no, no, no, all, ofWebhook(http.MethodDelete, "")},
		"rotateWebhookSecret":   {own, no, no, no, all, ofWebhook(http.MethodPost, "/secret")},
		"enableWebhook":         {own, no, no, no, all, ofWebhook(http.MethodPost, "/enable")},
		"testWebhook":           {own, no, no, no, all, ofWebhook(http.MethodPost, "/test")},
		"listWebhookDeliveries": {own, no, no, no, all, ofWebhook(http.MethodGet, "/deliveries")},
		"resendWebhookDelivery": {own, no, no, no, all, resendsDelivery},
		"listMessages":          {all, all, all, no, all, gets("/v1/messages?state=failed")},
		"resendMessage":         {own, own, all, no, all, resends},
		"getMessageText":        {own, no, no, no, all, ofText(http.MethodGet, "", nil)},
		"saveMessageText":       {own, no, no, no, all, ofText(http.MethodPut, "", map[string]any{"wordings": []any{}})},
		"approveMessageText":    {own, no, no, no, all, approvesText},
		"previewMessageText":    {own, no, no, no, all, ofText(http.MethodPost, "/preview", map[string]any{})},
		"getMessageBudget":      {own, no, no, all, all, ofBudget(http.MethodGet, nil)},
		"saveMessageBudget": {no, no, no, no, all, ofBudget(http.MethodPut, map[string]any{
			"links": true, "segment_price": "0.05", "monthly_segments": 10, "monthly_cost": "0", "warn_percent": 80})},
		// What visitors do for themselves, staff do on behalf.
		"listSlots":              {all, all, all, all, all, gets("/v1/services/annual-returns/slots?branch=riyadh&channel=agent")},
		"findFirstSlots":         {all, all, all, all, all, gets("/v1/services/annual-returns/first?channel=protected")},
		"listDays":               {all, all, all, all, all, gets("/v1/services/annual-returns/days?branch=riyadh")},
		"createHold":             {own, own, all, no, all, holdsOnBehalf},
		"createAppointment":      {own, own, all, no, all, booksOnBehalf},
		"listAppointments":       {all, all, all, all, all, gets("/v1/appointments")},
		"getAppointment":         {own, own, all, all, all, showsToStaff},
		"getAppointmentCalendar": {own, own, all, all, all, savesForStaff("/calendar.ics")},
		"getAppointmentCodePNG":  {own, own, all, all, all, savesForStaff("/code.png")},
		"getAppointmentCodeSVG":  {own, own, all, all, all, savesForStaff("/code.svg")},
		"correctAppointment":     {own, own, all, no, all, correctsOnBehalf},
		"cancelOnBehalf":         {own, own, all, no, all, cancelsOnBehalf},
		"moveOnBehalf":           {own, own, all, no, all, movesOnBehalf},

		"createChange":        {own, no, no, no, all, draftsChange},
		"createHolidayChange": {no, no, no, no, all, draftsHolidays},
		"listChanges":         {all, no, all, all, all, gets("/v1/changes")},
		"getChange":           {own, no, all, all, all, ofChange(http.MethodGet, "", true)},
		"dropChange":          {own, no, no, no, all, ofChange(http.MethodDelete, "", true)},
		"listChangeVisits":    {own, no, all, no, all, ofChange(http.MethodGet, "/visits", false)},
		"answerChange":        {own, no, all, no, all, notesCall},
	}
}

// asked is one request about something that exists. Department and Branch are
// the slugs of what it belongs to; "" for what belongs to none.
type asked struct {
	servicetest.Request

	Department, Branch string
}

// fixture makes what an operation is about, and returns the request. Nothing
// else of the test knows of it, so that the first who may ask succeeds.
type fixture func(w *walk) asked

// gets asks for a path.
func gets(path string) fixture {
	return func(*walk) asked { return asked{Request: servicetest.Request{Method: http.MethodGet, Path: path}} }
}

// endsSession ends a session of a member of staff.
func endsSession(path, staff string) fixture {
	return func(w *walk) asked {
		id := servicetest.Query[string](w.t, w.DatabaseURL, `
			INSERT INTO staff_sessions (id, token, staff, subject, browser, sealed, began_at, seen_at, asked_at, ends_at)
			VALUES (gen_random_uuid(), gen_random_uuid()::text::bytea, $1, $1, 'a browser', '', $2, $2, $2, $2::timestamptz + interval '1 hour')
			RETURNING id`, staff, w.Clock.Now())
		return asked{Request: servicetest.Request{Method: http.MethodDelete, Path: path + id}}
	}
}

// ofDepartment asks for a path that is about Revenues at Riyadh.
func ofDepartment(path string) fixture {
	return func(*walk) asked {
		return asked{Request: servicetest.Request{Method: http.MethodGet, Path: path}, Department: "revenues", Branch: "riyadh"}
	}
}

// ofRequest posts to what follows the address of a request that waits for its
// department.
func ofRequest(suffix string, body any) fixture {
	return func(w *walk) asked { return w.about(w.requested(), http.MethodPost, suffix, body) }
}

// proposes offers the next free start for a request that is not its own.
func proposes(w *walk) asked {
	a := w.requested()
	list := w.Visitor(0).Slots(meeting, "riyadh", "2026-11-24", "2026-12-17")
	other := list[slices.IndexFunc(list, func(s api.Slot) bool { return !s.Start.Equal(a.Start) })]
	return w.about(a, http.MethodPost, "/propose", map[string]any{"start": other.Start})
}

// resends sends a message once more that reached nobody.
func resends(w *walk) asked {
	a := w.booked(heirs)
	id := servicetest.Query[int](w.t, w.DatabaseURL, `
		UPDATE messages SET state = 'failed', finished_at = now()
		WHERE appointment_id = (SELECT id FROM appointments WHERE reference = $1) AND kind = 'booked' AND way = 'sms'
		RETURNING id`, string(ref(w.t, a)))
	asked := w.about(a, http.MethodPost, "", nil)
	asked.Path = fmt.Sprintf("/v1/messages/%d/resend", id)
	return asked
}

// ofText asks about the words of the department of revenues.
func ofText(method, suffix string, body any) fixture {
	return ofRevenues(method, "/texts/reminder/ar"+suffix, body)
}

// approvesText approves a text of somebody else.
func approvesText(w *walk) asked {
	w.t.Helper()
	save := ofText(http.MethodPut, "", map[string]any{"wordings": []any{map[string]string{
		"other": "نراكم {{.Day}} {{.Time}} {{.Branch}} {{.Reference}}"}}})(w)
	author := w.Staff(access.Staff{ID: "author", Roles: []access.Role{access.Admin}})
	if answer := author.Sends(save.Request); answer.Status != http.StatusOK {
		w.t.Fatalf("save: %d %s", answer.Status, answer.Body)
	}
	return ofText(http.MethodPost, "/approve", nil)(w)
}

// ofBudget asks about the budget of the department of revenues.
func ofBudget(method string, body any) fixture { return ofRevenues(method, "/budget", body) }

// ofRevenues asks about what the department of revenues has, whatever its
// version.
func ofRevenues(method, suffix string, body any) fixture {
	return func(*walk) asked {
		return asked{Department: "revenues", Request: servicetest.Request{
			Method: method, Path: "/v1/departments/revenues" + suffix, Body: body, Header: map[string]string{"If-Match": "*"}}}
	}
}

// holdsOnBehalf holds a place that is free for agents.
func holdsOnBehalf(w *walk) asked {
	start := w.free("bank-guarantee")
	return asked{
		Request: servicetest.Request{Method: http.MethodPost, Path: "/v1/holds", Body: map[string]any{
			"service": "bank-guarantee", "branch": "riyadh", "start": start,
		}},
		Department: departmentOf(w.t, w.Centre, "bank-guarantee"), Branch: "riyadh",
	}
}

// booksOnBehalf books what an agent holds.
func booksOnBehalf(w *walk) asked {
	a := holdsOnBehalf(w)
	var hold api.Hold
	w.Agent().Sends(a.Request).JSON(w.t, &hold)
	visitor := w.visitor()
	a.Path = "/v1/appointments"
	a.Body = map[string]any{
		"hold": hold.ID, "hold_token": hold.Token, "mobile": visitor.Mobile,
		"visitor": map[string]any{"name": visitor.Name, "id": visitor.ID}, "documents_acknowledged": true,
	}
	return a
}

// showsToStaff shows a booked visit.
func showsToStaff(w *walk) asked { return w.about(w.booked("annual-returns"), http.MethodGet, "", nil) }

// savesForStaff saves a file about a booked visit.
func savesForStaff(suffix string) func(*walk) asked {
	return func(w *walk) asked { return w.about(w.booked("annual-returns"), http.MethodGet, suffix, nil) }
}

// cancelsOnBehalf cancels a booked visit.
func cancelsOnBehalf(w *walk) asked {
	return w.about(w.booked("annual-returns"), http.MethodPost, "/cancel-on-behalf", map[string]any{"reason": "اتصل الزائر"})
}

// correctsOnBehalf corrects the mobile of a booked visit.
func correctsOnBehalf(w *walk) asked {
	return w.about(w.booked("annual-returns"), http.MethodPatch, "", map[string]any{"mobile": "0500009999", "reason": "اتصل الزائر"})
}

// movesOnBehalf moves a booked visit to the next free start.
func movesOnBehalf(w *walk) asked {
	a := w.booked("annual-returns")
	return w.about(a, http.MethodPost, "/move-on-behalf", map[string]any{"start": w.free("annual-returns"), "reason": "اتصل الزائر"})
}

// walk is a centre in which the operations are asked for.
type walk struct {
	*servicetest.Centre

	t        *testing.T
	visitors int
}

// visitor returns somebody who has nothing yet.
func (w *walk) visitor() *servicetest.Visitor {
	w.visitors++
	return w.Visitor(w.visitors)
}

// free returns the first free start of a service at Riyadh.
func (w *walk) free(service string) string {
	w.t.Helper()
	list := w.Visitor(0).Slots(service, "riyadh", "2026-11-24", "2026-12-17")
	if len(list) == 0 {
		w.t.Fatalf("no free start of %s", service)
	}
	return list[0].Start.Format("2006-01-02T15:04:05Z07:00")
}

// booked returns a booked visit to a service at Riyadh.
func (w *walk) booked(service string) api.Appointment {
	w.t.Helper()
	return w.visitor().Books(service, "riyadh", servicetest.At(w.t, w.free(service)[:len("2006-01-02T15:04")]))
}

// requested returns a visit at Riyadh that waits for its department.
func (w *walk) requested() api.Appointment {
	w.t.Helper()
	a := w.booked(meeting)
	if a.Status != api.AppointmentStatusRequested {
		w.t.Fatalf("%s is %s, want a request", a.Reference, a.Status)
	}
	return a
}

// about returns a request to what follows the address of a visit.
func (w *walk) about(a api.Appointment, method, suffix string, body any) asked {
	w.t.Helper()
	return asked{
		Request:    servicetest.Request{Method: method, Path: "/v1/appointments/" + a.Reference + suffix, Body: body},
		Department: departmentOf(w.t, w.Centre, a.Service), Branch: a.Branch,
	}
}

// asker is somebody who asks, and whether they may.
type asker struct {
	name  string
	staff *servicetest.Staff // nil for one who brings the token instead
	token string
	may   bool
	want  int    // status for who may not
	kind  string // and kind of problem
}

// askers returns who asks: nobody, everybody with one role, here and
// elsewhere. visitors says that the operation is a visitor's, too; then who
// comes without a token of the staff is none of this test's business.
func (w *walk) askers(r row, a asked, visitors bool) []asker {
	w.t.Helper()
	var list []asker
	if !visitors {
		for name, token := range map[string]string{
			"nobody": "", "a token of nobody's": "Bearer nothing", "no token of ours": "Basic bm86Ym9keQ==",
		} {
			list = append(list, asker{name: name, token: token, want: http.StatusUnauthorized, kind: "sign-in-needed"})
		}
	}
	add := func(name string, staff *servicetest.Staff, ok bool) {
		list = append(list, asker{name: name, staff: staff, may: ok, want: http.StatusForbidden, kind: "forbidden"})
	}
	list = append(list, asker{
		name: "somebody without a role", want: http.StatusForbidden, kind: "no-role",
		staff: w.Staff(access.Staff{ID: "none", Roles: []access.Role{}, Departments: []string{a.Department}, Branches: []string{a.Branch}}),
	})
	if w.bounded("coordinator", r.coordinator, a.Department) {
		add("a coordinator of the department", w.Coordinator(a.Department), true)
	}
	add("a coordinator of another department", w.Coordinator(other(a.Department, "revenues", "care")), r.coordinator == all)
	add("a coordinator of none", w.Coordinator(), r.coordinator == all)
	if w.bounded("receptionist", r.receptionist, a.Branch) {
		add("a receptionist of the branch", w.Receptionist(a.Branch), true)
	}
	add("a receptionist of another branch", w.Receptionist(other(a.Branch, "riyadh", "jeddah")), r.receptionist == all)
	add("a receptionist of none", w.Receptionist(), r.receptionist == all)
	add("an agent", w.Agent(), r.agent == all)
	add("a manager", w.Manager(), r.manager == all)
	add("an admin", w.Admin(), r.admin == all)
	return list
}

// bounded reports whether a role may ask about its own only, and fails the
// test if what is asked about belongs to nobody.
func (w *walk) bounded(role string, m may, slug string) bool {
	w.t.Helper()
	if m == own && slug == "" {
		w.t.Fatalf("the row says own for the %s, but its fixture does not say whose that is", role)
	}
	return m == own
}

// other returns the first of the slugs that is not s.
func other(s string, slugs ...string) string {
	return slugs[slices.IndexFunc(slugs, func(o string) bool { return o != s })]
}

// send asks as somebody.
func (w *walk) send(c asker, r servicetest.Request) servicetest.Answer {
	w.t.Helper()
	if c.staff != nil {
		return c.staff.Sends(r)
	}
	header := maps.Clone(r.Header)
	if header == nil {
		header = map[string]string{}
	}
	header["Authorization"] = c.token
	r.Header = header
	return w.Send(r)
}

// refused asks as somebody who may not.
func (w *walk) refused(c asker, r servicetest.Request) {
	w.t.Helper()
	if answer := w.send(c, r); answer.Status != c.want || answer.Problem(w.t).Type != "/problems#"+c.kind {
		w.t.Errorf("%s: got %d %s, want %d %s", c.name, answer.Status, answer.Body, c.want, c.kind)
	}
	if r.Method != http.MethodGet {
		return
	}
	r.Method = http.MethodHead
	if answer := w.send(c, r); answer.Status != c.want {
		w.t.Errorf("%s, by HEAD: got %d, want %d", c.name, answer.Status, c.want)
	}
}

// Every operation for staff, asked for by every role, here and elsewhere: who
// may not is refused before anything else is said of the request, and nothing
// happens; the first who may succeeds.
func TestPermissions(t *testing.T) { //nolint:tparallel // the operations share a centre, in turn
	t.Parallel()
	centre := servicetest.Open(t, 1)
	rows, operations := expected(), staffOperations(t)
	for name := range rows {
		if _, ok := operations[name]; !ok {
			t.Errorf("row %s: the contract has no such operation with security staff", name)
		}
	}
	for i, name := range slices.Sorted(maps.Keys(operations)) { //nolint:paralleltest // see above
		t.Run(name, func(t *testing.T) {
			r, ok := rows[name]
			if !ok {
				t.Fatalf("operation %s has no row: say in expected() who may ask for it, and how", name)
			}
			w := &walk{Centre: centre, t: t, visitors: 100 * i}
			a := r.ask(w)
			askers := w.askers(r, a, operations[name])
			w.refuses(askers, a)
			w.allows(askers, a)
		})
	}
}

// refuses asks as everybody who may not.
func (w *walk) refuses(askers []asker, a asked) {
	w.t.Helper()
	acts := countActs(w.t, w.Centre)
	for _, c := range askers {
		if !c.may {
			w.refused(c, a.Request)
		}
	}
	if after := countActs(w.t, w.Centre); after != acts {
		w.t.Errorf("those who were refused have done %d things", after-acts)
	}
}

// allows asks as everybody who may. What the first has done can be in the way
// of the others, whose answer may be 409, 412 or the like.
func (w *walk) allows(askers []asker, a asked) {
	w.t.Helper()
	first := true
	for _, c := range askers {
		if !c.may {
			continue
		}
		answer := w.send(c, a.Request)
		switch answer.Status {
		case http.StatusOK, http.StatusCreated, http.StatusAccepted, http.StatusNoContent:
		case http.StatusConflict, http.StatusGone, http.StatusPreconditionFailed, http.StatusUnprocessableEntity:
			if first {
				w.t.Errorf("%s, the first who may: got %d %s, want success", c.name, answer.Status, answer.Body)
			}
		default:
			w.t.Errorf("%s may: got %d %s", c.name, answer.Status, answer.Body)
		}
		first = false
	}
	if first {
		w.t.Error("nobody may")
	}
}

// Everybody is told which operations their roles allow, and that is what the
// rows say.
func TestPermissionsAreTold(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 1)
	for _, c := range []struct {
		staff *servicetest.Staff
		of    func(row) may
	}{
		{centre.Coordinator("care"), func(r row) may { return r.coordinator }},
		{centre.Receptionist("riyadh"), func(r row) may { return r.receptionist }},
		{centre.Agent(), func(r row) may { return r.agent }},
		{centre.Manager(), func(r row) may { return r.manager }},
		{centre.Admin(), func(r row) may { return r.admin }},
	} {
		var want []string
		for name, r := range expected() {
			if c.of(r) != no {
				want = append(want, name)
			}
		}
		slices.Sort(want)
		var me api.Me
		c.staff.Gets("/v1/me").JSON(t, &me)
		if !slices.Equal(me.Operations, want) {
			t.Errorf("%s: told %s, want %s", c.staff.Roles, strings.Join(me.Operations, " "), strings.Join(want, " "))
		}
	}
}

// staffOperations returns the operations of the contract with security staff,
// and whether each is a visitor's, too.
func staffOperations(t *testing.T) map[string]bool {
	t.Helper()
	doc, err := openapi3.NewLoader().LoadFromData(ziyara.OpenAPI)
	if err != nil {
		t.Fatal(err)
	}
	list := map[string]bool{}
	for path, item := range doc.Paths.Map() {
		for method, operation := range item.Operations() {
			if operation.Security == nil {
				continue
			}
			staff := slices.ContainsFunc(*operation.Security, isStaff)
			if !staff {
				continue
			}
			if operation.OperationID == "" {
				t.Fatalf("%s %s has no operationId", method, path)
			}
			list[operation.OperationID] = len(*operation.Security) > 1
		}
	}
	if len(list) == 0 {
		t.Fatal("no operation for staff in the contract")
	}
	return list
}

// isStaff reports whether a requirement is the one of staff.
func isStaff(r openapi3.SecurityRequirement) bool {
	_, ok := r["staff"]
	return ok
}

// countActs returns how much the audit log has.
func countActs(t *testing.T, centre *servicetest.Centre) int {
	t.Helper()
	return servicetest.Query[int](t, centre.DatabaseURL,
		"SELECT count(*) FROM audit_log WHERE action NOT IN ('read', 'search', 'export', 'refused')")
}
