package service_test

import (
	"bytes"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/encoding/charmap"

	"ziyara/service"
	"ziyara/service/api"
	"ziyara/service/movein"
	"ziyara/service/servicetest"
	"ziyara/setup"
)

const head = "old_reference,service,branch,date,time,name,identity,mobile,email,language,party,needs,channel\n"

// moving is a made-up municipality, served, into which visits of another system move.
type moving struct {
	config service.Config
	*servicetest.Centre
	t *testing.T
}

func movingInto(t *testing.T, oldnew ...string) moving {
	t.Helper()
	config := migrated(t)
	config.Secret = []byte(servicetest.Secret)
	apply(t, config, municipality(t, oldnew...))
	return moving{config, servicetest.OpenOn(t, config.DatabaseURL, 1), t}
}

// imports imports a file.
func (m moving) imports(file string, o service.ImportOptions) service.ImportResult {
	m.t.Helper()
	o.Actor = "a test"
	result, err := service.ImportVisits(m.t.Context(), m.config, []byte(file), o)
	if err != nil {
		m.t.Fatal(err)
	}
	return result
}

// told returns what the report of an import says of each line: its reference in the other
// system, what became of it and why.
func (m moving) told(result service.ImportResult) (lines []string) {
	m.t.Helper()
	var out bytes.Buffer
	if err := movein.WriteReport(&out, result.Lines); err != nil {
		m.t.Fatal(err)
	}
	rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(out.String(), "\ufeff"))).ReadAll()
	if err != nil {
		m.t.Fatal(err)
	}
	for _, row := range rows[1:] {
		if (row[3] != "") != strings.HasPrefix(row[2], "imported") && row[5] != "This reference was imported for another visit." {
			m.t.Errorf("line %s is %s with the reference %q", row[0], row[2], row[3])
		}
		lines = append(lines, strings.TrimSpace(row[1]+" "+row[2]+" "+row[5]))
	}
	return lines
}

func (m moving) count(query string) int {
	m.t.Helper()
	return servicetest.Query[int](m.t, m.DatabaseURL, query)
}

