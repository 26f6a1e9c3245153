package notify_test

import (
	"testing"

	"ziyara/notify"
)

// BenchmarkRender renders a message of every kind in both languages.
func BenchmarkRender(b *testing.B) {
	texts := notify.NewTexts(notify.WithLinks(func(notify.Facts) string { return link }))
	for b.Loop() {
		for _, kind := range notify.Kinds() {
			for _, lang := range []string{"ar", "en"} {
				if _, err := texts.Render(visit(kind, lang)); err != nil {
					b.Fatal(err)
				}
			}
		}
	}
}
