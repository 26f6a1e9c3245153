package api

import (
	"errors"
	"net/http"

	"ziyara/hall"
	"ziyara/slots"
)

// hallProblems is what can be wrong at reception.
func hallProblems() []mapping {
	return []mapping{
		{hall.ErrNoVisit, kind{"no-visit-today", http.StatusNotFound,
			text("لا يوجد موعد اليوم", "No visit today"),
			text("لا يوجد موعد بهذه الهوية في هذا الفرع. ابحث برقم الموعد، أو قدّم الخدمة دون موعد إن توفر مكان.",
				"Nobody with this identity has a visit here. Look for the reference, or serve them as a walk-in if there is a place.")}},
		{hall.ErrRequested, kind{"visit-not-approved", http.StatusConflict,
			text("الموعد قيد الموافقة", "The visit is not approved"),
			text("لم توافق الإدارة على الزيارة بعد. اطلب من منسقها الرد على الطلب أولًا.", "The department has not approved the visit. Ask its coordinator to answer the request first.")}},
		{hall.ErrCancelled, kind{"visit-cancelled", http.StatusConflict,
			text("الموعد ملغى", "The visit was cancelled"),
			text("أُلغي الموعد أو رُفض. احجز موعدًا جديدًا، أو قدّم الخدمة دون موعد إن توفر مكان.", "It was cancelled or declined. Book anew, or serve the visitor as a walk-in if there is a place.")}},
		{hall.ErrOver, kind{"visit-over", http.StatusConflict,
			text("انتهت الزيارة", "The visit is over"),
			text("سُجّلت الزيارة مكتملة. لزيارة أخرى احجز موعدًا، أو قدّم الخدمة دون موعد.", "It is recorded as completed. For another one book a time, or serve the visitor as a walk-in.")}},
		{hall.ErrAbsent, kind{"visit-missed", http.StatusConflict,
			text("سُجّل عدم الحضور", "Recorded as a no-show"),
			text("سجّل حضور الزائر إن كان في القاعة، أو تراجع عن عدم الحضور بذكر السبب.", "Check the visitor in if they are here, or restore the visit with a reason.")}},
		{hall.ErrNotArrived, kind{"not-arrived", http.StatusConflict,
			text("لم يُسجّل حضور الزائر", "Not checked in"),
			text("سجّل حضور الزائر أولًا.", "Check the visitor in first.")}},
		{hall.ErrGone, kind{"visitor-left", http.StatusConflict,
			text("غادر الزائر", "The visitor has left"),
			text("سجّل حضور الزائر من جديد إن عاد.", "Check the visitor in again if they are back.")}},
		{hall.ErrNotCalled, kind{"not-called", http.StatusConflict,
			text("لم يُنادَ على الزائر", "Not called"),
			text("نادِ على الزائر إلى مكتب أولًا.", "Call the visitor to a desk first.")}},
		{hall.ErrNotStarted, kind{"not-started", http.StatusConflict,
			text("لم تبدأ الزيارة", "The visit has not started"),
			text("سجّل بدء الزيارة على المكتب أولًا.", "Record the start at the desk first.")}},
		{hall.ErrStarted, kind{"at-a-desk", http.StatusConflict,
			text("بدأت الزيارة", "The visit has started"),
			text("الزائر على مكتب. أنهِ الزيارة حين تكتمل.", "The visitor is at a desk. Complete the visit when it is over.")}},
		{hall.ErrHere, kind{"visitor-here", http.StatusConflict,
			text("الزائر حضر", "The visitor came"),
			text("سُجّل حضور الزائر ولم يُنادَ عليه ثلاث مرات دون رد. نادِ عليه، أو سجّل أنه لم يأتِ إلى المكتب.",
				"The visitor was checked in and not called three times in vain. Call them, or record that they did not come to the desk.")}},
		{hall.ErrNotNoShow, kind{"not-a-no-show", http.StatusConflict,
			text("لم يُسجّل عدم حضور", "Not recorded as a no-show"),
			text("لا يوجد عدم حضور للتراجع عنه. اعرض الموعد لمعرفة حالته.", "There is no no-show to take back. Look at the visit to see where it stands.")}},
		{hall.ErrReason, kind{"restore-reason", http.StatusUnprocessableEntity,
			text("سبب التراجع مطلوب", "A reason to restore is needed"),
			text("اذكر سبب التراجع عن عدم الحضور.", "Say why the no-show was none.")}},
		{hall.ErrNobody, kind{"nobody-waits", http.StatusConflict,
			text("لا أحد يُنادى الآن", "Nobody to call"),
			text("لا ينتظر أحد لهذا المكتب، أو ينتظر من لا يصح أن يسبق أصحاب المواعيد. أعد المحاولة بعد دقائق.",
				"Nobody waits for this desk, or only walk-ins who would delay booked visitors. Try again in a few minutes.")}},
		{hall.ErrUnknownGroup, kind{"no-desk-group-here", http.StatusNotFound,
			text("لا توجد مجموعة المكاتب في هذا الفرع", "No such desk group at the branch"),
			text("لا توجد مجموعة مكاتب بهذا الاسم في هذا الفرع. اختر من قائمة القاعة.", "The branch has no such desk group. Choose one that the hall lists.")}},
		{hall.ErrFull, kind{"no-more-numbers", http.StatusConflict,
			text("نفدت أرقام اليوم", "No more numbers today"),
			text("بلغ الفرع أقصى عدد من الأرقام في اليوم. احجز موعدًا في يوم آخر.", "The branch has given all numbers of the day. Book a visit on another day.")}},
		{hall.ErrDelay, kind{"delay-invalid", http.StatusUnprocessableEntity,
			text("تأخير غير صالح", "No such delay"),
			text("اذكر من 1 إلى 480 دقيقة، ووقتًا قادمًا اليوم في until.", "Give 1 to 480 minutes, and in until a time still to come today.")}},
		{errDisplays, kind{"too-many-displays", http.StatusServiceUnavailable,
			text("شاشات كثيرة متصلة", "Too many displays"),
			text("أعد الاتصال بعد المدة المذكورة في retry_after، أو اطلب JSON.", "Connect again when retry_after has passed, or ask for JSON.")}},
	}
}