func arabicWindows(t *testing.T, s string) string {
	t.Helper()
	text, err := charmap.Windows1256.NewEncoder().String(s)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// whoIs writes who comes: the n-th visitor.
func whoIs(n int) string {
	return fmt.Sprintf("زائر رقم %d,%s,05%08d", n, servicetest.NationalID(n), n)
}

// The visits of another system are visits of this one: with the same rules, a reference and their
// reminders, and without a message that nobody asked for. A second run finds them.
func TestMovingIn(t *testing.T) {
	t.Parallel()
	m := movingInto(t)
	m.Visitor(9).Books("building-permit", "town-hall", servicetest.At(t, "2026-11-24T12:40")) // 11:40 in Cairo
	m.Jobs()
	file := head +
		"A-1,building-permit,town-hall,2026-11-24,09:00," + whoIs(1) + ",first@town.example,en,2,,\n" +
		"A-2,رخصه بناء,أمانة مدينة النخيل,1448/06/14 هـ,٩:٠٠ ص," + whoIs(2) + ",,عربي,,interpreter,\n" + // 2026-11-24
		"A-3,Building permit,Nakheel City Hall,2026-11-24,9:00," + whoIs(3) + ",,,,,\n" + // full
		"A-4,building-permit,town-hall,2026-11-24,09:40," + whoIs(1) + ",,,,,\n" + // in the buffer of A-2
		"A-5,building-permit,town-hall,2026-11-24,11:40," + whoIs(9) + ",,,,,\n" + // has a visit then
		"A-6,building-permit,town-hall,2026-11-24,10:30," + whoIs(4) + ",,,,,\n" + // off the grid
		"A-7,building-permit,town-hall,2026-11-27,09:00," + whoIs(4) + ",,,,,\n" + // a Friday
		"A-8,building-permit,town-hall,2027-04-12,09:00," + whoIs(4) + ",,,,,\n" + // City day
		"A-9,building-permit,town-hall,2026-11-19,09:00," + whoIs(4) + ",,,,,\n" + // past
		"A-10,building-permit,town-hall,2027-06-15,09:00," + whoIs(4) + ",,,,,\n" + // beyond the horizon of the service
		"A-11,boat-licence,harbour,2026-11-24,09:00," + whoIs(5) + ",,,,,\n" + // not there
		"A-12,boat-licence,town-hall,2026-11-22,11:00," + whoIs(6) + ",,,,,\n" + // without the notice and the approval
		"A-13,building-permit,town-hall,2026-11-25,09:00," + whoIs(9) + ",,,,,\n" +
		"A-14,building-permit,town-hall,2026-11-26,09:00," + whoIs(9) + ",,,,,\n" + // a third
		"A-15,building-permit,town-hall,2026-11-30,09:00," + whoIs(7) + ",,,9,,\n" +
		"A-16,building-permit,town-hall,2029-11-30,09:00," + whoIs(7) + ",,,,,\n"
	want := []string{
		"A-1 imported", "A-2 imported", "A-3 refused No place is left at this time.", "A-4 imported",
		"A-5 refused The visitor has another visit at this time.",
		"A-6 refused No visit to this service starts at this time.",
		"A-7 refused It is closed at this time. Closed on Friday 27 November 2026: no opening hours on this day.",
		"A-8 refused It is closed at this time. Closed on Monday 12 April 2027: City day.", "A-9 refused The visit lies in the past.",
		"A-10 imported",
		"A-11 refused The branch does not offer the service.", "A-12 imported", "A-13 imported",
		"A-14 refused The visitor has as many visits ahead to this service as it allows.",
		"A-15 refused The service does not receive so many visitors in one visit.",
		"A-16 refused The visit is more than two years ahead.",
	}

	tried, err := service.ImportVisits(t.Context(), m.config, []byte(file), service.ImportOptions{Actor: "a test", Try: true})
	if err != nil {
		t.Fatal(err)
	}
	if n := m.count("SELECT count(*) FROM appointments"); n != 1 {
		t.Errorf("after a trial there are %d visits, want 1", n)
	}
	result := m.imports(file, service.ImportOptions{})
	if diff := cmp.Diff(want, m.told(result)); diff != "" {
		t.Errorf("the report (-want +got):\n%s", diff)
	}
	if tried.Counts != result.Counts {
		t.Errorf("the trial says %+v, and it became %+v", tried.Counts, result.Counts)
	}
	if want := (movein.Counts{Lines: 16, Imported: 6, Refused: 10}); result.Counts != want {
		t.Errorf("counts %+v, want %+v", result.Counts, want)
	}

	// They are visits: staff find them, and a second visitor at the same time finds no place.
	agent := m.Agent()
	found := decode[api.Appointment](t, agent.Gets("/v1/appointments/"+result.Lines[1].Reference.String()).Body)
	if found.Status != "booked" || !found.Start.Equal(servicetest.At(t, "2026-11-24T10:00")) || found.End.Sub(found.Start) != 50*time.Minute {
		t.Errorf("A-2 is %s from %v to %v", found.Status, found.Start, found.End)
	}
	if answer := m.Visitor(8).TryHold("building-permit", "town-hall", servicetest.At(t, "2026-11-24T10:00")); answer.Status == 201 {
		t.Error("a place that moved in was given to another")
	}
	m.AuditClean()

	// A second run finds what there is, and imports the rest.
	again := m.imports(strings.ReplaceAll(file, "2026-11-27,09:00", "2026-11-30,09:00"), service.ImportOptions{})
	if want := (movein.Counts{Lines: 16, Imported: 1, Before: 6, Refused: 9}); again.Counts != want {
		t.Errorf("a second run: %+v, want %+v", again.Counts, want)
	}
	for i, line := range again.Lines {
		if before := result.Lines[i]; before.Reference != "" && line.Reference != before.Reference {
			t.Errorf("%s was %s and is %s", line.Former, before.Reference, line.Reference)
		}
	}
	changed := m.imports(strings.Replace(file, "2026-11-24,09:00", "2026-11-25,10:20", 1), service.ImportOptions{})
	if line := m.told(changed)[0]; line != "A-1 refused This reference was imported for another visit." {
		t.Errorf("another visit with a known reference: %s", line)
	}

	// Nobody is told, and all are reminded.
	m.Jobs()
	if messages := m.Visitor(1).Messages(); len(messages) != 0 {
		t.Errorf("after the import: %+v", messages)
	}
	m.Clock.Set(servicetest.At(t, "2026-11-23T12:00"))
	m.Jobs()
	if messages := m.Visitor(2).Messages(); len(messages) != 1 {
		t.Errorf("a day before: %d messages, want the reminder", len(messages))
	}
	logged := "SELECT count(*) FROM audit_log WHERE "
	if n := m.count(logged + "action = 'visits.imported' AND actor = 'a test' AND (after->>'imported')::int = 6"); n != 1 {
		t.Errorf("%d entries in the log, want one", n)
	}
	if n := m.count(logged + "action = 'booked'"); n != 0 {
		t.Errorf("%d visits are acts of their own in the log", n)
	}
	m.AuditClean()
}

// With a word for it, visitors are told that they are booked.
func TestMovingInTellsVisitors(t *testing.T) {
	t.Parallel()
	m := movingInto(t)
	m.imports(head+"A-1,building-permit,town-hall,2026-11-24,09:00,"+whoIs(1)+",,,,,\n", service.ImportOptions{Tell: true})
	m.Jobs()
	if messages := m.Visitor(1).Messages(); len(messages) != 1 {
		t.Errorf("%d messages, want one", len(messages))
	}
}

// manyMoving writes 1500 visits, 50 for each start of five days, and opens 60 places for each.
func manyMoving(t *testing.T) (m moving, file string) {
	t.Helper()
	m = movingInto(t, "places: 2}", "places: 60}")
	var lines strings.Builder
	lines.WriteString(head)
	starts := []string{"09:00", "09:40", "10:20", "11:00", "11:40", "12:20"}
	days := []string{"2026-11-24", "2026-11-25", "2026-11-26", "2026-11-29", "2026-11-30"}
	for n := range movingVisits {
		fmt.Fprintf(&lines, "B-%d,building-permit,town-hall,%s,%s,%s,,,,,\n",
			n, days[n*len(days)/movingVisits], starts[n%len(starts)], whoIs(100+n))
	}
	return m, lines.String()
}

const movingVisits = 1500

// A run that is interrupted is begun again, and nothing is there twice or lost.
func TestMovingInIsResumed(t *testing.T) {
	t.Parallel()
	m, file := manyMoving(t)
	ctx, interrupt := context.WithCancel(t.Context())
	defer interrupt()
	interrupted, err := service.ImportVisits(ctx, m.config, []byte(file), service.ImportOptions{
		Actor: "a test", Progress: func(done, _ int) {
			if done > 2*250 {
				interrupt()
			}
		},
	})
	if err == nil || interrupted.Left == 0 || interrupted.Imported == 0 {
		t.Fatalf("interrupted: %v, %+v", err, interrupted.Counts)
	}
	if n := m.count("SELECT count(*) FROM audit_log WHERE action = 'visits.imported' AND (after->>'not_reached')::int > 0"); n != 1 {
		t.Errorf("%d entries in the log say that it was interrupted", n)
	}
	result := m.imports(file, service.ImportOptions{})
	if result.Imported+result.Before != movingVisits || result.Before < interrupted.Imported {
		t.Errorf("resumed: %+v after %+v", result.Counts, interrupted.Counts)
	}
	if n := m.count("SELECT count(DISTINCT person) FROM appointments WHERE status = 'booked'"); n != movingVisits {
		t.Errorf("%d visitors have a visit, want %d", n, movingVisits)
	}
	if n := m.count("SELECT count(*) FROM appointments"); n != movingVisits {
		t.Errorf("%d visits, want %d", n, movingVisits)
	}
	m.AuditClean()
}

// While visits move in, visitors book: no place is given twice, and nobody has two visits at once.
func TestMovingInBesideVisitors(t *testing.T) {
	t.Parallel()
	m, file := manyMoving(t)
	last := servicetest.At(t, "2026-11-30T13:20") // 12:20 in Cairo
	var once sync.Once
	result := m.imports(file, service.ImportOptions{Progress: func(int, int) {
		once.Do(func() { // before the last day is written; the visitor is of the last portion
			m.Visitor(100+1403).Books("building-permit", "town-hall", last)
			for n := range 19 {
				if answer := m.Visitor(5000+n).TryHold("building-permit", "town-hall", last); answer.Status != http.StatusCreated {
					t.Errorf("hold %d: %d %s", n, answer.Status, answer.Body)
				}
			}
		})
	}})
	because := map[string]int{}
	for _, line := range m.told(result) {
		if _, reason, refused := strings.Cut(line, " refused "); refused {
			because[reason]++
		}
	}
	if diff := cmp.Diff(map[string]int{
		"The visitor has another visit at this time.": 1, "No place is left at this time.": 9,
	}, because); diff != "" {
		t.Errorf("refused (-want +got):\n%s", diff)
	}
	if n := m.count("SELECT count(*) FROM ledger_days, unnest(open, used) AS t (o, u) WHERE u > o"); n != 0 {
		t.Errorf("%d ticks are overbooked", n)
	}
	m.AuditClean()
}

// What is wrong with the form of a file is told as a whole, and nothing is imported.
func TestFaultsOfVisits(t *testing.T) {
	t.Parallel()
	m := movingInto(t)
	line := "A-1,building-permit,town-hall,2026-11-24,09:00," + whoIs(1) + ",,,,,\n"
	with := func(oldnew ...string) string { return strings.NewReplacer(oldnew...).Replace(line) }
	for name, c := range map[string]struct {
		lines string
		want  []string // in the faults, each at a line
	}{
		"all at once": {line + "A-1,parking,nowhere,tomorrow,noon,1,2,3,4,5,6,7,8\n" + with("A-1", ""), []string{
			"3:1: column 1 (old_reference) is the reference of line 2 already", `3:2: column 2 (service) "parking" is no service`,
			`3:3: column 3 (branch) "nowhere"`, "3:4: column 4 (date) is no date", "3:5: column 5 (time)", "3:6: column 6 (name)",
			"3:7: column 7 (identity)", "3:8: column 8 (mobile)", "3:9: column 9 (email)", "3:10: column 10 (language)",
			"4:1: column 1 (old_reference) is empty",
		}},
		"shifted columns": {
			"A-1,building-permit,town-hall,09:00," + servicetest.NationalID(1) + ",زائر,0500000001,2026-11-24,,,,,\n",
			[]string{
				"2:4: column 4 (date)", "2:7: column 7 (identity) ", "(it looks like a mobile: are the columns shifted?)",
				"2:8: column 8 (mobile)", "(it looks like a date: are the columns shifted?)",
			},
		},
		"cells that are missing": {"A-1,building-permit,town-hall\n", []string{"2:1: the line has 3 cells, and there are 13 columns"}},
		"cut off in a quote":     {line + `A-2,building-permit,"town-ha`, []string{"3:1: a quote of the line is not closed"}},
		"garbled":                {with("زائر رقم 1", "Ø²Ø§Ø¦Ø±"), []string{"2:6: column 6 (name) is garbled"}},
		"another encoding": {
			line + "A-2,\xc7\xe1,town-hall,2026-11-24,09:00,\xc7,1,,,,,,\n", []string{"3:1: the line is not UTF-8 as others are"},
		},
		"a formula": {with("زائر رقم 1", `"=HYPERLINK(""http://a"",""b"")"`), []string{"2:6: column 6 (name) is a formula"}},
		"a rounded number": {
			with(servicetest.NationalID(1), "1.00E+09"), []string{"2:7: column 7 (identity)", "the spreadsheet has rounded the number"},
		},
		"days and months": {
			with("2026-11-24", "24/11/2026") + with("A-1", "A-2", "2026-11-24", "11/25/2026"),
			[]string{"3:4: column 4 (date) has the month first, and another line the day"},
		},
		"days or months":     {with("2026-11-24", "05/11/2026"), []string{"2:4: column 4 (date) has the day or the month first"}},
		"a day that is none": {with("2026-11-24", "1448-06-31"), []string{"2:4: column 4 (date) is no date"}},
		"a number for a date": {with("2026-11-24,09:00", "46350,0.375"), []string{
			"2:4: column 4 (date) is a number of days", "2:5: column 5 (time) is a fraction",
		}},
		"a channel of the hall":     {with(",,,,,\n", ",,,,,walk_in\n"), []string{"2:13: column 13 (channel)"}},
		"a need of another service": {with(",,,,,\n", ",,,,a boat,\n"), []string{"2:12: column 12 (needs)"}},
		"nothing but zeros":         {"\x00\x00\x00\x00", []string{"2:1: "}},
		"no visits":                 {"\n", []string{"1:1: the file has no visits"}},
	} {
		_, err := service.ImportVisits(t.Context(), m.config, []byte(head+c.lines), service.ImportOptions{Actor: "a test"})
		if _, ok := errors.AsType[setup.FileError](err); !ok {
			t.Errorf("%s: got %v, want faults of the file", name, err)
			continue
		}
		for _, want := range c.want {
			if !strings.Contains(err.Error(), want) {
				t.Errorf("%s: the faults lack %q:\n%v", name, want, err)
			}
		}
	}
	acts := m.count("SELECT count(*) FROM audit_log WHERE action LIKE 'visits.%'")
	if n := m.count("SELECT count(*) FROM appointments") + acts; n != 0 {
		t.Errorf("%d visits and acts of files with faults", n)
	}
}

// However a spreadsheet saves them, and people write them, visits are read the same.
func TestVisitsAsSpreadsheetsSaveThem(t *testing.T) {
	t.Parallel()
	m := movingInto(t)
	line := "A-1;building-permit;town-hall;24/11/2026;09:00;زائر رقم ١;" + servicetest.NationalID(1) + ";0500000001\n"
	arabic := "رقم الحجز;الخدمة;الفرع;التاريخ;الوقت;الاسم;رقم الهوية;رقم الجوال\n" + line
	for name, file := range map[string]string{
		"UTF-8":           arabic,
		"UTF-8, marked":   "\ufeff" + arabic,
		"Windows-1256":    arabicWindows(t, strings.ReplaceAll(arabic, "١", "1")),
		"invisible marks": strings.ReplaceAll(arabic, ";", "\u200f;\u200e"),
		"lines in a cell": strings.Replace(arabic, "زائر رقم ١", "\"زائر\r\nرقم ١\"", 1),
		"a midnight":      strings.Replace(arabic, "24/11/2026;09:00", "2026-11-24 00:00:00;09:00:00", 1),
		"in the evening":  strings.Replace(arabic, "24/11/2026;09:00", "٢٤/١١/٢٠٢٦ م;9:00 AM", 1),
	} {
		result := m.imports(file, service.ImportOptions{})
		if result.Imported+result.Before != 1 {
			t.Errorf("%s: %v", name, m.told(result))
		}
	}
	starts := servicetest.Query[string](t, m.DatabaseURL, "SELECT string_agg(start_at AT TIME ZONE 'UTC' || '', ' ') FROM appointments")
	if starts != "2026-11-24 07:00:00" {
		t.Errorf("visits at %s", starts)
	}
}

// The visits of a centre move to another one: all that is ahead, at the same times, for the same
// people.
func TestMovingOutAndIn(t *testing.T) {
	t.Parallel()
	here := movingInto(t)
	first := here.Visitor(1)
	first.Name, first.Email = "=Sara Ahmed", "sara@town.example"
	first.Books("building-permit", "town-hall", servicetest.At(t, "2026-11-24T10:00"))
	moved := here.Visitor(2).Books("building-permit", "town-hall", servicetest.At(t, "2026-11-24T10:40"))
	here.Visitor(2).TryMove(moved, servicetest.At(t, "2026-11-25T10:00"))
	gone := here.Visitor(3)
	gone.TryCancel(gone.Books("building-permit", "town-hall", servicetest.At(t, "2026-11-25T10:40")))
	here.Visitor(4).Books("boat-licence", "town-hall", servicetest.At(t, "2026-11-26T12:00")) // waits for an approval
	here.imports(strings.Replace(head, "channel", "channel,representative_name,representative_identity,wakala,wakala_expires", 1)+
		"A-1,building-permit,town-hall,2026-11-26,09:40,"+whoIs(5)+",,en,3,interpreter,protected,وكيل النخيل,"+
		servicetest.NationalID(6)+",4499887766,2027-01-01\n"+
		"A-2,building-permit,town-hall,2026-11-26,11:00,"+whoIs(7)+",,en,3,interpreter,protected,,,,\n", service.ImportOptions{})
	here.Jobs()

	var visits, log bytes.Buffer
	counts, err := service.Export(t.Context(), here.config, "a test", &visits, &log)
	if err != nil {
		t.Fatal(err)
	}
	if counts.Visits != 4 || counts.Requests != 1 || counts.Entries != strings.Count(log.String(), "\n") ||
		!strings.Contains(log.String(), `"actor":"a test","action":"export"`) {
		t.Errorf("counts %+v", counts)
	}
	for _, want := range []string{
		"2026-11-24,09:00,'=Sara Ahmed," + servicetest.NationalID(1) + ",'+966500000001,sara@town.example,", "2026-11-25,09:00,زائر رقم 2,",
		"3,interpreter,protected,وكيل النخيل," + servicetest.NationalID(6) + ",4499887766,2027-01-01\n",
	} {
		if !strings.Contains(visits.String(), want) {
			t.Errorf("the file lacks %q:\n%s", want, visits.String())
		}
	}
	described, err := setup.Write(described(t, here.config))
	if err != nil {
		t.Fatal(err)
	}
	there := moving{config: migrated(t), t: t}
	there.config.Secret = []byte("another secret, of at least 32 bytes")
	centre, err := setup.Read(described)
	if err != nil {
		t.Fatal(err)
	}
	apply(t, there.config, centre)
	result := there.imports(visits.String(), service.ImportOptions{})
	if result.Imported != counts.Visits {
		t.Fatalf("there: %v\n%s", there.told(result), visits.String())
	}
	var again bytes.Buffer
	if _, err = service.Export(t.Context(), there.config, "a test", &again, &log); err != nil {
		t.Fatal(err)
	}
	// The references are others, all else is the same.
	for _, line := range result.Lines {
		former, reference := line.Former, line.Reference.String()
		if !strings.Contains(again.String(), reference) {
			t.Errorf("%s, which was %s, is not exported", reference, former)
		}
		again = *bytes.NewBufferString(strings.ReplaceAll(again.String(), reference, former))
	}
	if diff := cmp.Diff(visits.String(), again.String()); diff != "" {
		t.Errorf("visits (-here +there):\n%s", diff)
	}
	if n := servicetest.Query[int](t, there.config.DatabaseURL, "SELECT count(*) FROM messages"); n != 0 {
		t.Errorf("%d messages there", n)
	}
}

// What tells which visit of the former system it was goes with what is personal of the visit.
func TestImportedIsForgotten(t *testing.T) {
	t.Parallel()
	m := movingInto(t)
	m.imports(head+"A-1,building-permit,town-hall,2026-11-24,09:00,"+whoIs(1)+",,,,,\n", service.ImportOptions{})
	m.Clock.Set(servicetest.At(t, "2027-11-23T12:00"))
	m.Job("forget visits")
	if n := m.count("SELECT count(*) FROM imported_visits"); n != 1 {
		t.Errorf("a day before the period ends, %d references are left", n)
	}
	m.Clock.Set(servicetest.At(t, "2027-12-01T12:00"))
	m.Job("forget visits")
	if n := m.count("SELECT count(*) FROM imported_visits"); n != 0 {
		t.Errorf("%d references are left", n)
	}
}
