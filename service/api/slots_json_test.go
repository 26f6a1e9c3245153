package api

import (
	"encoding/json"
	"testing"
	"time"

	"pgregory.net/rapid"

	"ziyara/scheduling"
	"ziyara/slots"
)

// The list of slots is what encoding/json would write.
func TestSlotListIsTheSameJSON(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		zone := time.FixedZone("", rapid.IntRange(-12*4, 14*4).Draw(t, "offset")*15*60)
		instant := rapid.Custom(func(t *rapid.T) time.Time {
			return time.Unix(rapid.Int64Range(0, 4e9).Draw(t, "at"), rapid.SampledFrom([]int64{0, 0, 1e6, 123456789}).Draw(t, "ns")).UTC()
		})
		found := slots.Found{
			Query: slots.Query{
				Service: "heirs-returns", Branch: "riyadh", From: scheduling.NewDate(2026, 11, 22), To: scheduling.NewDate(2026, 12, 5),
				Party: rapid.IntRange(1, 50).Draw(t, "party"),
				Needs: rapid.SliceOfN(rapid.SampledFrom([]string{"wheelchair", "sign_language"}), 0, 2).Draw(t, "needs"),
			},
			Zone:  zone,
			Reach: slots.Reach{From: instant.Draw(t, "from"), Until: instant.Draw(t, "until")},
		}
		if rapid.Bool().Draw(t, "opens at a set time") {
			found.Reach.OpensNext = instant.Draw(t, "opens next").In(zone)
		}
		for range rapid.IntRange(0, 3).Draw(t, "days") {
			day := slots.DaySlots{Date: scheduling.NewDate(2026, 11, 24)}
			for range rapid.IntRange(0, 3).Draw(t, "slots") {
				day.Slots = append(day.Slots, slots.Slot{
					Start: instant.Draw(t, "start"), End: instant.Draw(t, "end"), Places: rapid.IntRange(0, 1000).Draw(t, "places"),
				})
			}
			found.Days = append(found.Days, day)
		}
		want, err := json.Marshal(slotList(found))
		if err != nil {
			t.Fatal(err)
		}
		if got := appendFound(nil, &found); string(got) != string(want) {
			t.Fatalf("got  %s\nwant %s", got, want)
		}
	})
}

// slotList is what the contract says of what was found.
func slotList(found slots.Found) SlotList {
	list := SlotList{
		Service: found.Service, Branch: found.Branch, Zone: found.Zone.String(), From: found.From.String(), To: found.To.String(),
		Party: found.Party, Needs: found.Needs, Days: []SlotDay{},
		Bookable: BookableSpan{
			From: found.Reach.From.In(found.Zone), Until: found.Reach.Until.In(found.Zone), OpensNext: optional(found.Reach.OpensNext),
		},
	}
	for _, d := range found.Days {
		day := SlotDay{Date: d.Date.String(), Hijri: hijri(d.Date), Slots: []Slot{}}
		for _, free := range d.Slots {
			day.Slots = append(day.Slots, slotJSON(free, found.Zone))
		}
		list.Days = append(list.Days, day)
	}
	return list
}

func BenchmarkSlotList(b *testing.B) {
	zone := time.FixedZone("", 3*60*60)
	at := time.Date(2026, time.November, 24, 4, 30, 0, 0, time.UTC)
	found := slots.Found{
		Query: slots.Query{Service: "heirs-returns", Branch: "riyadh", From: scheduling.DateOf(at, zone), Party: 1}, Zone: zone,
	}
	for i := range scheduling.Date(60) {
		day := slots.DaySlots{Date: found.From + i}
		for range 27 {
			day.Slots = append(day.Slots, slots.Slot{Start: at, End: at.Add(20 * time.Minute), Places: 3})
		}
		found.Days = append(found.Days, day)
	}
	for b.Loop() {
		appendFound(nil, &found)
	}
}
