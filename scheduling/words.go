package scheduling

import (
	"fmt"
	"strings"
	"time"
)

// This file holds what the package tells people, in both languages.

// say fills the formats of both languages with texts, each in its language.
func say(ar, en string, texts ...Text) Text {
	inAR, inEN := make([]any, len(texts)), make([]any, len(texts))
	for i, t := range texts {
		inAR[i], inEN[i] = t.AR, t.EN
	}
	return Text{AR: fmt.Sprintf(ar, inAR...), EN: fmt.Sprintf(en, inEN...)}
}

// same returns a text that is the same in both languages.
func same(s fmt.Stringer) Text { return Text{s.String(), s.String()} }

// join joins a list into one text.
func join(texts []Text, ar, en string) Text {
	var a, e []string
	for _, t := range texts {
		a, e = append(a, t.AR), append(e, t.EN)
	}
	return Text{AR: strings.Join(a, ar), EN: strings.Join(e, en)}
}

// filled returns t with a missing language copied from the other.
func (t Text) filled() Text {
	if t.AR == "" {
		t.AR = t.EN
	}
	if t.EN == "" {
		t.EN = t.AR
	}
	return t
}

// placesText returns a number of places. Arabic has the singular, the dual, the
// plural of three to ten, and the accusative singular of eleven to ninety-nine.
func placesText(n int) Text {
	en := fmt.Sprintf("%d places", n)
	if n == 1 {
		en = "1 place"
	}
	switch last := n % 100; {
	case n == 1:
		return Text{"مكان واحد", en}
	case n == 2:
		return Text{"مكانان", en}
	case last >= 3 && last <= 10:
		return Text{fmt.Sprintf("%d أماكن", n), en}
	case last >= 11:
		return Text{fmt.Sprintf("%d مكانًا", n), en}
	}
	return Text{fmt.Sprintf("%d مكان", n), en}
}

// minutesText returns a number of minutes, as the object of a verb.
func minutesText(d time.Duration) Text {
	n := int(d / time.Minute)
	en := fmt.Sprintf("%d minutes", n)
	if n == 1 {
		en = "1 minute"
	}
	switch last := n % 100; {
	case n == 1:
		return Text{"دقيقة واحدة", en}
	case n == 2:
		return Text{"دقيقتين", en}
	case last >= 3 && last <= 10:
		return Text{fmt.Sprintf("%d دقائق", n), en}
	}
	return Text{fmt.Sprintf("%d دقيقة", n), en}
}

// clockText returns a wall time; past midnight it adds "the next day".
func clockText(w WallTime) Text {
	if w <= endOfDay {
		return same(w)
	}
	return say("%s من اليوم التالي", "%s the next day", same(w-endOfDay))
}

// spanText returns a span of wall time.
func spanText(from, to WallTime) Text {
	return say("من %s إلى %s", "%s–%s", clockText(from), clockText(to))
}

// openingsText lists openings with their places.
func openingsText(openings []Opening) Text {
	texts := make([]Text, 0, len(openings))
	for i := range openings {
		texts = append(texts, openingText(&openings[i]))
	}
	return join(texts, "؛ ", "; ")
}

func openingText(o *Opening) Text {
	text := say("%s، %s", "%s, %s", spanText(o.From, o.To), placesText(o.Places))
	if o.Add {
		text = say("%s إضافة إلى غيرها", "%s on top of others", text)
	}
	if len(o.Breaks) > 0 {
		var breaks []Text
		for _, b := range o.sortedBreaks() {
			breaks = append(breaks, spanText(b.From, b.To))
		}
		text = say("%s، مع استراحة %s", "%s, with a break %s", text, join(breaks, " و", " and "))
	}
	if len(o.Services) > 0 {
		text = say("%s، لخدمات محددة فقط", "%s, only for certain services", text)
	}
	for _, n := range o.Reserve {
		if n > 0 {
			return say("%s، بعضها محفوظ لقنوات أخرى", "%s, some kept for other channels", text)
		}
	}
	return text
}

func ruleEffect(openings []Opening) Text {
	return say("يفتح %s.", "Opens %s.", openingsText(openings))
}

func hoursEffect(openings []Opening) Text {
	if len(openings) == 0 {
		return Text{"مغلق طوال اليوم بدلًا من الدوام المعتاد.", "Closed all day instead of the usual hours."}
	}
	return say("يفتح %s، بدلًا من الدوام المعتاد.", "Opens %s, instead of the usual hours.", openingsText(openings))
}

func extraEffect(openings []Opening) Text {
	return say("يفتح أيضًا %s.", "Also opens %s.", openingsText(openings))
}

func holidayEffect(provisional, opens bool) Text {
	switch {
	case opens:
		return Text{"يبقى مفتوحًا في هذه الإجازة.", "Stays open on this holiday."}
	case provisional:
		return Text{
			"مغلق طوال اليوم؛ موعد الإجازة مبدئي ولم يُعلن بعد.",
			"Closed all day; the date of the holiday is provisional, not yet announced.",
		}
	}
	return Text{"مغلق طوال اليوم.", "Closed all day."}
}

// closureEffect describes what a closure does on a date; when is the part of
// the date that it covers.
func closureEffect(c Closure, when Text) Text {
	switch {
	case c.Places > 0:
		return say("ينقص من المتاح %s %s.", "Loses %s %s.", placesText(c.Places), when)
	case c.Branch:
		return say("الفرع كله مغلق %s.", "The whole branch is closed %s.", when)
	}
	return say("مغلق %s.", "Closed %s.", when)
}

func overlapText(a, b Opening) Text {
	return say("تتداخل الفترة %s مع الفترة %s؛ وفي وقت التداخل يُحتسب العدد الأكبر (%s) لا المجموع.",
		"%s overlaps %s; where they overlap the larger number counts (%s), not the sum.",
		spanText(a.From, a.To), spanText(b.From, b.To), placesText(max(a.Places, b.Places)))
}

func midnightText(a, b Opening) Text {
	return say("تمتد الفترة %s إلى ما بعد منتصف الليل وتتداخل مع فترة اليوم التالي %s؛ فتُعرض الأماكن نفسها مرتين.",
		"%s runs past midnight into %s of the next date; the same places are offered twice.",
		spanText(a.From, a.To), spanText(b.From, b.To))
}

func stepText(span TickSpan, step, unused time.Duration) Text {
	return say("بدء المواعيد كل %s يترك %s دون استفادة في الفترة %s.",
		"Starting visits every %s leaves %s of %s unused.",
		minutesText(step), minutesText(unused), spanText(tickClock(span.From), tickClock(span.To)))
}

// tickClock returns the wall time of a tick on a calm date.
func tickClock(tick int) WallTime { return WallTime(time.Duration(tick) * Tick / time.Minute) }

// dateText returns a date with its weekday.
func dateText(d Date) Text {
	names := [...]string{"الأحد", "الاثنين", "الثلاثاء", "الأربعاء", "الخميس", "الجمعة", "السبت"}
	day := Text{names[d.Weekday()], d.Weekday().String()}
	return say("%s %s", "%s %s", day, same(d))
}

// sentence adds a full stop to a text.
func sentence(t Text) Text {
	return Text{strings.TrimSuffix(t.AR, ".") + ".", strings.TrimSuffix(t.EN, ".") + "."}
}

func breakEffect(b Break) Text {
	return say("استراحة %s.", "A break %s.", spanText(b.From, b.To))
}
