package reports

import (
	"slices"

	"ziyara/catalog"
)

// Name is what a report is called.
type Name string

// The reports.
const (
	Utilisation  Name = "utilisation"
	LeadTime     Name = "lead-time"
	NoShows      Name = "no-shows"
	Waiting      Name = "waiting"
	ServiceLevel Name = "service-level"
	Changes      Name = "changes"
	Channels     Name = "channels"
	Messages     Name = "messages"
	Waitlist     Name = "waitlist"
	UnmetDemand  Name = "unmet-demand"
	Forecast     Name = "forecast"
)

// PromiseMinutes is within how many minutes a visitor is called who is there
// at the time of the visit: what the centre promises.
const PromiseMinutes = 10

// Definition is what a report shows.
type Definition struct {
	Name    Name
	Title   catalog.Text
	About   catalog.Text // what it answers, and which dates its rows are about
	Figures []Figure
}

// Find returns the definition of a report.
func Find(n Name) (Definition, bool) {
	all := Definitions()
	i := slices.IndexFunc(all, func(d Definition) bool { return d.Name == n })
	if i < 0 {
		return Definition{}, false
	}
	return all[i], true
}

// Needs returns the names of the counts that the report is made of, sorted.
func (d Definition) Needs() []string {
	var names []string
	for _, f := range d.Figures {
		names = append(names, f.of.names()...)
	}
	slices.Sort(names)
	return slices.Compact(names)
}

func text(ar, en string) catalog.Text { return catalog.Text{AR: ar, EN: en} }

// figure returns a figure; its title and its definition come in Arabic first.
func figure(name string, unit Unit, of formula, titleAR, titleEN, aboutAR, aboutEN string) Figure {
	return Figure{Name: name, Title: text(titleAR, titleEN), About: text(aboutAR, aboutEN), Unit: unit, of: of}
}

