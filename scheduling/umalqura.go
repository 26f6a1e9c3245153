package scheduling

import "math/bits"

// umalqura is the Umm al-Qura calendar of the years 1440 to 1500, as in ICU's
// calendar islamic-umalqura. A bit is set for each month of 30 days, the lowest
// bit for Muharram; the other months have 29. From 1451 on it differs from
// older tables by a day in some places (docs/adr/0012).
var umalqura = [...]uint16{
	0x2BA, 0x5B5, 0x5AA, 0xD55, 0xA9A, 0x92E, 0x26E, 0x55D, 0xADA, 0x6D4, // 1440
	0x6A5, 0xB27, 0xA4D, 0x4AD, 0x56D, 0xB5A, 0x754, 0xF49, 0xE92, 0xD26, // 1450
	0xA56, 0x356, 0x6B5, 0xBAA, 0xB92, 0xB25, 0x68B, 0xA9B, 0x55A, 0xADA, // 1460
	0x5B4, 0xDA9, 0xB52, 0xA9A, 0x536, 0x276, 0x575, 0xAF2, 0x6D4, 0x6A9, // 1470
	0x555, 0x2AD, 0x4BD, 0x9BA, 0x574, 0xB69, 0xB52, 0xA95, 0x52D, 0xA5D, // 1480
	0x4DA, 0xAD9, 0x6B2, 0xE95, 0xE2A, 0xC96, 0x92E, 0xAAD, 0x56A, 0xD65, // 1490
	0xD4A, // 1500
}

const (
	firstHijriYear = 1440
	lastHijriYear  = firstHijriYear + len(umalqura) - 1

	firstPrinted  Date = 707180 // 1356-01-01, 1937-03-14
	firstUmalqura Date = 736948 // 1440-01-01, 2018-09-11
	lastUmalqura  Date = 758564 // 1500-12-30, 2077-11-16
)

// yearStart returns the first date of a year of the table.
func yearStart(year int) Date {
	start := firstUmalqura
	for _, months := range umalqura[:year-firstHijriYear] {
		start += yearLength(months)
	}
	return start
}

func yearLength(months uint16) Date { return Date(12*29 + bits.OnesCount16(months)) }

// monthStart returns how many days of the year precede the month.
func monthStart(months uint16, month int) Date {
	return Date((month-1)*29 + bits.OnesCount16(months&(1<<(month-1)-1)))
}

// monthDays returns how many days the month of a year has.
func monthDays(months uint16, month int) int { return 29 + int(months>>(month-1)&1) }

// hijriOf returns the Hijri date of d, which must be in the table.
func hijriOf(d Date) Hijri {
	into := d - firstUmalqura
	for i, months := range umalqura {
		if length := yearLength(months); into >= length {
			into -= length
			continue
		}
		month := min(int(into)/29+1, 12)
		for monthStart(months, month) > into {
			month--
		}
		return Hijri{Year: firstHijriYear + i, Month: month, Day: int(into-monthStart(months, month)) + 1}
	}
	return Hijri{}
}
