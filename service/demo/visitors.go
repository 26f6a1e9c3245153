package demo

import "ziyara/catalog"

// Visitor is a made-up visitor of the demo, as whom users can sign in to try things out.
type Visitor struct {
	ID     string // at the sign-in
	Name   string
	Number string // identity number
	Mobile string // in E.164, as the sign-in has verified it; "" if it has none
	About  catalog.Text
}

// Visitors returns made-up visitors: with a mobile that the sign-in has verified and
// without one, nationals and a resident.
func Visitors() []Visitor {
	national := catalog.Text{AR: "هوية وطنية، برقم جوال موثق", EN: "National ID, with a verified mobile"}
	bare := catalog.Text{AR: "هوية وطنية، دون رقم جوال", EN: "National ID, without a mobile"}
	resident := catalog.Text{AR: "هوية مقيم، برقم جوال موثق", EN: "Iqama, with a verified mobile"}
	return []Visitor{
		{"munira", "منيرة بنت سعد الدوسري", "1076543212", "+966500000071", national},
		{"hamad", "حمد بن ناصر الشمري", "1044556676", "", bare},
		{"omar", "عمر حسن الأمين", "2312345677", "+966500000073", resident},
		{"aljawhara", "الجوهرة بنت عبدالله العنزي", "1102030408", "", bare},
	}
}
