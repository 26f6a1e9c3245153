package portal

import (
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"ziyara/notify"
	"ziyara/notify/verify"
	"ziyara/privacy"
	"ziyara/scheduling"
	"ziyara/service/web"
	"ziyara/texts"
)

// aroundPage is a page about the site.
type aroundPage struct {
	web.Page

	Sections []section
}

// section is one part of a page about the site: what of it is empty is left out.
type section struct {
	Title    string
	Says     []string
	Terms    []term
	Points   []string
	Steps    []term
	Messages []sample
	Link     string // address of another site
	Go       string // what it is called
}

// term is something, and what there is to say about it.
type term struct{ Name, Says string }

// sample shows what a message looks like.
type sample struct{ Name, Text string }

// around sends a page about the site. title and about are the keys of its texts.
func (p *Portal) around(c *fiber.Ctx, title, about string, sections func(web.Page) []section) error {
	out := aroundPage{Page: p.frameOf(c, "")}
	out.Title = out.T(title)
	out.Public = &web.Public{Path: c.Path(), About: out.T(about)}
	out.Sections = sections(out.Page)
	return web.SendPublic(c, out.Lang, out.page())
}

// privacy says what is kept of visitors, why, for how long, and what they can ask for.
func (p *Portal) privacy(c *fiber.Ctx) error {
	return p.around(c, "web.privacy", "privacy.about", func(w web.Page) []section {
		ask := []string{w.T("privacy.ask_call")}
		if w.Brand.Email != "" {
			ask = append(ask, w.T("privacy.ask_write", "Email", w.Brand.Email))
		}
		return []section{
			{
				Title: w.T("privacy.kept"), Says: []string{w.T("privacy.kept_about")},
				Terms: []term{
					{w.T("privacy.person"), w.T("privacy.person_why")},
					{w.T("privacy.mobile"), w.T("privacy.mobile_why")},
					{w.T("privacy.email"), w.T("privacy.email_why")},
					{w.T("privacy.representative"), w.T("privacy.representative_why")},
					{w.T("privacy.needs"), w.T("privacy.needs_why")},
					{w.T("privacy.visit"), w.T("privacy.visit_why")},
					{w.T("privacy.opinion"), w.T("privacy.opinion_why")},
					{w.T("privacy.network"), w.T("privacy.network_why")},
				},
			},
			{
				Title:  w.T("privacy.not_kept"),
				Points: []string{w.T("privacy.not_kept_code"), w.T("privacy.not_kept_tracking"), w.T("privacy.not_kept_look")},
			},
			{
				Title: w.T("privacy.how_long"),
				Terms: []term{
					{w.T("privacy.typed"), w.T("privacy.typed_long", "Hours", texts.Wait(draftLife))},
					{w.T("privacy.own"), w.T("privacy.own_long", "Days", days(ownLife))},
					{w.T("privacy.chosen"), w.T("privacy.chosen_long")},
					{w.T("privacy.hold"), w.T("privacy.hold_long", "Minutes", minutes(p.Hold), "Days", days(privacy.KeepHolds))},
					{w.T("privacy.code"), w.T("privacy.code_long", "Minutes", minutes(verify.DefaultPolicy().Lifetime), "Days", days(privacy.KeepChecks))},
					{w.T("privacy.messages"), w.T("privacy.messages_long", "Days", days(p.Keep.Texts))},
					{w.T("privacy.record"), w.T("privacy.record_long", "Days", days(p.Keep.Visits))},
					{w.T("privacy.waitlist"), w.T("privacy.waitlist_long", "Days", days(p.Keep.Waitlist))},
					{w.T("privacy.log"), w.T("privacy.log_long")},
				},
			},
			{
				Title: w.T("privacy.who"),
				Points: []string{
					w.T("privacy.staff"), w.T("privacy.gateway"), w.T("privacy.mail"), w.T("privacy.systems", "Ministry", w.Name),
				},
			},
			{
				Title: w.T("privacy.rights"), Says: []string{w.T("privacy.rights_are")},
				Points: []string{
					w.T("privacy.right_know"), w.T("privacy.right_copy"), w.T("privacy.right_correct"), w.T("privacy.right_erase"),
					w.T("privacy.right_withdraw"),
				},
			},
			{
				Title: w.T("privacy.ask"), Says: append(ask, w.T("privacy.ask_self"), w.T("privacy.ask_own"), w.T("privacy.complain")),
				Link: "https://sdaia.gov.sa", Go: w.T("privacy.complain_go"),
			},
		}
	})
}

