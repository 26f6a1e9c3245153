package api

import (
	"encoding/json"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// The list of slots is what encoding/json would write.
func TestSlotListIsTheSameJSON(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		zone := time.FixedZone("", rapid.IntRange(-12*4, 14*4).Draw(t, "offset")*15*60)
		instant := rapid.Custom(func(t *rapid.T) time.Time {
			return time.Unix(rapid.Int64Range(0, 4e9).Draw(t, "at"), rapid.SampledFrom([]int64{0, 0, 1e6, 123456789}).Draw(t, "ns")).In(zone)
		})
		list := SlotList{
			Service: "heirs-returns", Branch: "riyadh", Zone: "Asia/Riyadh", From: "2026-11-22", To: "2026-12-05",
			Party:    rapid.IntRange(1, 50).Draw(t, "party"),
			Needs:    rapid.SliceOfN(rapid.SampledFrom([]string{"wheelchair", "sign_language"}), 0, 2).Draw(t, "needs"),
			Bookable: BookableSpan{From: instant.Draw(t, "from"), Until: instant.Draw(t, "until")},
			Days:     []SlotDay{},
		}
		if rapid.Bool().Draw(t, "opens at a set time") {
			next := instant.Draw(t, "opens next")
			list.Bookable.OpensNext = &next
		}
		for range rapid.IntRange(0, 3).Draw(t, "days") {
			day := SlotDay{Date: "2026-11-24", Hijri: "1448-06-14", Slots: []Slot{}}
			for range rapid.IntRange(0, 3).Draw(t, "slots") {
				day.Slots = append(day.Slots, Slot{
					Start: instant.Draw(t, "start"), End: instant.Draw(t, "end"), Places: rapid.IntRange(0, 1000).Draw(t, "places"),
				})
			}
			list.Days = append(list.Days, day)
		}
		want, err := json.Marshal(list)
		if err != nil {
			t.Fatal(err)
		}
		if got := appendSlotList(nil, &list); string(got) != string(want) {
			t.Fatalf("got  %s\nwant %s", got, want)
		}
	})
}

func BenchmarkSlotList(b *testing.B) {
	at := time.Date(2026, time.November, 24, 7, 30, 0, 0, time.FixedZone("", 3*60*60))
	list := SlotList{Service: "heirs-returns", Branch: "riyadh", Zone: "Asia/Riyadh", From: "2026-11-24", To: "2027-01-22", Party: 1}
	for range 60 {
		day := SlotDay{Date: "2026-11-24", Hijri: "1448-06-14"}
		for range 27 {
			day.Slots = append(day.Slots, Slot{Start: at, End: at.Add(20 * time.Minute), Places: 3})
		}
		list.Days = append(list.Days, day)
	}
	for b.Loop() {
		appendSlotList(nil, &list)
	}
}
