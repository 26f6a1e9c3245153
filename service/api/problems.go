package api

import (
	"fmt"
	"net/http"
	"slices"

	"ziyara/access"
	"ziyara/catalog"
	"ziyara/centre"
	"ziyara/fault"
	"ziyara/feeds"
	"ziyara/notify/gateways"
	"ziyara/notify/httpsms"
	"ziyara/notify/verify"
	"ziyara/notify/webhook"
	"ziyara/once"
	"ziyara/reports"
	"ziyara/slots"
)

func text(ar, en string) catalog.Text { return catalog.Text{AR: ar, EN: en} }

// mapping says which kind of problem an error of the domain is.
type mapping struct {
	err  error
	kind kind
}

// allProblems is the whole catalogue.
func allProblems() []mapping {
	return slices.Concat(problems(), surveyProblems(), messageProblems(), []mapping{
		{fault.ErrEdited, kindEdited},
		{fault.ErrNotFound, kindNotFound}, // after the errors that wrap it and say more
	})
}

// problems is the catalogue of what can be wrong, in both languages. Each
// detail says what to do.
func problems() []mapping {
	return append(slices.Concat(planProblems(), hallProblems()), []mapping{
		{fault.ErrUnavailable, kindUnavailable},
		{slots.ErrStale, kindUnavailable},
		{slots.ErrDayClosed, kindUnavailable},
		{once.ErrAnswered, kindUnavailable},
		{centre.ErrUnknownService, kind{"unknown-service", http.StatusNotFound,
			text("خدمة غير معروفة", "Unknown service"),
			text("لا توجد خدمة بهذا الاسم. اختر من قائمة الخدمات.", "There is no such service. Choose one from the list of services.")}},
		{centre.ErrUnknownBranch, kind{"unknown-branch", http.StatusNotFound,
			text("فرع غير معروف", "Unknown branch"),
			text("لا يوجد فرع بهذا الاسم. اختر من قائمة الفروع.", "There is no such branch. Choose one from the list of branches.")}},
		{slots.ErrUnknownChannel, kind{"unknown-channel", http.StatusUnprocessableEntity,
			text("قناة غير معروفة", "Unknown channel"),
			text("احجز عبر القناة العامة public.", "Book over the channel public.")}},
		{centre.ErrNotOffered, kind{"not-offered", http.StatusNotFound,
			text("الخدمة غير متاحة في هذا الفرع", "Not offered at this branch"),
			text("اختر فرعًا من فروع الخدمة.", "Choose one of the branches of the service.")}},
		{slots.ErrExpired, kind{"hold-expired", http.StatusGone,
			text("انتهت مدة الحجز المؤقت", "The hold has expired"),
			text("لم يعد الموعد محفوظًا لك. اختر موعدًا من جديد.", "The place is no longer kept for you. Choose a time again.")}},
		{slots.ErrReleased, kind{"hold-released", http.StatusGone,
			text("أُلغي الحجز المؤقت", "The hold was released"),
			text("لم يعد الموعد محفوظًا لك. اختر موعدًا من جديد.", "The place is no longer kept for you. Choose a time again.")}},
		{slots.ErrHoldUsed, kind{"hold-used", http.StatusConflict,
			text("الحجز المؤقت مستخدم", "The hold is used"),
			text("تم تأكيد هذا الحجز من قبل. لإلغاء الزيارة أو نقلها استخدم رقمها المرجعي.", "This hold was booked before. Use the visit's reference to cancel or move it.")}},
		{slots.ErrHoldBound, kind{"hold-bound", http.StatusForbidden,
			text("الحجز المؤقت مرتبط برقم جوال آخر", "The hold is bound to another mobile"),
			text("أكّد الحجز بإثبات رقم الجوال الذي حُجز به مؤقتًا، أو اختر موعدًا من جديد.", "Book it with the proof of the mobile that it was held with, or choose a time again.")}},
		{slots.ErrNotBooked, kind{"not-booked", http.StatusConflict,
			text("الموعد غير قائم", "Not booked any more"),
			text("أُلغيت هذه الزيارة أو انتهت أو لم تتم الموافقة عليها. احجز موعدًا جديدًا.", "This visit was cancelled, is over, or was not approved. Book a new one.")}},
		{slots.ErrArrived, kind{"in-the-hall", http.StatusConflict,
			text("الزائر في القاعة", "The visitor is in the hall"),
			text("سُجّل حضور الزائر، فلا يُنقل الموعد ولا يُلغى الآن. راجع الاستقبال في الفرع.", "The visitor is checked in, so the visit is not moved or cancelled now. Speak to reception at the branch.")}},
		{slots.ErrStarted, kind{"visit-started", http.StatusConflict,
			text("بدأ وقت الزيارة", "The visit has begun"),
			text("لم يعد النقل والإلغاء ممكنين بعد بداية الموعد. إن تأخر الزائر فليراجع الاستقبال، أو احجز له موعدًا جديدًا.",
				"Once its time has come a visit is neither moved nor cancelled. Who is late goes to reception, or is booked anew.")}},
		{slots.ErrRequested, kind{"not-approved-yet", http.StatusConflict,
			text("الموعد قيد الموافقة", "Not approved yet"),
			text("انتظر رد الإدارة حتى answer_by، أو ألغِ الطلب واحجز وقتًا آخر.", "Wait for the department's answer until answer_by, or cancel the request and book another time.")}},
		{slots.ErrNoProposal, kind{"no-proposal", http.StatusConflict,
			text("لا يوجد موعد مقترح", "No proposed time"),
			text("لا يوجد موعد مقترح ينتظر ردك. اعرض الموعد لمعرفة حالته.", "No proposed time waits for your answer. Look at the appointment to see where it stands.")}},
		{slots.ErrNotRequested, kind{"not-requested", http.StatusConflict,
			text("لا يوجد طلب ينتظر الرد", "No request to answer"),
			text("تم الرد على الطلب أو إلغاؤه أو انتهت مهلة الرد عليه. اعرض الموعد لمعرفة حالته.", "The request was answered or cancelled, or the time to answer is over. Look at the appointment to see where it stands.")}},
		{slots.ErrSameStart, kind{"same-start", http.StatusUnprocessableEntity,
			text("هذا هو الوقت المطلوب", "The start that was asked for"),
			text("اقترح وقتًا آخر، أو وافق على الطلب.", "Propose another start, or approve the request.")}},
		{slots.ErrUnaudited, kind{"reason-needed", http.StatusUnprocessableEntity,
			text("السبب مطلوب", "A reason is needed"),
			text("اذكر من اتخذ القرار وسببه.", "Say who decides, and why.")}},
		{slots.ErrPersonBusy, kind{"person-busy", http.StatusConflict,
			text("لديك زيارة أخرى في الوقت نفسه", "Another visit at the same time"),
			text("اختر وقتًا آخر، أو ألغِ الزيارة الأخرى أولًا.", "Choose another time, or cancel the other visit first.")}},
		{slots.ErrPersonLimit, kind{"person-limit", http.StatusConflict,
			text("لديك موعد قائم لهذه الخدمة", "You have a visit for this service already"),
			text("بلغت العدد المسموح من المواعيد القادمة لهذه الخدمة. انقل موعدك القائم أو ألغه.", "You have as many upcoming visits to this service as allowed. Move or cancel the one you have.")}},
		{slots.ErrTaken, kind{"slot-taken", http.StatusConflict,
			text("سبقك أحد إلى هذا الموعد", "The place is taken"),
			text("اختر من أقرب المواعيد المتاحة في alternatives.", "Choose one of the nearest free times in alternatives.")}},
		{once.ErrKeyReused, kindKeyReused},
		{slots.ErrRange, kind{"range", http.StatusUnprocessableEntity,
			text("مدى التواريخ غير صالح", "Range of dates"),
			text("يجب ألا يسبق تاريخ النهاية تاريخ البداية، وألا تزيد المدة على 62 يومًا.", "The end can't be before the start, and the range has at most 62 days.")}},
		{slots.ErrReference, kindNotFound},
		{slots.ErrIdentity, kindInvalid},
		{verify.ErrExpired, kind{"code-expired", http.StatusGone,
			text("انتهت صلاحية الرمز", "The code has expired"),
			text("اطلب رمزًا جديدًا.", "Ask for a new code.")}},
		{verify.ErrTries, kind{"code-tries", http.StatusTooManyRequests,
			text("استُنفدت محاولات الرمز", "No tries left"),
			text("اطلب رمزًا جديدًا.", "Ask for a new code.")}},
		{verify.ErrOver, kindUnavailable},
		{errWrongToken, kind{"wrong-token", http.StatusForbidden,
			text("الرمز لا يخص هذا الحجز", "The token does not belong to the hold"),
			text("أرسل الرمز الذي استلمته مع الحجز المؤقت.", "Send the token that came with the hold.")}},
		{errNoHoldToken, kind{"hold-token-needed", http.StatusUnauthorized,
			text("رمز الحجز المؤقت مطلوب", "The token of the hold is needed"),
			text("أرسل الرمز الذي استلمته مع الحجز المؤقت في ترويسة Hold-Token.", "Send the token that came with the hold in the header Hold-Token.")}},
		{errChannel, kind{"channel-not-allowed", http.StatusForbidden,
			text("القناة مخصصة للموظفين", "The channel is for staff"),
			text("احجز عبر القناة العامة public.", "Book over the channel public.")}},
		{errNotYourChannel, kind{"channel-not-yours", http.StatusForbidden,
			text("لا يمكنك الحجز عبر هذه القناة", "Not a channel for you to book over"),
			text("احجز عبر القناة agent. القناة protected لمنسق الإدارة، ومن يراجع بلا موعد يستقبله الاستقبال في يومه، وpublic للزوار.",
				"Book over agent. The channel protected is for the department's coordinator, who comes unbooked is received at the desk that day, and public is for visitors.")}},
		{errVisitorsHold, kind{"hold-of-visitor", http.StatusConflict,
			text("الحجز المؤقت للزائر نفسه", "The hold is the visitor's own"),
			text("احجز الموعد مؤقتًا بنفسك عبر القناة agent ثم أكّده، أو دع الزائر يؤكد حجزه.", "Hold the place yourself over agent and book that, or let the visitor book theirs.")}},
		{errProof, kind{"proof-invalid", http.StatusForbidden,
			text("إثبات رقم الجوال غير صالح", "The proof of the mobile number is not valid"),
			text("تحقق من رقم جوالك برمز جديد.", "Prove your mobile number with a new code.")}},
		{errProofExpired, kind{"proof-expired", http.StatusForbidden,
			text("انتهت صلاحية إثبات رقم الجوال", "The proof of the mobile number has expired"),
			text("تحقق من رقم جوالك برمز جديد.", "Prove your mobile number with a new code.")}},
		{slots.ErrAlreadyWaiting, kind{"already-waiting", http.StatusConflict,
			text("أنت في قائمة انتظار هذه الخدمة", "You wait for this service already"),
			text("استخدم طلب الانتظار القائم، أو ألغه ثم سجّل من جديد.", "Use the entry that you have, or leave the waitlist and join again.")}},
		{slots.ErrNotWaiting, kind{"not-waiting", http.StatusConflict,
			text("انتهى طلب الانتظار", "The entry of the waitlist is over"),
			text("احجز موعدًا من المواعيد المتاحة، أو سجّل في قائمة الانتظار من جديد.", "Book one of the free times, or join the waitlist again.")}},
		{slots.ErrNoOffer, kind{"no-offer", http.StatusConflict,
			text("لا يوجد عرض حاليًا", "There is no offer"),
			text("ستصلك رسالة حين يتاح موعد يناسبك.", "You get a message when a place that suits you is free.")}},
		{slots.ErrOfferOver, kind{"offer-over", http.StatusGone,
			text("انتهى العرض", "The offer has ended"),
			text("لم يعد الموعد محفوظًا لك. دورك باقٍ ما دام طلب الانتظار قائمًا.", "The place is no longer kept for you. You keep your turn as long as the entry stands.")}},
		{errNoEntryToken, kind{"waitlist-token-needed", http.StatusUnauthorized,
			text("رمز الانتظار مطلوب", "The token of the entry is needed"),
			text("أرسل token الذي استلمته عند التسجيل في ترويسة Authorization: Bearer.", "Send the token that came with joining in the header Authorization: Bearer.")}},
		{feeds.ErrRevoked, kind{"feed-revoked", http.StatusGone,
			text("أُلغي التقويم", "The feed was revoked"),
			text("أزل الاشتراك من برنامج التقويم، واطلب رابطًا جديدًا من منسق الإدارة.", "Remove the subscription from the calendar program, and ask the coordinator of the department for a new address.")}},
		{errUnknownScope, kind{"unknown-feed-scope", http.StatusNotFound,
			text("إدارة أو مجموعة مكاتب غير معروفة", "Unknown department or desk group"),
			text("لا توجد إدارة أو مجموعة مكاتب بهذا الاسم. استخدم اسمها المختصر كما في قوائم المركز.", "There is no such department or desk group. Use its slug, as in the lists of the centre.")}},
		{feeds.ErrMany, kind{"too-many-feeds", http.StatusConflict,
			text("بلغت الإدارة الحد الأقصى من التقاويم", "The department has as many feeds as it may have"),
			text("ألغِ تقويمًا لم يعد مستخدمًا، ثم أعد المحاولة.", "Revoke a feed that is not used any more, then try again.")}},
		{webhook.ErrURL, kind{"webhook-url", http.StatusUnprocessableEntity,
			text("عنوان غير صالح", "Not an address for a webhook"),
			text("اكتب عنوانًا يبدأ بـ https:// من دون اسم مستخدم أو كلمة مرور، وبحد أقصى 500 حرف.", "Write an address that begins with https://, without a user or password, of at most 500 characters.")}},
		{webhook.ErrAddress, kind{"webhook-address", http.StatusUnprocessableEntity,
			text("عنوان غير مسموح", "An address that webhooks must not reach"),
			text("استخدم عنوانًا عامًا على الإنترنت، أو اطلب من مشغّل النظام السماح بشبكتك في ZIYARA_WEBHOOK_ALLOW.", "Use a public address, or have the operator allow its network in ZIYARA_WEBHOOK_ALLOW.")}},
		{webhook.ErrDisabled, kind{"webhook-disabled", http.StatusConflict,
			text("الإشعار الآلي معطّل", "The webhook is disabled"),
			text("أصلح النظام المستقبِل، ثم فعّل الإشعار الآلي عبر enable.", "Repair its receiver, then enable the webhook.")}},
		{webhook.ErrPending, kind{"delivery-pending", http.StatusConflict,
			text("الإشعار ما زال قيد الإرسال", "The delivery is not finished"),
			text("انتظر حتى تنتهي محاولات إرساله، ثم أعد الإرسال إن لزم.", "Wait until it is delivered or given up, then send it again if need be.")}},
		{webhook.ErrMany, kind{"too-many-webhooks", http.StatusConflict,
			text("بلغ المركز الحد الأقصى من الإشعارات الآلية", "There are as many webhooks as there may be"),
			text("احذف إشعارًا آليًا لم يعد مستخدمًا، ثم أعد المحاولة.", "Remove a webhook that is not used any more, then try again.")}},
		{reports.ErrGrouping, kindInvalid},
		{reports.ErrRange, kind{"report-range", http.StatusUnprocessableEntity,
			text("مدى التقرير غير صالح", "Range of the report"),
			text("يجب ألا يسبق تاريخ النهاية تاريخ البداية، وألا تزيد المدة على 366 يومًا.", "The end can't be before the start, and the range has at most 366 days.")}},
		{reports.ErrRows, kind{"report-too-large", http.StatusUnprocessableEntity,
			text("التقرير كبير جدًا", "The report is too large"),
			text("اختر مدة أقصر، أو تجميعًا أقل، أو إدارة أو فرعًا أو خدمة بعينها.", "Choose fewer dates, a coarser grouping, or one department, branch or service.")}},
		{reports.ErrAhead, kind{"forecast-reach", http.StatusUnprocessableEntity,
			text("التوقع لا يصل إلى هذا التاريخ", "Further ahead than the forecast reaches"),
			text("يصل التوقع إلى 27 يومًا بعد اليوم. اختر تاريخ نهاية أقرب.", "A forecast reaches 27 days beyond today. Choose an earlier end.")}},
		{access.ErrSignIn, kind{"sign-in-needed", http.StatusUnauthorized,
			text("يلزم تسجيل الدخول", "Sign-in is needed"),
			text("سجّل الدخول من جديد ثم أعد المحاولة.", "Sign in again, then repeat the request.")}},
		{access.ErrUnavailable, kind{"sign-in-unavailable", http.StatusServiceUnavailable,
			text("تسجيل الدخول متوقف مؤقتًا", "Sign-in is not available at the moment"),
			text("تعذر الوصول إلى نظام الهوية. أعد المحاولة بعد ثوانٍ؛ خدمات الزوار تعمل كالمعتاد.", "The identity provider can't be reached. Try again in a few seconds; what visitors do works as usual.")}},
		{access.ErrNoRole, kind{"no-role", http.StatusForbidden,
			text("لا يوجد لك دور في المركز", "You have no role at the centre"),
			text("تعرّفنا عليك، لكن لم يُسند إليك دور بعد. اطلب من مدير النظام منحك الدور ثم سجّل الدخول من جديد.",
				"We know who you are, but nobody has given you a role yet. Ask an administrator for one, then sign in again.")}},
		{access.ErrForeign, kind{"foreign-request", http.StatusForbidden,
			text("الطلب من موقع آخر", "The request comes from another site"),
			text("لم يتغير شيء. استخدم صفحات هذا الموقع، أو أرسل رمز الدخول في ترويسة Authorization: Bearer.",
				"Nothing was changed. Use the pages of this site, or send a token in the header Authorization: Bearer.")}},
		{access.ErrForbidden, kind{"forbidden", http.StatusForbidden,
			text("لا تملك صلاحية ذلك", "You may not do this"),
			text("هذه العملية لدور آخر أو لإدارة أو فرع آخر. اطلبها من منسق الإدارة، أو من مدير النظام ليمنحك الصلاحية.",
				"This is for another role, department or branch. Ask the coordinator of the department, or an administrator for the role.")}},
		{gateways.ErrUnknown, kind{"unknown-gateway", http.StatusNotFound,
			text("بوابة غير معروفة", "Unknown gateway"),
			text("لا ترسل بوابة بهذا الاسم إيصالات إلى هنا. راجع الاسم في ملف البوابات.", "No gateway of this name brings receipts here. Check the name in the gateway file.")}},
		{httpsms.ErrForged, kind{"receipt-not-proved", http.StatusUnauthorized,
			text("الإيصال بلا إثبات لمصدره", "The receipt does not prove its origin"),
			text("أرسل السر المتفق عليه في الموضع المذكور في ملف البوابات.", "Send the secret that was agreed on, where the gateway file says.")}},
		{httpsms.ErrReceipt, kind{"receipt-not-readable", http.StatusUnprocessableEntity,
			text("إيصال غير مفهوم", "The receipt can't be read"),
			text("لا يطابق الإيصال ما يذكره ملف المزود. راجع الحقول id و state فيه.", "The receipt is not as the provider's file says. Check id and state in it.")}},
		{errNoToken, kind{"token-needed", http.StatusUnauthorized,
			text("رمز الموعد مطلوب", "A token is needed"),
			text("أرسل manage_token الذي استلمته عند الحجز في ترويسة Authorization: Bearer.", "Send the manage_token that came with the booking in the header Authorization: Bearer.")}},
	}...)
}