// minutes says a duration in minutes.
func minutes(d time.Duration) texts.Text {
	return texts.Visitors("help.minutes", "Count", int(d.Minutes()))
}

// days says a duration in days, begun ones as whole ones.
func days(d time.Duration) texts.Text {
	const day = 24 * time.Hour
	return texts.Visitors("privacy.days", "Count", int((d+day-1)/day))
}

// accessibility says which standard the pages meet, how that is known, and where to
// report a barrier.
func (p *Portal) accessibility(c *fiber.Ctx) error {
	return p.around(c, "web.accessibility", "accessibility.about", func(w web.Page) []section {
		report := []string{w.T("accessibility.report_call")}
		if w.Brand.Email != "" {
			report = append(report, w.T("accessibility.report_write", "Email", w.Brand.Email))
		}
		return []section{
			{Title: w.T("accessibility.standard"), Says: []string{w.T("accessibility.standard_about")}},
			{
				Title: w.T("accessibility.offers"),
				Points: []string{
					w.T("accessibility.keyboard"), w.T("accessibility.reader"), w.T("accessibility.zoom"), w.T("accessibility.colour"),
					w.T("accessibility.time"), w.T("accessibility.script"),
				},
			},
			{Title: w.T("accessibility.tested"), Says: []string{w.T("accessibility.tested_about"), w.T("accessibility.limits")}},
			{Title: w.T("accessibility.branch"), Says: []string{w.T("accessibility.branch_about")}},
			{Title: w.T("accessibility.report"), Says: report},
		}
	})
}

// how says how a visit is booked, and how to tell our messages from others.
func (p *Portal) how(c *fiber.Ctx) error {
	samples, err := p.samples(c)
	if err != nil {
		return err
	}
	return p.around(c, "web.how", "how.about", func(w web.Page) []section {
		var messages []string
		if len(p.Senders) > 0 {
			messages = append(messages, w.T("how.sender", "Senders", strings.Join(p.Senders, texts.Comma().In(w.Lang))))
		}
		var shown []sample
		for i, name := range []string{w.T("how.code_sample"), w.T("how.booked_sample")}[:len(samples)] {
			shown = append(shown, sample{name, samples[i].In(w.Lang)})
		}
		return []section{
			{
				Title: w.T("how.steps"),
				Steps: []term{
					{w.T("portal.step_service"), w.T("how.service")},
					{w.T("portal.step_branch"), w.T("how.branch")},
					{w.T("portal.step_time"), w.T("how.time", "Minutes", minutes(p.Hold))},
					{w.T("portal.step_details"), w.T("how.details")},
				},
			},
			{Title: w.T("how.later"), Says: []string{w.T("how.later_about")}},
			{
				Title: w.T("how.messages"), Says: append(messages, w.T("how.links")+" "+w.Origin, w.T("how.samples")), Messages: shown,
			},
			{Title: w.T("how.safe"), Points: []string{w.T("how.free"), w.T("how.secret"), w.T("how.doubt")}},
		}
	})
}

// sampleToken is as long as the token of a link.
const sampleToken = 28

// samples are the texts of two messages as they go out: one with a code and, if the
// centre has a service, one about a booking. Their link leads nowhere.
func (p *Portal) samples(c *fiber.Ctx) ([]texts.Text, error) {
	token := strings.Repeat("x", sampleToken)
	messages := notify.NewTexts(notify.From(p.Site.Ministry), notify.WithLinks(func(notify.Facts) string {
		return p.Site.Origin + linkPath + token
	}))
	facts := []notify.Facts{{Kind: notify.VerificationCode, Code: "482913"}}
	centre := centreOf(c)
	if len(centre.Services) > 0 && len(centre.Branches) > 0 {
		branch := &centre.Branches[0]
		zone := centre.Zone(branch.Slug)
		start := (scheduling.DateOf(p.Now(), zone) + 7).At(scheduling.Clock(9, 0), zone)
		facts = append(facts, notify.Facts{
			Kind: notify.Booked, Reference: "V-7K3F-9Q2M-R", Service: centre.Services[0].Name, Branch: branch.Name, BranchSMS: branch.Brief(),
			Start: start, End: start, Zone: zone,
		})
	}
	list := make([]texts.Text, len(facts))
	for i, f := range facts {
		for lang, text := range map[string]*string{"ar": &list[i].AR, "en": &list[i].EN} {
			f.Lang = lang
			rendered, err := messages.Render(f)
			if err != nil {
				return nil, err
			}
			*text = strings.Replace(rendered, token, "…\u200e", 1) // the mark keeps the dots at its end
		}
	}
	return list, nil
}
