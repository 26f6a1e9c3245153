package notify_test

import (
	"errors"
	"testing"

	"ziyara/notify"
	"ziyara/texts"
)

// A department's own text links only to allowed hosts, however a link is written that phones
// make one of.
func TestLinksInOwnTexts(t *testing.T) {
	t.Parallel()
	hosts, err := notify.ParseHosts([]string{"mof.gov.sa", "WWW.mof.gov.sa", "موقع.السعودية"})
	if err != nil {
		t.Fatal(err)
	}
	all := notify.NewTexts(notify.WithHosts(hosts))
	none := notify.NewTexts()
	check := func(of *notify.Texts, text string) bool {
		t.Helper()
		_, err := of.Check(notify.Override{
			Department: "revenues", Kind: notify.CaseUpdated, Lang: "ar", Version: 1,
			Wordings: []notify.Wording{{texts.Other: "{{.Reference}} " + text}},
		})
		var wrong *notify.TextError
		if err != nil && (!errors.As(err, &wrong) || len(wrong.Faults) == 0) {
			t.Fatal(err)
		}
		for _, f := range faults(wrong) {
			if f.Fault != notify.FaultLink {
				t.Errorf("%q: %v", text, f)
			}
		}
		return err == nil
	}
	for _, text := range []string{
		"mof.gov.sa", "https://mof.gov.sa/visit?a=b", "HTTPS://MOF.GOV.SA", "mof.gov.sa.", "(www.mof.gov.sa)", "visit@mof.gov.sa",
		"ｍｏｆ．ｇｏｖ．ｓａ", "موقع.السعودية", "xn--4gbrim.xn--mgberp4a5d4ar",
	} {
		if !check(all, text) {
			t.Errorf("%q is refused, and leads to an allowed host", text)
		}
		if check(none, text) {
			t.Errorf("%q is accepted, and no host is allowed", text)
		}
	}
	for _, text := range []string{
		"bit.ly/abc", "mof-pay.com", "WWW．evil.sa", "evil。sa", "evil｡sa", "ｅｖｉｌ．ｓａ", "evil․com", "xn--mgberp4a5d4ar.com", "شبكة.شبكة",
		"https://mof.gov.sa@evil.com", "https://evil.com/mof.gov.sa", "mof.gov.sa.evil.com", "evil-mof.gov.sa", "a.mof.gov.sa",
		"http://evil", "http://[::1]/", "http://10.0.0.1/", "10.0.0.1", "www.evil", "user.github.io", "{{.Reference}}.com", "evil.saزوروا",
		"ماليةevil.sa", "help@evil.sa", "evil_mof.com", "EVIL.COM", "://", "evil.co.uk/x", "ⓔvil.com", "𝐞𝐯𝐢𝐥.com", "evil.ⓒom",
	} {
		if check(all, text) {
			t.Errorf("%q is accepted", text)
		}
	}
	for _, text := range []string{
		"الساعة 9.30 ص", "موعدكم غدًا.يرجى الحضور", "e.g. now", "No.5", "النسخة 1.2.3", "…", "-", "د. نورة", "3.5", "a..b", ".", "1/2",
	} {
		if !check(none, text) {
			t.Errorf("%q is refused, and is no link", text)
		}
	}
}

func faults(e *notify.TextError) []notify.TextFault {
	if e == nil {
		return nil
	}
	return e.Faults
}

func TestParseHosts(t *testing.T) {
	t.Parallel()
	for _, bad := range []string{"", "sa", "https://mof.gov.sa", "mof.gov.sa/x", "mof gov.sa", "*.mof.gov.sa", "localhost"} {
		if hosts, err := notify.ParseHosts([]string{bad}); !errors.Is(err, notify.ErrHost) {
			t.Errorf("ParseHosts(%q) = %v, %v", bad, hosts, err)
		}
	}
}
