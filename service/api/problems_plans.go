package api

import (
	"errors"
	"net/http"

	"ziyara/catalog"
	"ziyara/centre"
	"ziyara/scheduling"
	"ziyara/slots"
)

// planProblems are what can be wrong with a change of a calendar.
func planProblems() []mapping {
	return []mapping{
		{centre.ErrUnknownDeskGroup, kind{"unknown-desk-group", http.StatusNotFound,
			text("مجموعة مكاتب غير معروفة", "Unknown desk group"),
			text("لا توجد مجموعة مكاتب بهذا الاسم. اختر من قائمة مجموعات المكاتب.", "There is no such desk group. Choose one from the list of desk groups.")}},
		{errNoVersion, kindVersionNeeded},
		{slots.ErrNothingToUndo, kind{"nothing-to-undo", http.StatusConflict,
			text("لا يوجد تعديل للتراجع عنه", "There is nothing to undo"),
			text("لم يُعدَّل هذا التقويم بعد. اقرأه لترى ما هو عليه.", "This calendar has not been changed. Read it to see what it is.")}},
		{slots.ErrUnknownChange, kind{"unknown-change", http.StatusNotFound,
			text("تعديل غير معروف", "Unknown change"),
			text("لا يوجد تعديل بهذا الرقم هنا. اختر من قائمة التعديلات.", "There is no such change here. Choose one from the list of changes.")}},
		{slots.ErrDraftOver, kind{"draft-expired", http.StatusGone,
			text("انتهت المعاينة", "The draft has expired"),
			text("أُعيدت الأماكن المحفوظة ولم يتغير شيء. اطلب معاينة جديدة بـ dry_run=true.", "The places it held are given back, and nothing was changed. Ask for a new one with dry_run=true.")}},
		{slots.ErrNotAffected, kind{"not-affected", http.StatusUnprocessableEntity,
			text("الزيارة غير متأثرة بهذا التعديل", "The change does not affect the visit"),
			text("راجع رقم الحجز في قائمة الزيارات المتأثرة.", "Check the reference in the list of affected visits.")}},
		{slots.ErrChangeSettled, kind{"change-settled", http.StatusConflict,
			text("حُسم الأمر من قبل", "That is settled already"),
			text("اعرض الزيارات المتأثرة لترى ما آل إليه الأمر. لتغيير الموعد انقل الزيارة أو ألغها.", "Look at the affected visits to see how it stands. To change it again, move or cancel the visit.")}},
		{slots.ErrNotCarriedOut, kind{"not-told-yet", http.StatusConflict,
			text("لم يُبلَّغ الزائر بعد", "The visitor has not been told yet"),
			text("طبّق التعديل إن كان معاينة، أو انتظر حتى تصل الرسالة إلى هذا الزائر.", "Apply the change if it is a draft, or wait until it has come to this visitor.")}},
		{errEditOrDraft, kind{"one-change", http.StatusUnprocessableEntity,
			text("حدّد تعديلًا واحدًا", "Say one change"),
			text("أرسل التعديل نفسه أو رقم معاينة سابقة في draft، لا كليهما؛ ومع dry_run التعديل فقط.", "Send either an edit or, without dry_run, the id of a draft in draft.")}},
		{centre.ErrForeignService, kindPlan},
		{centre.ErrForeignChannel, kindPlan},
	}
}

// Kinds that stand for a type of error.
//
//nolint:gochecknoglobals // constants in all but name
var (
	kindEdited = kind{"edit-conflict", http.StatusPreconditionFailed,
		text("عدّله شخص آخر بعد قراءتك له", "Somebody else has changed it since you read it"),
		text("اقرأه من جديد، وأدخل تعديلك على ما أصبح عليه، ثم أرسله مع ETag الجديد في ترويسة If-Match.",
			"Read it again, make your change to what it is now, and send it with the new ETag in the header If-Match.")}
	kindVersionNeeded = kind{"version-needed", http.StatusPreconditionRequired,
		text("اذكر النسخة التي تعدّلها", "Say which version you change"),
		text("أرسل ETag الذي استلمته عند القراءة في ترويسة If-Match، أو * لتعديل النسخة الحالية أيًا كانت.",
			"Send the ETag that came with what you read in the header If-Match, or * to change whatever it is now.")}
	kindAffected = kind{"visits-affected", http.StatusConflict,
		text("سيفقد زوار مواعيدهم", "Visitors would lose their places"),
		text("لم يتغير شيء. في affected عدد الزيارات المتأثرة. اطلب المعاينة من POST /v1/desk-groups/{id}/changes?dry_run=true لترى المواعيد البديلة، ثم قرر.",
			"Nothing was changed. affected says how many visits. Ask POST /v1/desk-groups/{id}/changes?dry_run=true who they are and what they can be offered, and decide there.")}
	kindPlan = kind{"plan-invalid", http.StatusUnprocessableEntity,
		text("التقويم بعد التعديل غير صالح", "The calendar would not hold together"),
		text("لم يتغير شيء. صحّح ما تذكره errors ثم أعد الإرسال.", "Nothing was changed. Correct what errors lists and send it again.")}
)

// errNoVersion is returned for a change that does not say of which version.
var errNoVersion = errors.New("api: which version is changed has to be said")

// planFaults says what is wrong with a change of a calendar, below base, at
// most maxPointers things; none for another error.
func planFaults(base string, err error) []pointerError {
	var list pointerList
	for _, fault := range scheduling.Faults(err) {
		list.add(base+fault.Pointer, faultOfPlan(fault.Err))
	}
	return list
}

