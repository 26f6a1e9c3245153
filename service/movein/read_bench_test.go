package movein_test

import (
	"bytes"
	"fmt"
	"testing"

	"ziyara/catalog"
	"ziyara/centre"
	"ziyara/service/movein"
)

func small(t testing.TB) *centre.Snapshot {
	t.Helper()
	text := catalog.Text{AR: "قياس", EN: "Measurement"}
	c, err := catalog.NewCentre(
		[]catalog.Branch{
			{Slug: "town", Name: text, City: text, Address: text, Zone: "Asia/Riyadh"},
			{Slug: "cairo", Name: catalog.Text{AR: "القاهرة", EN: "Cairo"}, City: text, Address: text, Zone: "Africa/Cairo"}},
		[]catalog.Department{{Slug: "permits", Name: text}}, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	c.Services = []catalog.Service{{Slug: "permit", Department: "permits", Name: text}}
	s, err := centre.New(c, nil, 1)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func BenchmarkRead(b *testing.B) {
	var file bytes.Buffer
	file.WriteString("old_reference,service,branch,date,time,name,identity,mobile,email,language\n")
	const lines = 10_000
	for i := range lines {
		fmt.Fprintf(&file, "OLD-%d,permit,town,2026-12-%02d,09:00,محمد عبدالله العتيبي,1000000008,05%08d,,ar\n", i, i%28+1, i)
	}
	for b.Loop() {
		visits, _, err := movein.Read(file.Bytes(), small(b))
		if err != nil || len(visits) != lines {
			b.Fatal(len(visits), err)
		}
	}
}