// hallKind returns the kind of problem of what reception has more to say of.
func hallKind(err error) (kind, bool) {
	var elsewhere *hall.ElsewhereError
	var early *hall.TooEarlyError
	var desk *hall.DeskError
	switch {
	case errors.As(err, &elsewhere) && elsewhere.WrongBranch:
		return kind{"wrong-branch", http.StatusConflict,
			text("الموعد في فرع آخر", "The visit is at another branch"),
			text("وجّه الزائر إلى الفرع المذكور في branch في الوقت المذكور في start، أو انقل الموعد.", "Send the visitor to the branch in branch at the time in start, or move the visit.")}, true
	case errors.As(err, &elsewhere):
		return kind{"wrong-day", http.StatusConflict,
			text("الموعد في يوم آخر", "The visit is on another day"),
			text("الموعد في الوقت المذكور في start. انقل الموعد، أو قدّم الخدمة دون موعد إن توفر مكان.", "It is at the time in start. Move it, or serve the visitor as a walk-in if there is a place.")}, true
	case errors.As(err, &early) && early.NoShow:
		return kind{"no-show-too-early", http.StatusConflict,
			text("لم تنتهِ مهلة الحضور", "Too early for a no-show"),
			text("يمكن تسجيل عدم الحضور ابتداءً من الوقت المذكور في possible_from.", "A no-show can be recorded from the time in possible_from on.")}, true
	case errors.As(err, &early):
		return kind{"check-in-too-early", http.StatusConflict,
			text("الوقت مبكر", "Too early to check in"),
			text("يُسجّل الحضور ابتداءً من الوقت المذكور في possible_from.", "Check-in is possible from the time in possible_from on.")}, true
	case errors.As(err, &desk):
		return deskKind(desk.Fault), true
	}
	return kind{}, false
}

func deskKind(f hall.DeskFault) kind {
	switch f {
	case hall.DeskOfOthers:
		return kind{"desk-of-others", http.StatusConflict,
			text("المكتب لمجموعة أخرى", "The desk serves another desk group"),
			text("اختر مكتبًا من desks، أو اسمًا آخر للمكتب.", "Choose a desk from desks, or another name for the desk.")}
	case hall.DeskBusy:
		return kind{"desk-busy", http.StatusConflict,
			text("المكتب مشغول", "The desk is busy"),
			text("أنهِ الزيارة المذكورة في reference، أو سجّل أن صاحبها لم يأتِ إلى المكتب.", "Complete the visit in reference, or record that its visitor did not come to the desk.")}
	case hall.DeskInaccessible:
		return kind{"desk-not-accessible", http.StatusConflict,
			text("المكتب غير مهيأ", "The desk is not accessible"),
			text("أعلن الزائر احتياجًا. نادِ عليه إلى أحد المكاتب المذكورة في desks.", "The visitor declared a need. Call them to one of the desks in desks.")}
	case hall.DeskUnknown:
	}
	return kind{"unknown-desk", http.StatusUnprocessableEntity,
		text("مكتب غير معروف", "Unknown desk"),
		text("اختر من المكاتب المذكورة في desks.", "Choose one of the desks in desks.")}
}

// moreHallKinds lists the kinds that hallKind returns.
func moreHallKinds() []kind {
	var list []kind
	for _, err := range []error{
		&hall.ElsewhereError{WrongBranch: true}, &hall.ElsewhereError{}, &hall.TooEarlyError{NoShow: true}, &hall.TooEarlyError{},
		&hall.DeskError{Fault: hall.DeskUnknown}, &hall.DeskError{Fault: hall.DeskOfOthers},
		&hall.DeskError{Fault: hall.DeskBusy}, &hall.DeskError{Fault: hall.DeskInaccessible},
	} {
		if k, ok := hallKind(err); ok {
			list = append(list, k)
		}
	}
	return list
}

// explainHall adds what reception knows of an error, and reports whether it
// knows anything.
func explainHall(p *Problem, err error) bool {
	var elsewhere *hall.ElsewhereError
	var early *hall.TooEarlyError
	var desk *hall.DeskError
	switch {
	case errors.As(err, &elsewhere):
		p.Branch, p.Start = elsewhere.Branch, &elsewhere.Start
	case errors.As(err, &early):
		p.PossibleFrom, p.RetryAfter = &early.From, seconds(early.RetryAfter)
	case errors.As(err, &desk):
		p.Desks = desk.Desks
		if desk.Busy != "" {
			p.Reference = slots.Reference(desk.Busy).String()
		}
	default:
		return false
	}
	return true
}