// Definitions returns every report, in the order in which they are listed.
func Definitions() []Definition {
	return []Definition{
		{
			Name: Utilisation, Title: text("استغلال الطاقة", "Utilisation"),
			About: text("كم استُخدم من وقت المكاتب المتاح، حسب تاريخ الزيارة.", "How much of the desk time that was open was used, by the date of the visit."),
			Figures: []Figure{
				figure("open_minutes", Minutes, count("open_minutes"), "الدقائق المتاحة", "Minutes open",
					"دقائق المكاتب المفتوحة لكل الخدمات والقنوات معًا.", "Desk minutes open, to all services and channels together."),
				figure("used_minutes", Minutes, count("used_minutes"), "الدقائق المستخدمة", "Minutes used",
					"دقائق المكاتب التي شغلتها الزيارات المطلوبة والمحجوزة والمنتهية والتي لم يحضر أصحابها، مع وقت التجهيز.",
					"Desk minutes taken by visits requested, booked, completed or missed, with their buffers."),
				figure("utilisation", Ratio, share("used_minutes", "open_minutes"), "نسبة الاستغلال", "Utilisation",
					"الدقائق المستخدمة ÷ الدقائق المتاحة.", "Minutes used ÷ minutes open."),
				figure("served_minutes", Minutes, count("served_minutes"), "دقائق الزيارات المنتهية", "Minutes served",
					"ما شغلته الزيارات التي تمت خدمة أصحابها.", "What completed visits took of the minutes used."),
				figure("served_share", Ratio, share("served_minutes", "open_minutes"), "نسبة الخدمة الفعلية", "Served share",
					"دقائق الزيارات المنتهية ÷ الدقائق المتاحة.", "Minutes served ÷ minutes open."),
			},
		},
		{
			Name: LeadTime, Title: text("مدة الانتظار حتى الموعد", "Lead time"),
			About: text("كم يسبق الحجز الزيارة، حسب تاريخ الزيارة. لا تدخل زيارات الحضور المباشر.", "How long before the visit it was booked, by the date of the visit. Walk-ins don't count."),
			Figures: []Figure{
				figure("visits", Count, count("visits"), "الزيارات", "Visits",
					"الزيارات المحجوزة مسبقًا التي بقيت قائمة.", "Visits that were booked ahead and stood."),
				figure("median_hours", Hours, quantile("median_hours", "visits"), "الوسيط بالساعات", "Median, hours",
					"نصف الزيارات حُجز قبلها بأقل من ذلك.", "Half of the visits were booked less long before."),
				figure("p90_hours", Hours, quantile("p90_hours", "visits"), "المئين 90 بالساعات", "90th percentile, hours",
					"تسع من كل عشر زيارات حُجزت قبلها بأقل من ذلك.", "Nine in ten visits were booked less long before."),
			},
		},
		{
			Name: NoShows, Title: text("عدم الحضور", "No-shows"),
			About: text("من حضر ومن لم يحضر، حسب تاريخ الزيارة.", "Who came and who did not, by the date of the visit."),
			Figures: []Figure{
				figure("attended", Count, count("attended"), "حضروا", "Attended",
					"زيارات سُجّل حضور أصحابها.", "Visits whose visitors were checked in."),
				figure("no_shows", Count, count("no_shows"), "لم يحضروا", "No-shows",
					"زيارات سُجّل عدم حضور أصحابها ولم يُقبل تظلمهم.", "Visits recorded as missed, and not restored by an appeal."),
				figure("no_show_rate", Ratio, share("no_shows", "attended", "no_shows"), "نسبة عدم الحضور", "No-show rate",
					"لم يحضروا ÷ (حضروا + لم يحضروا).", "No-shows ÷ (attended + no-shows)."),
				figure("restored", Count, count("restored"), "تظلمات مقبولة", "Restored",
					"زيارات سُجّل عدم حضورها خطأً ثم أُعيدت.", "Visits that were recorded as missed in error, and restored."),
				figure("unrecorded", Count, count("unrecorded"), "بلا تسجيل", "Not recorded",
					"زيارات مضى وقتها ولم يُسجّل حضور أو غياب؛ لا تدخل في النسبة.", "Past visits with neither arrival nor no-show recorded; outside the rate."),
			},
		},
		{
			Name: Waiting, Title: text("الانتظار في الصالة", "Waiting in the hall"),
			About: text("من الموعد أو الوصول، أيهما أحدث، حتى أول نداء؛ والوعد 10 دقائق. حسب تاريخ الزيارة.",
				"From the time of the visit or the arrival, whichever is later, to the first call; the promise is 10 minutes. By the date of the visit."),
			Figures: []Figure{
				figure("called", Count, count("called"), "نودي عليهم", "Called",
					"زوار نودي عليهم مرة على الأقل.", "Visitors who were called at least once."),
				figure("median_minutes", Minutes, quantile("median_minutes", "called"), "وسيط الانتظار بالدقائق", "Median wait, minutes",
					"نصف من نودي عليهم انتظر أقل من ذلك.", "Half of those called waited less."),
				figure("p90_minutes", Minutes, quantile("p90_minutes", "called"), "المئين 90 بالدقائق", "90th percentile, minutes",
					"تسعة من كل عشرة انتظروا أقل من ذلك.", "Nine in ten of those called waited less."),
				figure("within_promise", Count, count("within_promise"), "ضمن الوعد", "Within the promise",
					"نودي عليهم خلال 10 دقائق.", "Called within 10 minutes."),
				figure("promise_rate", Ratio, share("within_promise", "called"), "نسبة الوفاء بالوعد", "Promise kept",
					"ضمن الوعد ÷ نودي عليهم.", "Within the promise ÷ called."),
			},
		},
		{
			Name: ServiceLevel, Title: text("مستوى الخدمة والالتزام بالوقت", "Service level and on-time"),
			About: text("كما تعرّفهما معايير COPC، حسب تاريخ الزيارة.", "As the COPC standard defines them, by the date of the visit."),
			Figures: []Figure{
				figure("offered", Count, count("offered"), "طالبو الخدمة", "Offered",
					"زوار حضروا ثم نودي عليهم أو غادروا قبل النداء.", "Visitors who came and were called, or left before."),
				figure("in_time", Count, count("in_time"), "خلال 10 دقائق", "In 10 minutes",
					"نودي عليهم خلال 10 دقائق من الموعد أو الوصول، أيهما أحدث.", "Called within 10 minutes of the time of the visit or the arrival, whichever is later."),
				figure("service_level", Ratio, share("in_time", "offered"), "مستوى الخدمة", "Service level",
					"خلال 10 دقائق ÷ طالبو الخدمة.", "In 10 minutes ÷ offered."),
				figure("abandoned", Count, count("abandoned"), "غادروا قبل النداء", "Abandoned",
					"حضروا وغادروا دون أن يُنادى عليهم.", "Came and left without being called."),
				figure("abandonment_rate", Ratio, share("abandoned", "offered"), "نسبة المغادرة", "Abandonment",
					"غادروا قبل النداء ÷ طالبو الخدمة.", "Abandoned ÷ offered."),
				figure("finished", Count, count("finished"), "زيارات منتهية", "Finished",
					"زيارات تمت خدمة أصحابها.", "Visits that were completed."),
				figure("finished_on_time", Count, count("finished_on_time"), "انتهت في وقتها", "Finished on time",
					"انتهت خلال 10 دقائق ومدة الزيارة من الموعد أو الوصول، أيهما أحدث.", "Completed within 10 minutes and the length of the visit, from its time or the arrival, whichever is later."),
				figure("on_time_rate", Ratio, share("finished_on_time", "finished"), "نسبة الالتزام بالوقت", "On-time",
					"انتهت في وقتها ÷ زيارات منتهية.", "Finished on time ÷ finished."),
				figure("requests", Count, count("requests"), "طلبات رُد عليها", "Requests answered",
					"طلبات موافقة ردت عليها الإدارة أو انتهت مهلتها.", "Requests that the department answered, or whose time ran out."),
				figure("requests_on_time", Count, count("requests_on_time"), "رُد عليها في المهلة", "Answered on time",
					"ردت عليها الإدارة قبل انتهاء المهلة.", "Answered by the department before its time ran out."),
				figure("requests_on_time_rate", Ratio, share("requests_on_time", "requests"), "نسبة الرد في المهلة", "Requests on-time",
					"رُد عليها في المهلة ÷ طلبات رُد عليها.", "Answered on time ÷ requests answered."),
			},
		},
		{
			Name: Changes, Title: text("الإلغاء والنقل", "Cancellations and moves"),
			About: text("ما صار إليه ما حُجز، حسب تاريخ الزيارة بعد نقلها.", "What became of what was booked, by the date of the visit as it is now."),
			Figures: []Figure{
				figure("made", Count, count("made"), "حجوزات", "Made",
					"كل ما حُجز أو طُلب لهذه التواريخ.", "All that was booked or requested for these dates."),
				figure("cancelled", Count, count("cancelled"), "أُلغيت", "Cancelled",
					"حجوزات أُلغيت.", "Of them, those that were cancelled."),
				figure("cancellation_rate", Ratio, share("cancelled", "made"), "نسبة الإلغاء", "Cancellation rate",
					"أُلغيت ÷ حجوزات.", "Cancelled ÷ made."),
				figure("cancelled_by_staff", Count, count("cancelled_by_staff"), "ألغاها الموظفون", "Cancelled by staff",
					"ألغاها موظف، لا الزائر.", "Cancelled by staff and not by the visitor."),
				figure("cancelled_late", Count, count("cancelled_late"), "إلغاء متأخر", "Cancelled late",
					"أُلغيت قبل الموعد بأقل من 24 ساعة.", "Cancelled less than 24 hours before the start."),
				figure("declined", Count, count("declined"), "لم تتم الموافقة", "Declined",
					"طلبات لم توافق عليها الإدارة.", "Requests that were not approved."),
				figure("moved", Count, count("moved"), "نُقلت", "Moved",
					"حجوزات نُقلت مرة على الأقل.", "Of those made, those that were moved at least once."),
				figure("moves", Count, count("moves"), "مرات النقل", "Moves",
					"كم مرة نُقلت.", "How often they were moved."),
				figure("move_rate", Ratio, share("moved", "made"), "نسبة النقل", "Move rate",
					"نُقلت ÷ حجوزات.", "Moved ÷ made."),
			},
		},
		{
			Name: Channels, Title: text("القنوات", "Channels"),
			About: text("كيف وصلت الحجوزات، حسب تاريخ الزيارة.", "How bookings came in, by the date of the visit."),
			Figures: []Figure{
				figure("made", Count, count("made"), "حجوزات", "Made",
					"كل ما حُجز أو طُلب لهذه التواريخ.", "All that was booked or requested for these dates."),
				figure("visitors", Count, count("visitors"), "الزوار", "Visitors",
					"عدد الزوار في هذه الحجوزات.", "Visitors in these bookings."),
				figure("public", Count, count("public"), "المواطنون", "Public",
					"حُجزت عبر البوابة.", "Booked on the portal."),
				figure("agent", Count, count("agent"), "مركز الاتصال", "Agents",
					"حجزها موظف نيابة عن الزائر.", "Booked by staff for a caller."),
				figure("walk_in", Count, count("walk_in"), "الحضور المباشر", "Walk-ins",
					"حُجزت في الاستقبال في اليوم نفسه.", "Booked at reception on the same day."),
				figure("protected", Count, count("protected"), "الحصة المحمية", "Protected",
					"حُجزت من الحصة المحمية.", "Booked from protected places."),
				figure("public_share", Ratio, share("public", "made"), "نسبة البوابة", "Public share",
					"المواطنون ÷ حجوزات.", "Public ÷ made."),
				figure("agent_share", Ratio, share("agent", "made"), "نسبة مركز الاتصال", "Agents' share",
					"مركز الاتصال ÷ حجوزات.", "Agents ÷ made."),
				figure("walk_in_share", Ratio, share("walk_in", "made"), "نسبة الحضور المباشر", "Walk-in share",
					"الحضور المباشر ÷ حجوزات.", "Walk-ins ÷ made."),
				figure("protected_share", Ratio, share("protected", "made"), "نسبة الحصة المحمية", "Protected share",
					"الحصة المحمية ÷ حجوزات.", "Protected ÷ made."),
			},
		},
		{
			Name: Messages, Title: text("الرسائل وتكلفتها", "Messages and cost"),
			About: text("الرسائل عن الزيارات، حسب تاريخ إنشائها. لا تدخل رموز التحقق: لا تخص إدارة.", "Messages about visits, by the date on which they were written. Verification codes don't count: they belong to no department."),
			Figures: []Figure{
				figure("messages", Count, count("messages"), "الرسائل", "Messages",
					"كل ما كُتب، أُرسل أم لا.", "All that were written, sent or not."),
				figure("emails", Count, count("emails"), "منها بالبريد", "Of them e-mails",
					"ما كُتب للبريد الإلكتروني، بلا تكلفة.", "Those that go by e-mail, at no cost."),
				figure("sent", Count, count("sent"), "أُرسلت", "Sent",
					"قبلتها بوابة الرسائل.", "Taken by a gateway."),
				figure("delivered", Count, count("delivered"), "وصلت", "Delivered",
					"أكدت البوابة وصولها.", "Delivered, by the gateway's receipt."),
				figure("delivery_rate", Ratio, share("delivered", "sent"), "نسبة الوصول", "Delivery rate",
					"وصلت ÷ أُرسلت.", "Delivered ÷ sent."),
				figure("failed", Count, count("failed"), "تعذرت", "Failed",
					"رفضتها البوابة أو لم تصل في وقتها.", "Refused, or not delivered in time."),
				figure("dropped", Count, count("dropped"), "أُسقطت", "Left out",
					"لم تعد صحيحة أو تجاوزت الميزانية فلم تُرسل.", "Not sent, because no longer true or over the budget."),
				figure("segments", Count, count("segments"), "المقاطع", "Segments",
					"مقاطع الرسائل المحسوبة.", "Segments that were charged."),
				figure("cost_riyals", Riyals, count("cost_riyals"), "التكلفة بالريال", "Cost, riyals",
					"المقاطع بسعر الإدارة وقت الإرسال.", "Segments at the department's price when they were sent."),
			},
		},
		{
			Name: Waitlist, Title: text("قائمة الانتظار", "Waitlist"),
			About: text("ما عُرض على المنتظرين وما قبلوه، حسب تاريخ حدوثه.", "What was offered to those who wait and what they took, by the date on which it happened."),
			Figures: []Figure{
				figure("joined", Count, count("joined"), "انضموا", "Joined",
					"طلبات انتظار جديدة.", "New entries."),
				figure("offered", Count, count("offered"), "عروض", "Offered",
					"أماكن عُرضت على منتظر.", "Places that were offered to somebody who waits."),
				figure("accepted", Count, count("accepted"), "عروض مقبولة", "Accepted",
					"عروض صارت زيارات.", "Offers that became visits."),
				figure("acceptance_rate", Ratio, share("accepted", "offered"), "نسبة القبول", "Acceptance rate",
					"عروض مقبولة ÷ عروض.", "Accepted ÷ offered."),
				figure("declined", Count, count("declined"), "عروض مرفوضة", "Declined",
					"عروض رفضها المنتظر.", "Offers that were declined."),
				figure("ignored", Count, count("ignored"), "عروض بلا رد", "Unanswered",
					"عروض انتهت دون رد.", "Offers that ran out without an answer."),
				figure("served_otherwise", Count, count("served_otherwise"), "حجزوا بأنفسهم", "Booked otherwise",
					"منتظرون حجزوا الخدمة بطريقة أخرى.", "Entries whose persons booked the service by themselves."),
				figure("median_refill_minutes", Minutes, quantile("median_refill_minutes", "accepted"), "وسيط إعادة الإشغال بالدقائق", "Median refill, minutes",
					"من أول عرض للمكان حتى حجزه.", "From the first offer of a place until it was booked."),
			},
		},
		{
			Name: UnmetDemand, Title: text("طلب لم يُلبَّ", "Demand not met"),
			About: text("ما طُلب ولم يوجد، حسب تاريخ الطلب. تُحسب الطلبات لا الأشخاص.", "What was asked for in vain, by the date on which it was. Requests are counted, not people."),
			Figures: []Figure{
				figure("empty_searches", Count, count("empty_searches"), "بحث بلا نتيجة", "Empty searches",
					"بحث لم يجد موعدًا متاحًا.", "Searches that found no free start."),
				figure("refused_holds", Count, count("refused_holds"), "أماكن سبق إليها غيرهم", "Refused holds",
					"محاولات حجز رُفضت لأن المكان محجوز.", "Holds that were refused because the place was taken."),
				figure("granted_holds", Count, count("granted_holds"), "حجوزات مؤقتة", "Granted holds",
					"أماكن حُفظت لطالبها.", "Holds that were granted."),
				figure("refusal_rate", Ratio, share("refused_holds", "refused_holds", "granted_holds"), "نسبة الرفض", "Refusal rate",
					"المرفوضة ÷ (المرفوضة + الممنوحة).", "Refused ÷ (refused + granted)."),
				figure("waited_in_vain", Count, count("waited_in_vain"), "انتظار بلا جدوى", "Waited in vain",
					"طلبات انتظار انتهت بلا زيارة.", "Entries of the waitlist that ended without a visit."),
			},
		},
		{
			Name: Forecast, Title: text("التوقع", "Forecast"),
			About: text("الزيارات المتوقعة حتى أربعة أسابيع قادمة، ودقة التوقع فيما مضى.", "Visits to expect up to four weeks ahead, and how accurate the forecast was."),
			Figures: []Figure{
				{Name: "forecast", Unit: Count, Title: text("المتوقع", "Forecast"),
					About: text("زيارات متوقعة، كما كانت تُتوقع قبل بداية أسابيعها الأربعة.", "Visits to expect, as forecast before the four weeks began that the date is in.")},
				{Name: "actual", Unit: Count, Title: text("الفعلي", "Actual"),
					About: text("زيارات التواريخ الماضية التي بقيت قائمة.", "Visits of past dates that stood.")},
				{Name: "booked", Unit: Count, Title: text("المحجوز", "Booked so far"),
					About: text("زيارات محجوزة من اليوم فصاعدًا.", "Visits booked for today and later.")},
				{Name: "error", Unit: Ratio, Title: text("الخطأ", "Error"),
					About: text("متوسط |الفعلي − المتوقع| ÷ المتوقع لكل يوم مضى.", "|Actual − forecast| ÷ forecast of each past date, their mean.")},
				{Name: "tested_days", Unit: Count, Title: text("أيام الاختبار", "Days tested"),
					About: text("أيام من آخر اثني عشر أسبوعًا قيست عليها الدقة.", "Dates of the last twelve weeks that the accuracy is measured on.")},
				{Name: "tested_error", Unit: Ratio, Title: text("خطأ الاختبار", "Error when tested"),
					About: text("متوسط الخطأ في أيام الاختبار.", "The mean error of the days tested.")},
			},
		},
	}
}
