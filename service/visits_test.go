package service_test

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"ziyara/service/api"
	"ziyara/service/servicetest"
	"ziyara/slots"
)

// visited is a centre with a few visits, in the order of their starts.
type visited struct {
	*servicetest.Centre

	noura, fahd, cancelled, asked, late string // references
}

// visitedCentre books visits of four people to three departments at two
// branches.
func visitedCentre(t *testing.T) visited {
	t.Helper()
	c := visited{Centre: servicetest.Open(t, 1)}
	book := func(n int, name, service, branch, start string) (*servicetest.Visitor, api.Appointment) {
		v := c.Visitor(n)
		v.Name = name
		return v, v.Books(service, branch, servicetest.At(t, start))
	}
	_, noura := book(1, "نورة بنت سعد العتيبي", "annual-returns", "riyadh", "2026-11-24T09:30")
	visitor, cancelled := book(3, "عبد الله القحطاني", "annual-returns", "jeddah", "2026-11-24T10:10")
	cancels(t, visitor, cancelled)
	_, asked := book(4, "أحمد إبراهيم", meeting, "riyadh", "2026-11-26T07:30")
	_, late := book(5, "Anne-Marie O'Brien", "annual-returns", "riyadh", "2026-12-20T09:30")
	agent, caller := c.Agent(), c.Visitor(2)
	caller.Name = "فهد العتيبي"
	fahd := agent.Books(caller, agent.Holds("bank-guarantee", "riyadh", servicetest.At(t, "2026-11-24T09:50"), nil), nil)
	c.noura, c.fahd, c.cancelled, c.asked, c.late = noura.Reference, fahd.Reference, cancelled.Reference, asked.Reference, late.Reference
	return c
}

// Staff find visits by what callers and visitors say, and see those that
// concern them, in the order of their starts.
func TestStaffFindVisits(t *testing.T) {
	t.Parallel()
	c := visitedCentre(t)
	agent := c.Agent()
	coordinator := c.Coordinator("revenues")
	desk := c.Receptionist("riyadh")
	for _, l := range []struct {
		name  string
		staff *servicetest.Staff
		query url.Values
		want  []string
	}{
		{"everything ahead", agent, url.Values{}, []string{c.noura, c.fahd, c.cancelled, c.asked, c.late}},
		{"in pages", agent, url.Values{"limit": {"2"}}, []string{c.noura, c.fahd, c.cancelled, c.asked, c.late}},
		{"one by one", c.Manager(), url.Values{"limit": {"1"}}, []string{c.noura, c.fahd, c.cancelled, c.asked, c.late}},
		{"a coordinator's departments", coordinator, url.Values{}, []string{c.noura, c.cancelled, c.late}},
		{"a receptionist's branches", desk, url.Values{}, []string{c.noura, c.fahd, c.asked, c.late}},
		{"a department at a branch", desk, url.Values{"department": {"revenues"}}, []string{c.noura, c.late}},
		{"a branch of a department", coordinator, url.Values{"branch": {"jeddah"}}, []string{c.cancelled}},
		{"a service", agent, url.Values{"service": {"bank-guarantee"}}, []string{c.fahd}},
		{"an unknown branch", agent, url.Values{"branch": {"mars"}}, []string{}},
		{"a date", agent, url.Values{"date": {"٢٠٢٦-١١-٢٤"}}, []string{c.noura, c.fahd, c.cancelled}},
		{"from and to, both included", agent, url.Values{"from": {"2026-11-26"}, "to": {"2026-12-20"}}, []string{c.asked, c.late}},
		{"to the day before", agent, url.Values{"from": {"2026-11-25"}, "to": {"2026-12-19"}}, []string{c.asked}},
		{"a status", agent, url.Values{"status": {"requested"}}, []string{c.asked}},
		{"a channel", agent, url.Values{"channel": {"agent"}}, []string{c.fahd}},

		{"a reference", agent, url.Values{"q": {c.noura}}, []string{c.noura}},
		{"as somebody says it", agent, url.Values{"q": {" " + c.noura[2:6] + " " + c.noura[7:11] + c.noura[12:]}}, []string{c.noura}},
		{"another branch's", c.Receptionist("jeddah"), url.Values{"q": {c.noura}}, []string{}},
		{"a mobile", agent, url.Values{"q": {"+966 50 000 0001"}}, []string{c.noura}},
		{"in Arabic digits", agent, url.Values{"q": {"٠٥٠٠٠٠٠٠٠٢"}}, []string{c.fahd}},
		{"within a department", coordinator, url.Values{"q": {"0500000002"}}, []string{}},
		{"a national ID", agent, url.Values{"q": {servicetest.NationalID(4)}}, []string{c.asked}},
		{"nobody's", agent, url.Values{"q": {servicetest.NationalID(9)}}, []string{}},
		{"that is not on that date", agent, url.Values{"q": {servicetest.NationalID(4)}, "date": {"2026-11-24"}}, []string{}},
		{"at any date", agent, url.Values{"q": {servicetest.NationalID(5)}}, []string{c.late}},

		{"the beginning of a name", agent, url.Values{"q": {"نور"}}, []string{c.noura}},
		{"words in any order", agent, url.Values{"q": {"عتيبي نوره"}}, []string{c.noura}},
		{"of a family", agent, url.Values{"q": {"العتيبي"}}, []string{c.noura, c.fahd}},
		{"of a family, on a page", agent, url.Values{"q": {"العتيبي"}, "limit": {"1"}}, []string{c.noura, c.fahd}},
		{"other spellings", agent, url.Values{"q": {"عبدالله"}}, []string{c.cancelled}},
		{"without hamza", agent, url.Values{"q": {"احمد ابراهيم"}}, []string{c.asked}},
		{"in Latin letters", agent, url.Values{"q": {"obrien"}}, []string{}},
		{"in Latin letters, word by word", agent, url.Values{"q": {"brien ANNE"}}, []string{c.late}},
		{"no part of a word", agent, url.Values{"q": {"تيبي"}}, []string{}},
		{"no pattern", agent, url.Values{"q": {"%%نو_"}}, []string{c.noura}},
		{"a name within a branch", c.Receptionist("jeddah"), url.Values{"q": {"العتيبي"}}, []string{}},
	} {
		t.Run(l.name, func(t *testing.T) {
			t.Parallel()
			if got := l.staff.Lists(l.query.Encode()); !slices.Equal(got, l.want) {
				t.Errorf("got %v, want %v", got, l.want)
			}
		})
	}
}

