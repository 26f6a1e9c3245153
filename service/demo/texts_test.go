package demo_test

import (
	"slices"
	"testing"
	"time"

	"ziyara/notify"
	"ziyara/service/demo"
)

// Every message about every service of the demo centre, at each branch that
// offers it, takes one segment in both languages, and two with its link: on
// every weekday of the months with the longest dates, and with the longest
// address that a centre may have.
func TestMessagesFit(t *testing.T) {
	t.Parallel()
	centre, err := demo.Load()
	if err != nil {
		t.Fatal(err)
	}
	// The scheme, a host of 30 characters, the path and the token.
	const link = "https://visits.service-centre.gov.sa.x/m/bQECAwQFWzW-N3A4R_vglAo1qOR2"
	plain := notify.NewTexts()
	linked := notify.NewTexts(notify.WithLinks(func(notify.Facts) string { return link }))
	for _, service := range centre.Services {
		t.Run(service.Slug, func(t *testing.T) {
			t.Parallel()
			given := 0
			for _, branch := range centre.Branches {
				if !slices.ContainsFunc(centre.DeskGroups, func(g demo.DeskGroup) bool {
					return g.Branch == branch.Slug && slices.Contains(g.Services, service.Slug)
				}) {
					continue
				}
				given++
				for day := range 61 {
					f := notify.Facts{
						Reference: "V-WWWW-WWWW-W", Service: service.Name, Branch: branch.Name, Minutes: 120,
						Start: time.Date(2028, time.November, 1+day, 20, 55, 0, 0, time.UTC), Zone: time.UTC,
						Until: time.Date(2028, time.November, 1+day, 10, 45, 0, 0, time.UTC), Lang: []string{"ar", "en"}[day%2],
					}
					for _, kind := range notify.Kinds() {
						if kind == notify.VerificationCode {
							continue
						}
						if f.Kind = kind; kind != notify.Survey { // useless without its link
							fits(t, plain, f, 1)
						}
						fits(t, linked, f, 2)
					}
				}
			}
			if given == 0 {
				t.Error("no branch offers the service")
			}
		})
	}
}

// fits fails the test if a message takes more segments than it should.
func fits(t *testing.T, texts *notify.Texts, f notify.Facts, segments int) {
	t.Helper()
	text, err := texts.Render(f)
	if err != nil {
		t.Fatal(err)
	}
	if size := notify.Measure(text); size.Segments > segments {
		t.Fatalf("%s in %s: %+v, want %d segments:\n%s", f.Kind, f.Lang, size, segments, text)
	}
}
