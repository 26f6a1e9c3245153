package setup_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"golang.org/x/text/encoding/charmap"
	utf16 "golang.org/x/text/encoding/unicode"

	"ziyara/setup"
)

const (
	servicesInEnglish = `slug,department,name_ar,name_en,duration,party_limit,online
fence,permits,رخصة سور,Fence permit,20,3,https://town.example/fence
demolition,permits,رخصة هدم,"Demolition, whole or in part",1h30m,,
`
	servicesInArabic = `المعرف;الإدارة;الاسم بالعربية;الاسم بالإنجليزية;المدة بالدقائق;عدد الزوار;الرابط
fence;permits;رخصة سور;Fence permit;20;3;https://town.example/fence
demolition;permits;رخصة هدم;Demolition, whole or in part;90;;
`
)

func windows(t *testing.T, s string) string {
	t.Helper()
	text, err := charmap.Windows1256.NewEncoder().String(s)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func wide(t *testing.T, s string) string {
	t.Helper()
	text, err := utf16.UTF16(utf16.LittleEndian, utf16.UseBOM).NewEncoder().String(s)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// However a spreadsheet saves it, a table of services is read the same.
func TestTablesAsSpreadsheetsSaveThem(t *testing.T) {
	t.Parallel()
	for name, file := range map[string]string{
		"UTF-8":                      servicesInEnglish,
		"with a mark":                "\ufeff" + servicesInEnglish,
		"with lines of Windows":      strings.ReplaceAll(servicesInEnglish, "\n", "\r\n"),
		"Arabic names of columns":    servicesInArabic,
		"Windows-1256":               windows(t, servicesInArabic),
		"tabs and UTF-16":            wide(t, strings.ReplaceAll(servicesInArabic, ";", "\t")),
		"with a word of separators":  "sep=;\r\n" + servicesInArabic,
		"empty lines and cells":      strings.ReplaceAll(servicesInArabic, "\n", ";;\n") + "\n;;;;;;\n",
		"digits as people type them": strings.ReplaceAll(strings.ReplaceAll(servicesInArabic, ";20;3;", ";٢٠;٣;"), ";90;", ";٩٠;"),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			table, err := setup.ReadTable([]byte(file))
			if err != nil {
				t.Fatal(err)
			}
			have := read(t, start())
			want, err := table.On(have)
			if err != nil {
				t.Fatal(err)
			}
			merged := setup.Merge(have, want)
			if len(want.Services) != 2 || len(merged.Services) != 3 {
				t.Fatalf("%d services of %d", len(want.Services), len(merged.Services))
			}
			fence, demolition := want.Services[0], want.Services[1]
			if fence.Slug != "fence" || fence.Name.AR != "رخصة سور" || fence.Duration != 20*time.Minute || fence.PartyLimit != 3 ||
				fence.Online != "https://town.example/fence" {
				t.Errorf("the fence is %+v", fence)
			}
			if demolition.Name.EN != "Demolition, whole or in part" || demolition.Duration != 90*time.Minute || demolition.PartyLimit != 1 {
				t.Errorf("the demolition is %+v", demolition)
			}
		})
	}
}

// A table changes what its cells say, and leaves the rest.
func TestTableLeavesTheRest(t *testing.T) {
	t.Parallel()
	have := read(t, start())
	table, err := setup.ReadTable([]byte("slug,duration,name_en\nbuilding-permit,45,\n"))
	if err != nil {
		t.Fatal(err)
	}
	want, err := table.On(have)
	if err != nil {
		t.Fatal(err)
	}
	changes, err := setup.Differences(have, setup.Merge(have, want))
	if err != nil || len(changes) != 1 || strings.Join(changes[0].Lines(), "; ") != "~ service building-permit;     duration: 30m -> 45m" {
		t.Errorf("changes: %+v, %v", changes, err)
	}
}

// Desk groups have their hours in a line.
func TestTableOfDeskGroups(t *testing.T) {
	t.Parallel()
	have := read(t, start())
	have.Services = append(have.Services, have.Services[0])
	have.Services[1].Slug = "fence"
	for _, file := range []string{
		"slug,branch,department,name_ar,name_en,services,days,opens,closes,places,since\n" +
			"fences,main,permits,الأسوار,Fences,fence,SU MO TU,08:00,12:00,3,2026-01-01\n",
		"المعرف;الفرع;الإدارة;الاسم بالعربية;الاسم بالإنجليزية;الخدمات;الأيام;من;إلى;عدد المواعيد;تاريخ البداية\n" +
			"fences;main;permits;الأسوار;Fences;fence;الأحد، الاثنين، الثلاثاء;٠٨:٠٠;١٢:٠٠;٣;٢٠٢٦-٠١-٠١\n",
	} {
		table, err := setup.ReadTable([]byte(file))
		if err != nil {
			t.Fatal(err)
		}
		want, err := table.On(have)
		if err != nil {
			t.Fatal(err)
		}
		g := want.DeskGroups[0]
		if len(g.Plan.Rules) != 1 || g.Plan.Rules[0].RRule != "FREQ=WEEKLY;BYDAY=SU,MO,TU" || g.Plan.Rules[0].Openings[0].Places != 3 ||
			g.Plan.Zone != "Asia/Riyadh" || g.Services[0] != "fence" {
			t.Errorf("the desk group is %+v", g)
		}
	}
}

