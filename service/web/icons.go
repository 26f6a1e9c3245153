package web

// Icon is the name of a drawing of 24 × 24 units.
type Icon string

// The icons.
const (
	Alert     Icon = "alert"
	Back      Icon = "back"
	Bell      Icon = "bell"
	Building  Icon = "building"
	Calendar  Icon = "calendar"
	Save      Icon = "save" // to the calendar
	Chart     Icon = "chart"
	Check     Icon = "check"
	Clock     Icon = "clock"
	Close     Icon = "close"
	CopyIcon  Icon = "copy"
	Document  Icon = "document"
	Download  Icon = "download"
	Down      Icon = "down"
	Forward   Icon = "forward"
	Grid      Icon = "grid"
	Handset   Icon = "handset"
	Hourglass Icon = "hourglass"
	Info      Icon = "info"
	Mail      Icon = "mail"
	Outside   Icon = "outside"
	People    Icon = "people"
	Phone     Icon = "phone"
	Pin       Icon = "pin"
	Printer   Icon = "printer"
	Search    Icon = "search"
	Shield    Icon = "shield"
	Speech    Icon = "speech"
)

// drawing returns the path of an icon.
func (i Icon) drawing() string {
	switch i {
	case Alert:
		return "M12 4 2.8 20h18.4zM12 10v4.5m0 2.6v.1"
	case Back:
		return "m14.5 6-6 6 6 6"
	case Bell:
		return "M18 16H6c1.3-1.4 1.5-3.2 1.5-5.5a4.5 4.5 0 0 1 9 0c0 2.3.2 4.1 1.5 5.5zm-7.5 3h3"
	case Building:
		return "M5 20V8l7-4 7 4v12M3 20h18M10 20v-5h4v5M9 10.5h.1m5.8 0h.1"
	case Calendar:
		return "M4 6.5h16V20H4zM4 11h16M8 4v4m8-4v4"
	case Save:
		return "M20 12.5v-6H4V20h9M4 11h16M8 4v4m8-4v4M18 15.5v6M15 18.5h6"
	case Chart:
		return "M5 20V11m5 9V6m5 14v-7m5 7V4M3 20h18"
	case Check:
		return "m5 12.5 4.5 4.5L19 7.5"
	case Clock:
		return "M12 3.5a8.5 8.5 0 1 0 0 17 8.5 8.5 0 0 0 0-17zM12 7.5V12l3 2"
	case Close:
		return "m6 6 12 12M18 6 6 18"
	case CopyIcon:
		return "M9 9h11v11H9zM15 9V4H4v11h5"
	case Document:
		return "M6 3.5h8l4 4V20.5H6zM14 3.5v4h4M9 12h6m-6 4h6"
	case Download:
		return "M12 4v11m-4.5-4 4.5 4.5 4.5-4.5M5 20h14"
	case Down:
		return "m6 9.5 6 6 6-6"
	case Forward:
		return "m9.5 6 6 6-6 6"
	case Grid:
		return "M4 4h6.5v6.5H4zM13.5 4H20v6.5h-6.5zM4 13.5h6.5V20H4zM13.5 13.5H20V20h-6.5z"
	case Handset:
		return "M8 3.5h8a1.5 1.5 0 0 1 1.5 1.5v14a1.5 1.5 0 0 1-1.5 1.5H8A1.5 1.5 0 0 1 6.5 19V5A1.5 1.5 0 0 1 8 3.5zM11 17.5h2"
	case Hourglass:
		return "M7 3.5h10M7 20.5h10M8 3.5c0 4 3 5.5 3.5 8.5C11 15 8 16.5 8 20.5M16 3.5c0 4-3 5.5-3.5 8.5.5 3 3.5 4.5 3.5 8.5"
	case Info:
		return "M12 3.5a8.5 8.5 0 1 0 0 17 8.5 8.5 0 0 0 0-17zM12 11v5m0-8.6v.1"
	case Mail:
		return "M4 6h16v12.5H4zM4.5 6.5 12 13l7.5-6.5"
	case Outside:
		return "M13 5h6v6M19 5l-8 8M16 14.5V19H5V8h4.5"
	case People:
		return "M9 11.5a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7zM3 20c0-3.5 2.5-5.5 6-5.5s6 2 6 5.5" +
			"M15.5 4.8a3.5 3.5 0 0 1 0 6.4M17.5 15c2.2.7 3.5 2.5 3.5 5"
	case Phone:
		return "M6.5 4h3l1.5 4-2 1.5a11 11 0 0 0 5.5 5.5l1.5-2 4 1.5v3a2 2 0 0 1-2.2 2A16 16 0 0 1 4.5 6.2 2 2 0 0 1 6.5 4z"
	case Pin:
		return "M12 21c4.5-4.5 6.5-7.8 6.5-11a6.5 6.5 0 0 0-13 0c0 3.2 2 6.5 6.5 11zM12 12.5a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5z"
	case Printer:
		return "M7 8.5V4h10v4.5M7 16.5H4v-8h16v8h-3M7 13.5h10V20H7z"
	case Search:
		return "M10.5 4a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13zM15.5 15.5 20 20"
	case Shield:
		return "M12 3.5 5 6v5.5c0 4.3 2.8 7.5 7 9 4.2-1.5 7-4.7 7-9V6zM9 12l2.2 2.2L15 10"
	case Speech:
		return "M4 5h16v11h-8.5L7 20v-4H4zM8 9h8m-8 3.5h5"
	}
	return ""
}

// turns reports whether an icon points along the line, and so is mirrored in
// Arabic.
func (i Icon) turns() bool { return i == Back || i == Forward || i == Outside }