// Kinds that several errors share.
//
//nolint:gochecknoglobals // constants in all but name
var (
	kindNotFound = kind{"not-found", http.StatusNotFound,
		text("غير موجود", "Not found"),
		text("لم نجد ما طلبته. تأكد من الرقم ومن الرمز.", "There is no such thing. Check the number and the token.")}
	kindUnavailable = kind{"unavailable", http.StatusServiceUnavailable,
		text("الخدمة متوقفة مؤقتًا", "Not available at the moment"),
		text("لم يُسجَّل شيء بعد. أعد المحاولة بعد ثوانٍ بالمفتاح Idempotency-Key نفسه.", "Try again in a few seconds, with the same Idempotency-Key.")}
	kindKeyReused = kind{"key-reused", http.StatusUnprocessableEntity,
		text("المفتاح مستخدم لطلب آخر", "The key belongs to another request"),
		text("أرسل كل طلب جديد بمفتاح Idempotency-Key جديد.", "Send each new request with a new Idempotency-Key.")}
	kindInvalid = kind{"invalid", http.StatusUnprocessableEntity,
		text("بيانات تحتاج إلى تصحيح", "Something needs correcting"),
		text("صحّح الحقول المذكورة في errors ثم أعد الإرسال.", "Correct what errors lists and send it again.")}
	kindWrongCode = kind{"wrong-code", http.StatusUnprocessableEntity,
		text("الرمز غير صحيح", "The code is wrong"),
		text("تأكد من الأرقام الستة في الرسالة وأعد المحاولة.", "Check the six digits in the message and try again.")}
	kindTooMany = kind{"too-many-requests", http.StatusTooManyRequests,
		text("طلبات كثيرة", "Too many requests"),
		text("انتظر المدة المذكورة في retry_after ثم أعد المحاولة.", "Wait as long as retry_after says and try again.")}
	kindTooManyHolds = kind{"too-many-holds", http.StatusTooManyRequests,
		text("حجوزات مؤقتة كثيرة", "Too many holds"),
		text("أكّد أحد حجوزاتك المؤقتة أو ألغه، أو انتظر المدة المذكورة في retry_after.", "Book or release one of the holds, or wait as long as retry_after says.")}
	kindPause = kind{"rebooking-pause", http.StatusTooManyRequests,
		text("أُلغيت مواعيد كثيرة أو نُقلت", "Visits were cancelled or moved too often"),
		text("ألغيت مواعيد هذه الخدمة أو نقلتها مرات كثيرة. يمكنك الحجز من جديد ابتداءً من الوقت المذكور في possible_from، أو اتصل بالرقم 19990.",
			"You cancelled or moved visits for this service too often. You can book again from the time in possible_from, or call 19990.")}
	kindMalformed = kind{"malformed", http.StatusBadRequest,
		text("طلب غير مفهوم", "The request can't be read"),
		text("أرسل JSON سليمًا بترميز UTF-8.", "Send valid JSON in UTF-8.")}
	kindNoRoute = kind{"no-such-address", http.StatusNotFound,
		text("لا يوجد شيء في هذا العنوان", "Nothing at this address"),
		text("تجد العناوين المتاحة في /docs.", "See /docs for the addresses that exist.")}
	kindMethod = kind{"method", http.StatusMethodNotAllowed,
		text("الطريقة غير مسموحة هنا", "The method is not allowed here"),
		text("استخدم إحدى الطرق المذكورة في ترويسة Allow.", "Use one of the methods in the header Allow.")}
	kindTooLarge = kind{"too-large", http.StatusRequestEntityTooLarge,
		text("الطلب كبير جدًا", "The request is too large"),
		text("الحد الأقصى 64 كيبيبايت.", "At most 64 KiB are accepted.")}
	kindHeaders = kind{"header-too-large", http.StatusRequestHeaderFieldsTooLarge,
		text("ترويسات الطلب كبيرة جدًا", "The headers of the request are too large"),
		text("الحد الأقصى 8 كيبيبايت لجميع الترويسات. أرسل رمزًا أقصر أو ملفات ارتباط أقل.", "At most 8 KiB are accepted for all of them. Send a shorter token or fewer cookies.")}
	kindMediaType = kind{"media-type", http.StatusUnsupportedMediaType,
		text("نوع المحتوى غير مدعوم", "The media type is not supported"),
		text("أرسل application/json.", "Send application/json.")}
	kindInternal = kind{"internal", http.StatusInternalServerError,
		text("خطأ في النظام", "A fault of the system"),
		text("نعتذر. سُجّل الخطأ؛ اذكر request_id عند التواصل مع 19990.", "We are sorry. The fault is recorded; quote request_id when you call 19990.")}
)