// faultOfPlan says what to do about a fault of a plan.
func faultOfPlan(err error) catalog.Text {
	for _, f := range faultsOfPlans() {
		if errors.Is(err, f.err) {
			return f.text
		}
	}
	return text("قيمة غير صالحة.", "The value is not valid.")
}

// planFault is what to do about a fault.
type planFault struct {
	err  error
	text catalog.Text
}

// faultsOfPlans are the faults of plans, edits and lists of holidays in words.
func faultsOfPlans() []planFault {
	return []planFault{
		{scheduling.ErrOverlap, text("تتداخل فترتا عمل. اجعل إحداهما add: true لتُجمع الأماكن، أو أرسل overlap: true ليُحسب العدد الأكبر، أو افصل بين الوقتين.",
			"Two openings overlap. Give one of them add: true if the places add up, send overlap: true if the larger number is meant, or keep the times apart.")},
		{scheduling.ErrPast, text("هذا الوقت انقضى. اختر وقتًا قادمًا.", "This time is over. Choose one to come.")},
		{scheduling.ErrEntry, text("لا يوجد ما تشير إليه. اقرأ التقويم من جديد.", "There is no such entry. Read the calendar again.")},
		{scheduling.ErrBoth, text("أرسل القائمة كاملة أو عناصر منها، لا الاثنين معًا.", "Send the whole list or single entries of it, not both.")},
		{scheduling.ErrZone, text("استخدم منطقة زمنية معروفة مثل Asia/Riyadh.", "Use a time zone of the IANA list, such as Asia/Riyadh.")},
		{scheduling.ErrOpening, text("تبدأ الفترة في يومها وتنتهي بعد بدايتها، حتى 48:00.", "An opening starts on its date and ends after its start, by 48:00.")},
		{scheduling.ErrBreak, text("تقع الاستراحة داخل فترة العمل، ولا تتداخل مع غيرها، وتُبقي شيئًا من الفترة.", "A break lies inside its opening, apart from other breaks, and leaves some of it.")},
		{scheduling.ErrPlaces, text("عدد الأماكن من 1 إلى 1000، وفي الإغلاق من 0 إلى 1000.", "Places are 1 to 1000; a closure takes 0 (all) to 1000.")},
		{scheduling.ErrReserve, text("تترك القناة لغيرها من صفر إلى كل أماكن الفترة.", "A channel leaves from none to all of the places of the opening to others.")},
		{scheduling.ErrServices, text("اذكر كل خدمة مرة واحدة.", "Name each service once.")},
		{centre.ErrForeignService, text("اختر من خدمات مجموعة المكاتب هذه.", "Choose from the services of this desk group.")},
		{centre.ErrForeignChannel, text("اختر من القنوات public وagent وwalk_in وprotected.", "Choose from the channels public, agent, walk_in and protected.")},
		{scheduling.ErrRange, text("اذكر البداية والنهاية، ولا تسبق النهاية البداية.", "Give a start and an end; the end is not before the start.")},
		{scheduling.ErrTwice, text("ذُكر مرتين. أبقِ واحدًا.", "It is given twice. Keep one.")},
		{scheduling.ErrMany, text("القائمة أطول من المسموح. احذف ما انقضى.", "The list is too long. Remove what is over.")},
		{scheduling.ErrEmpty, text("أضف فترة عمل واحدة على الأقل.", "Add at least one opening.")},
		{scheduling.ErrSlug, text("اكتب اسمًا مختصرًا للإجازة في slug.", "Give the holiday a slug to be referred to.")},
		{scheduling.ErrMonthDay, text("اكتب اليوم من السنة على شكل MM-DD.", "Write the day of the year as MM-DD.")},
		{scheduling.ErrWhen, text("اذكر التواريخ بطريقة واحدة: hijri أو yearly أو dates.", "Give the dates in exactly one way: hijri, yearly or dates.")},
		{scheduling.ErrYear, text("التاريخ بعيد عن موعد الإجازة في هذه السنة. راجع السنة والتاريخ.", "The dates lie far from those of the holiday in that year. Check the year and the dates.")},
		{scheduling.ErrManyDates, text("يغلق هذا الملف أكثر من 60 يومًا في السنة. تأكد أنه تقويم إجازات وأن كل قاعدة تكرار فيه لها نهاية.", "This file closes more than 60 dates of a year. Make sure that it is a calendar of holidays, and that each rule in it has an end.")},
		{scheduling.ErrSubDaily, text("القاعدة يومية أو أقل تكرارًا؛ الأوقات في openings.", "A rule recurs daily or less often; times of day belong in openings.")},
		{scheduling.ErrTimes, text("احذف الأوقات من القاعدة؛ مكانها openings.", "Take times of day out of the rule; they belong in openings.")},
		{scheduling.ErrCount, text("عدد التكرارات COUNT خارج الحد المسموح.", "COUNT of the rule is out of bounds.")},
		{scheduling.ErrInterval, text("الفاصل INTERVAL خارج الحد المسموح.", "INTERVAL of the rule is out of bounds.")},
		{scheduling.ErrUntil, text("تاريخ النهاية UNTIL في القاعدة غير صالح.", "UNTIL of the rule is not valid.")},
		{scheduling.ErrNoDates, text("لا تقع هذه القاعدة في أي يوم.", "The rule falls on no date.")},
		{scheduling.ErrRRule, text("اكتب قاعدة RRULE صحيحة، مثل FREQ=WEEKLY;BYDAY=SU,MO,TU,WE,TH.", "Write a recurrence rule of RFC 5545, such as FREQ=WEEKLY;BYDAY=SU,MO,TU,WE,TH.")},
	}
}
