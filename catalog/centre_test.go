package catalog_test

import (
	"strings"
	"testing"

	"ziyara/catalog"
)

// parts are what NewCentre is called with.
type parts struct {
	branches    []catalog.Branch
	departments []catalog.Department
	services    []catalog.Service
	entities    []catalog.Entity
	reasons     []catalog.CancellationReason
}

func (p parts) centre() (*catalog.Centre, error) {
	return catalog.NewCentre(p.branches, p.departments, p.services, p.entities, p.reasons...)
}

// smallest returns a catalogue with one of each that breaks no rule.
func smallest() parts {
	return parts{
		branches: []catalog.Branch{{
			Slug:    "riyadh",
			Name:    catalog.Text{AR: "الرياض", EN: "Riyadh"},
			Address: catalog.Text{AR: "طريق الملك", EN: "King Road"},
			City:    catalog.Text{AR: "الرياض", EN: "Riyadh"},
			Zone:    "Asia/Riyadh",
		}},
		departments: []catalog.Department{{Slug: "revenues", Name: catalog.Text{AR: "الإيرادات", EN: "Revenues"}}},
		services:    []catalog.Service{valid()},
		entities: []catalog.Entity{{
			Slug: "passports",
			Name: catalog.Text{AR: "الجوازات", EN: "Passports"},
			Link: "https://passports.example",
		}},
		reasons: []catalog.CancellationReason{{Slug: "other", Name: catalog.Text{AR: "سبب آخر", EN: "Another reason"}}},
	}
}

func TestNewCentre(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		change func(*parts)
		want   string // part of the error; "" for none
	}{
		{"nothing is broken", func(*parts) {}, ""},
		{"an empty catalogue is a catalogue", func(p *parts) { *p = parts{} }, ""},
		{"branch slugs are unique", func(p *parts) { p.branches = append(p.branches, p.branches[0]) }, "branch riyadh: the slug is used twice"},
		{"department slugs are unique", func(p *parts) { p.departments = append(p.departments, p.departments[0]) },
			"department revenues: the slug is used twice"},
		{"service slugs are unique", func(p *parts) { p.services = append(p.services, p.services[0]) },
			"service iban-update: the slug is used twice"},
		{"entity slugs are unique", func(p *parts) { p.entities = append(p.entities, p.entities[0]) },
			"entity passports: the slug is used twice"},
		{"reasons for cancelling are unique", func(p *parts) { p.reasons = append(p.reasons, p.reasons[0]) },
			"cancellation reason other: the slug is used twice"},
		{"a reason for cancelling is named in both languages", func(p *parts) { p.reasons[0].Name.AR = "" }, "name"},
		{"kinds may share a slug", func(p *parts) { p.entities[0].Slug = "riyadh" }, ""},
		{"a slug is lower-case words", func(p *parts) { p.branches[0].Slug = "الرياض" }, "slug"},
		{"a slug has a bound", func(p *parts) { p.entities[0].Slug = strings.Repeat("a", 65) }, "slug"},
		{"a branch has an address in both languages", func(p *parts) { p.branches[0].Address.EN = "" }, "address"},
		{"a zone is needed", func(p *parts) { p.branches[0].Zone = "" }, "zone"},
		{"a zone is an IANA name", func(p *parts) { p.branches[0].Zone = "Asia/Atlantis" }, "zone"},
		{"the zone of the machine is none", func(p *parts) { p.branches[0].Zone = "Local" }, "zone"},
		{"a department is named in both languages", func(p *parts) { p.departments[0].Name.AR = "" }, "name"},
		{"each service is valid", func(p *parts) { p.services[0].Duration = 0 }, "duration"},
		{"a service belongs to a known department", func(p *parts) { p.services[0].Department = "fax" }, `unknown department "fax"`},
		{"an online alternative is optional and https", func(p *parts) { p.services[0].Online = "https://mof.example/iban" }, ""},
		{"an online alternative is not http", func(p *parts) { p.services[0].Online = "http://mof.example/iban" }, "https"},
		{"an online alternative is not a script", func(p *parts) { p.services[0].Online = "javascript:alert(1)" }, "https"},
		{"a description is in both languages", func(p *parts) { p.services[0].About.EN = "Change it" }, "description"},
		{"a requirement is named in both languages", func(p *parts) {
			p.services[0].Requirements = []catalog.Requirement{{Slug: "deed", Name: catalog.Text{AR: "صك"}}}
		}, "requirement"},
		{"a topic is in both languages", func(p *parts) { p.services[0].Topics = []catalog.Text{{EN: "account"}} }, "topic 0"},
		{"an entity has a link", func(p *parts) { p.entities[0].Link = "" }, "https"},
		{"a link has a host", func(p *parts) { p.entities[0].Link = "https:///path" }, "https"},
		{"a link carries no credentials", func(p *parts) { p.entities[0].Link = "https://a:b@passports.example" }, "https"},
		{"a link can be read", func(p *parts) { p.entities[0].Link = "https://%zz" }, "link"},
		{"an entity is named in both languages", func(p *parts) { p.entities[0].Name.EN = "" }, "name"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			p := smallest()
			tt.change(&p)
			_, err := p.centre()
			switch {
			case tt.want == "" && err != nil:
				t.Errorf("NewCentre() = %v, want no error", err)
			case tt.want != "" && (err == nil || !strings.Contains(err.Error(), tt.want)):
				t.Errorf("NewCentre() = %v, want an error that mentions %q", err, tt.want)
			}
		})
	}
}

func TestCentreLookups(t *testing.T) {
	t.Parallel()
	p := smallest()
	c, err := p.centre()
	if err != nil {
		t.Fatal(err)
	}
	p.branches[0].Slug = "changed" // the centre keeps its own copy
	if b, ok := c.Branch("riyadh"); !ok || b != &c.Branches[0] || b.Slug != "riyadh" {
		t.Errorf("Branch(riyadh) = %v, %t, want the branch", b, ok)
	}
	if d, ok := c.Department("revenues"); !ok || d != &c.Departments[0] {
		t.Errorf("Department(revenues) = %v, %t, want the department", d, ok)
	}
	if s, ok := c.Service("iban-update"); !ok || s != &c.Services[0] {
		t.Errorf("Service(iban-update) = %v, %t, want the service", s, ok)
	}
	if s, ok := c.Service("passports"); ok || s != nil {
		t.Errorf("Service(passports) = %v, %t, want none: it is an entity", s, ok)
	}
}