// Nine letters can be a reference, and are a name when no visit has it.
func TestNameLikeAReferenceIsFound(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 1)
	visitor := centre.Visitor(1)
	for n := byte(0); n == 0 || strings.ContainsAny(visitor.Name, "0123456789"); n++ {
		visitor.Name = string(slots.NewReference([5]byte{0xff, 0xee, 0xdd, 0xcf, n}))
	}
	visit := visitor.Books("annual-returns", "riyadh", servicetest.At(t, "2026-11-24T09:30"))
	if got := centre.Agent().Lists("q=" + visitor.Name); !slices.Equal(got, []string{visit.Reference}) {
		t.Errorf("%s: got %v, want %s", visitor.Name, got, visit.Reference)
	}
}

// A list shows what is needed to recognise a visit, and no more.
func TestListsAreMasked(t *testing.T) {
	t.Parallel()
	c := visitedCentre(t)
	var page api.AppointmentList
	c.Agent().Gets("/v1/appointments?limit=2").JSON(t, &page)
	if len(page.Appointments) != 2 || page.NextCursor == "" {
		t.Fatalf("%d visits, cursor %q", len(page.Appointments), page.NextCursor)
	}
	got := page.Appointments[1]
	if got.Reference != c.fahd || got.Department != "contracts" || got.Channel != "agent" || got.Visitor != "فهد العتيبي" ||
		got.Mobile != "+9665•••••002" || got.ID != "••••••"+servicetest.NationalID(2)[6:] || got.Status != api.AppointmentStatusBooked {
		t.Errorf("listed as %+v", got)
	}
}

// What can't be listed is refused with what to do.
func TestListsThatAreRefused(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 1)
	agent := centre.Agent()
	for _, l := range []struct{ name, query, pointer string }{
		{"more than 92 days", "from=2026-11-24&to=2027-02-24", "?to"},
		{"names in more than 31", "q=العتيبي&from=2026-11-24&to=2026-12-25", "?to"},
		{"backwards", "from=2026-11-24&to=2026-11-23", "?to"},
		{"somebody's, backwards", "q=0500000001&from=2026-11-24&to=2026-11-23", "?to"},
		{"a date and a range", "date=2026-11-24&to=2026-11-24", "?date"},
		{"no date", "date=2026-02-30", "?date"},
		{"a part of a number", "q=05000", "?q"},
		{"a letter", "q=ن", "?q"},
		{"signs", "q=--", "?q"},
		{"nothing but whose son", "q=بن", "?q"},
		{"another's cursor", "cursor=x", "?cursor"},
		{"an unknown status", "status=gone", "?status"},
		{"an unknown channel", "channel=fax", "?channel"},
		{"too much", "limit=201", "?limit"},
	} {
		t.Run(l.name, func(t *testing.T) {
			t.Parallel()
			path, err := url.Parse("/v1/appointments?" + l.query)
			if err != nil {
				t.Fatal(err)
			}
			path.RawQuery = path.Query().Encode()
			p := centre.Refused(agent.Gets(path.String()), http.StatusUnprocessableEntity, "invalid")
			if got := servicetest.Pointers(p); !slices.Equal(got, []string{l.pointer}) {
				t.Errorf("pointers %v, want %s", got, l.pointer)
			}
		})
	}
}

// What concerns somebody else is not listed, and not as empty either.
func TestListsOfOthersAreForbidden(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 1)
	for name, answer := range map[string]servicetest.Answer{
		"another department":             centre.Coordinator("revenues").Gets("/v1/appointments?department=care"),
		"a service of another":           centre.Coordinator("revenues").Gets("/v1/appointments?service=" + meeting),
		"another branch":                 centre.Receptionist("riyadh").Gets("/v1/appointments?branch=jeddah"),
		"a department, of none":          centre.Coordinator().Gets("/v1/appointments?department=revenues"),
		"another branch, of both at one": centre.Receptionist().Gets("/v1/appointments?branch=riyadh"),
	} {
		if answer.Status != http.StatusForbidden {
			t.Errorf("%s: %d %s", name, answer.Status, answer.Body)
		}
	}
}