// rules are the rules of the domain in words, with what to do.
func rules() []slots.Rule {
	return []slots.Rule{
		slots.RuleNotice, slots.RuleHorizon, slots.RuleClosed, slots.RuleOffGrid,
		slots.RulePartyLimit, slots.RuleCancelCutoff, slots.RuleMoveCutoff,
	}
}

// ruleKind returns the kind of problem of a broken rule.
func ruleKind(r slots.Rule) kind {
	k := kind{name: "rule-" + ruleName(r), status: http.StatusUnprocessableEntity}
	switch r {
	case slots.RuleNotice:
		k.title = text("الموعد قريب جدًا", "Too soon")
		k.detail = text("تحتاج الخدمة إلى مهلة أطول قبل الزيارة. اختر موعدًا لاحقًا.", "The service needs more notice. Choose a later time.")
	case slots.RuleHorizon:
		k.title = text("الموعد بعيد جدًا", "Too far ahead")
		k.detail = text("لم يُفتح الحجز لهذا الموعد بعد. اختر موعدًا أقرب، أو عد في الوقت المذكور في possible_from.", "This time can't be booked yet. Choose an earlier one, or come back at the time in possible_from.")
	case slots.RuleClosed:
		k.title = text("مغلق في هذا الوقت", "Closed at that time")
		k.detail = text("المكتب مغلق خلال جزء من هذا الوقت على الأقل. اختر من المواعيد المتاحة.", "The desk is closed for at least a part of that time. Choose one of the listed times.")
	case slots.RuleOffGrid:
		k.title = text("ليس من أوقات المواعيد", "Not one of the times")
		k.detail = text("تبدأ الزيارات في أوقات محددة. اختر من المواعيد المتاحة.", "Visits start at fixed times. Choose one of the listed times.")
	case slots.RulePartyLimit:
		k.title = text("عدد الزوار أكبر من المسموح", "Too many visitors")
		k.detail = text("قلّل عدد الزوار، أو احجز أكثر من موعد.", "Come with fewer visitors, or book more than one visit.")
	case slots.RuleCancelCutoff:
		k.title = text("فات وقت الإلغاء", "Too late to cancel")
		k.detail = text("انتهت مهلة الإلغاء. اتصل بالرقم 19990.", "The time to cancel is over. Call 19990.")
	case slots.RuleMoveCutoff:
		k.title = text("فات وقت النقل", "Too late to move")
		k.detail = text("انتهت مهلة نقل الموعد. اتصل بالرقم 19990.", "The time to move the visit is over. Call 19990.")
	case slots.RuleTaken:
		k.title = text("لا يوجد مكان", "No place left")
		k.detail = text("اختر موعدًا آخر.", "Choose another time.")
	}
	return k
}