// All that is wrong is told at once, with its line.
func TestFaultsOfTables(t *testing.T) {
	t.Parallel()
	have := read(t, start())
	for _, tt := range []struct {
		name, file string
		says       []string
	}{
		{"an unknown column", "slug,colour,duration\nfence,red,20\n", []string{"1:2: column 2: there is no column \"colour\""}},
		{"a column twice", "slug,duration,المدة\nfence,20,30\n", []string{"1:3: column 3: duration is there twice"}},
		{"no slug", "department,duration\npermits,20\n", []string{"1:1: the first line names no column slug"}},
		{"nothing below", "slug,duration\n", []string{"1:1: the table has no lines"}},
		{"shifted, and too many cells", "slug,department,name_ar,name_en,duration\n" +
			"a,permits,Fence,سور,20\n" + "b,permits,سور,Fence,red,20\n" + "c,permits,سور,Fence,soon\n" + "d,nowhere,سور,Fence,20\n",
			[]string{
				"2:3: column 3 (name_ar) has no Arabic letter", "2:4: column 4 (name_en) has Arabic letters",
				"3:1: the line has 6 cells, and there are 5 columns",
			}},
		{"rules", "slug,department,name_ar,name_en,duration,online\n" +
			"c,permits,سور,Fence,soon,\n" + "d,permits,سور,Fence,20,http://plain.example\n" + "d,permits,سور,Fence,20,\n",
			[]string{"2:5: duration: ", "3:6: online: ", "4:1: d is in line 3 already"}},
		{"rules of the centre", "slug,department,name_ar,name_en,duration\n" + "a,permits,سور,Fence,20\n" + "b,nowhere,سور,Fence,20\n" +
			"c,permits,سور,Fence,21\n", []string{"3:1: service c", "3:1: service b"}[1:]},
		{"garbled", "slug,department,name_ar,name_en,duration\nfence,permits,Ø³ÙˆØ±,Fence,20\n", []string{"2:3: column 3 (name_ar) is garbled"}},
		{"two encodings", servicesInArabic + windows(t, "gate;permits;رخصة بوابة;Gate;20;1;\n"),
			[]string{"4:1: the line is not UTF-8 as others are"}},
		{"no day", "slug,branch,department,name_ar,name_en,services,days,opens,closes,places,since\n" +
			"g,main,permits,سور,Fences,building-permit,SU XX,08:00,12:00,3,2026-01-01\n", []string{"2:1: \"XX\" is no day"}},
		{"half of the hours", "slug,branch,opens\nmain-permits,main,08:00\n", []string{"2:1: the hours need days too"}},
		{"an hour that doesn't exist", "slug,branch,days,opens,closes,places,since\nmain-permits,main,SU,25:00,26:00,1,2026-01-01\n",
			[]string{"2:1: desk group main-permits: an opening must start on its date"}},
		{"a file of another kind", "\x89PNG\r\n\x1a\n\x00\x00", []string{"1:"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			table, err := setup.ReadTable([]byte(tt.file))
			if err == nil {
				_, err = table.On(have)
			}
			if _, ok := errors.AsType[setup.FileError](err); !ok {
				t.Fatalf("got %v, want faults", err)
			}
			for _, says := range tt.says {
				if !strings.Contains("\n"+err.Error(), "\n"+says) {
					t.Errorf("faults:\n%v\nwant one that begins with %q", err, says)
				}
			}
		})
	}
}

// Whatever is in a table, it is read or refused, and faults have lines that are there.
func FuzzReadTable(f *testing.F) {
	f.Add([]byte(servicesInEnglish))
	f.Add([]byte(servicesInArabic))
	f.Add([]byte("slug;duration\n\"a;\"b;c"))
	f.Add([]byte("\xff\xfes\x00"))
	have, err := setup.Read(setup.New())
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		table, err := setup.ReadTable(data)
		if err == nil {
			_, err = table.On(have)
		}
		var faults setup.FileError
		if err != nil && !errors.As(err, &faults) {
			t.Fatalf("got %v, want faults", err)
		}
		for _, one := range faults {
			if one.Line < 1 || one.Text == "" {
				t.Errorf("no such line: %v", one)
			}
		}
	})
}
