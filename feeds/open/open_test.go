package open_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"ziyara/feeds/open"
)

// published is where places are kept, as the database does.
type published struct {
	days map[string]open.Day
	last int64
}

func (p *published) save(days []open.Day, now time.Time) {
	for _, d := range days {
		p.last++
		d.Change, d.Changed = p.last, now
		p.days[d.Service+d.Branch+d.Date] = d
	}
}

func (p *published) after(change int64) (days []open.Day) {
	for _, d := range p.days {
		if d.Change > change {
			days = append(days, d)
		}
	}
	slices.SortFunc(days, func(a, b open.Day) int { return int(a.Change - b.Change) })
	return days
}

type page struct {
	Next, License string
	Items         []struct {
		State, Kind, ID string
		Modified        int64
		Data            *struct{ Starts []string }
	}
}

// A reader who follows the pages, whenever they ask and at whichever of two replicas, has in the end what
// is free; each item is once in the list, and modified only rises.
func TestFeedIsFollowed(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(1, 2)) //nolint:gosec // not a secret
	now := time.Date(2026, time.November, 24, 6, 0, 0, 0, time.UTC)
	store := published{days: map[string]open.Day{}}
	replicas := [2]*open.Places{{}, {}}
	feed := open.Feed{URL: "https://x/open/places", Licence: "https://l", Link: func(d open.Day) string { return "https://x/" + d.Date }}
	have, at := map[string]string{}, int64(0)
	read := func(replica int) (end bool) {
		body, err := feed.Page(replicas[replica], at)
		if err != nil {
			t.Fatal(err)
		}
		var p page
		if err = json.Unmarshal(body, &p); err != nil {
			t.Fatal(err)
		}
		seen := map[string]bool{}
		for _, i := range p.Items {
			if i.Modified <= at || seen[i.ID] || i.Kind != "FreeDay" || (i.State == "deleted") != (i.Data == nil) {
				t.Fatalf("after %d: %s", at, body)
			}
			seen[i.ID], at = true, i.Modified
			if delete(have, i.ID); i.Data != nil {
				have[i.ID] = strings.Join(i.Data.Starts, " ")
			}
		}
		want := feed.URL
		if at > 0 {
			want += fmt.Sprintf("?afterChangeNumber=%d", at)
		}
		if p.Next != want || p.License != feed.Licence || len(p.Items) > open.PageDays {
			t.Fatalf("next is %q, want %q", p.Next, want)
		}
		return len(p.Items) == 0
	}
	free := map[string]open.Day{}
	for range 400 {
		now = now.Add(30 * time.Minute)
		for range r.IntN(40) {
			d := open.Day{
				Service: "s", Branch: fmt.Sprint("b", r.IntN(3)), Date: fmt.Sprintf("2026-12-%02d", 1+r.IntN(28)), Length: 10 * time.Minute,
			}
			if delete(free, d.Branch+d.Date); r.IntN(3) > 0 {
				for n := range 1 + r.IntN(4) {
					d.Starts = append(d.Starts, now.Add(time.Duration(n)*time.Hour))
				}
				free[d.Branch+d.Date] = d
			}
		}
		publisher := r.IntN(2)
		found := []open.Day{}
		for _, d := range free {
			found = append(found, d)
		}
		last, _ := replicas[publisher].Last()
		replicas[publisher] = replicas[publisher].With(store.after(last), now)
		changed := replicas[publisher].Differences(found)
		store.save(changed, now)
		for i := range replicas {
			if i == publisher || r.IntN(2) == 0 {
				last, _ := replicas[i].Last()
				replicas[i] = replicas[i].With(store.after(last), now)
			}
		}
		if again := replicas[publisher].Differences(found); len(again) > 0 {
			t.Fatalf("%d days differ once they are published", len(again))
		}
		read(r.IntN(2))
	}
	last, _ := replicas[0].Last()
	replicas[0] = replicas[0].With(store.after(last), now)
	for !read(0) {
	}
	want := map[string]string{}
	for _, d := range free {
		var starts []string
		for _, s := range d.Starts {
			starts = append(starts, s.Format(time.RFC3339))
		}
		want[d.Service+"/"+d.Branch+"/"+d.Date] = strings.Join(starts, " ")
	}
	if diff := cmp.Diff(want, have); diff != "" {
		t.Errorf("-free +read:\n%s", diff)
	}
	gone := replicas[0].With(nil, now.Add(open.KeepGone+time.Hour))
	for _, d := range gone.After(0, 1000) {
		if d.Gone() {
			t.Errorf("%s is gone for more than a week, and is told", d.Date)
		}
	}
	if len(gone.After(0, 1000)) != len(free) {
		t.Errorf("%d days are left, want %d", len(gone.After(0, 1000)), len(free))
	}
}
