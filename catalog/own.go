package catalog

import (
	"slices"
	"sync"

	"ziyara/textnorm"
)

// OwnVisits reports whether a visitor who asks for q means visits that they have
// already: they call them their own, or would change or cancel one. It reads what Guide
// reads, in its spellings.
func OwnVisits(q string) bool {
	words := ownWords()
	var said struct{ own, mine, visit, change bool }
	for _, w := range textnorm.Words(start(q)) {
		bare := withoutArticle(w)
		said.own = said.own || slices.Contains(words.own, bare)
		said.mine = said.mine || slices.Contains(words.mine, bare)
		said.visit = said.visit || slices.Contains(words.visit, bare)
		said.change = said.change || slices.Contains(words.change, bare)
	}
	return said.own || said.visit && (said.mine || said.change)
}

// ownLists are the words by which visits of one's own are told.
type ownLists struct {
	own    []string // a visit of mine, in one word
	mine   []string // and, in other languages, a word before it
	visit  []string
	change []string
}

//nolint:gochecknoglobals // a constant in all but name
var ownWords = sync.OnceValue(func() ownLists {
	return ownLists{
		own:   bare("موعدي مواعيدي حجزي حجوزاتي زيارتي زياراتي"),
		mine:  bare("my our mine"),
		visit: bare("موعد مواعيد حجز حجوزات زيارة visit visits appointment appointments booking bookings reservation reservations"),
		change: bare("إلغاء ألغي تعديل أعدل تغيير أغير تأجيل أؤجل تقديم تأكيد استعلام متابعة " +
			"cancel cancelling change move postpone reschedule confirm"),
	}
})

// bare returns the words of a text as terms has them, fillers too.
func bare(s string) []string {
	list := textnorm.Words(s)
	for i, w := range list {
		list[i] = withoutArticle(w)
	}
	return list
}