// ruleName is the rule as it stands in a problem type.
func ruleName(r slots.Rule) string {
	name := []byte(r)
	for i, b := range name {
		if b == '_' {
			name[i] = '-'
		}
	}
	return string(name)
}

// countedRule says how many starts of a day a rule refuses.
func countedRule(r slots.Rule, n int) catalog.Text {
	why := map[slots.Rule]catalog.Text{
		slots.RuleTaken:   text("محجوزة", "taken"),
		slots.RuleNotice:  text("أقرب من المهلة المطلوبة", "too soon"),
		slots.RuleHorizon: text("أبعد من فترة الحجز", "too far ahead"),
		slots.RuleClosed:  text("خارج أوقات العمل", "not open long enough"),
	}[r]
	return text(fmt.Sprintf("المواعيد غير المتاحة: %d (%s).", n, why.AR), fmt.Sprintf("Starts not available: %d (%s).", n, why.EN))
}

// faultText says what is wrong with an input and what to write.
func faultText(f slots.Fault) catalog.Text {
	switch f {
	case slots.FaultName:
		return text("اكتب الاسم كاملًا بالحروف.", "Write the full name, in letters.")
	case slots.FaultID:
		return text("رقم الهوية غير صحيح؛ راجع الأرقام العشرة.", "The identity number is not right; check its ten digits.")
	case slots.FaultEmail:
		return text("اكتب بريدًا إلكترونيًا صحيحًا، مثل name@example.com.", "Write an e-mail address such as name@example.com.")
	case slots.FaultWakala:
		return text("رقم الوكالة أرقام فقط.", "The number of the power of attorney has digits only.")
	case slots.FaultExpired:
		return text("الوكالة منتهية في يوم الزيارة.", "The power of attorney ends before the day of the visit.")
	case slots.FaultSelf:
		return text("لا يمكن أن يكون الوكيل هو صاحب الموعد نفسه.", "The representative can't be the visitor.")
	case slots.FaultNeed:
		return unknownNeed()
	case slots.FaultLonger:
		return text("هذا الاحتياج يطيل الزيارة. احجز موعدًا من جديد واذكره عند الحجز المؤقت.",
			"With this need the visit takes longer. Hold a place anew, and declare it there.")
	}
	return text("قيمة غير صالحة.", "The value is not valid.")
}

func unknownNeed() catalog.Text {
	return text("اختر من الاحتياجات المذكورة في needs للخدمة.", "Choose from the needs of the service.")
}
