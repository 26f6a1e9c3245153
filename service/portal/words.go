package portal

import (
	"fmt"
	"strconv"
	"strings"

	"ziyara/catalog"
	"ziyara/notify"
)

// words returns everything that the pages say, by key.
func words() map[string]catalog.Text {
	return map[string]catalog.Text{
		"title":        {AR: "موعدكم", EN: "Your visit"},
		"brand":        {AR: "زيارة", EN: "Ziyara"},
		"language":     {AR: "English", EN: "العربية"}, // the other one, in its own words
		"service":      {AR: "الخدمة", EN: "Service"},
		"where":        {AR: "المكان", EN: "Where"},
		"when":         {AR: "الموعد", EN: "When"},
		"at":           {AR: "الساعة", EN: "at"},
		"reference":    {AR: "رقم الحجز", EN: "Reference"},
		"party":        {AR: "عدد الزوار", EN: "Visitors"},
		"bring":        {AR: "أحضروا معكم", EN: "Please bring"},
		"confirm":      {AR: "نعم، سأحضر", EN: "Yes, I will come"},
		"move":         {AR: "تغيير الموعد", EN: "Change the time"},
		"cancel":       {AR: "إلغاء الموعد", EN: "Cancel the visit"},
		"cancel_title": {AR: "إلغاء الموعد؟", EN: "Cancel this visit?"},
		"cancel_about": {AR: "سيُتاح المكان لغيركم، ولا يمكن التراجع بعد الإلغاء.", EN: "The place goes to somebody else, and this can't be undone."},
		"cancel_yes":   {AR: "نعم، ألغوا الموعد", EN: "Yes, cancel it"},
		"keep":         {AR: "لا، أبقوا الموعد", EN: "No, keep it"},
		"back":         {AR: "رجوع إلى الموعد", EN: "Back to the visit"},
		"days_title":   {AR: "اختاروا اليوم", EN: "Choose a day"},
		"times_title":  {AR: "اختاروا الوقت", EN: "Choose a time"},
		"times_about":  {AR: "بالضغط على الوقت ينتقل موعدكم إليه مباشرة.", EN: "Your visit moves to the time that you press."},
		"now":          {AR: "موعدكم الآن:", EN: "Your visit is now on"},
		"other_days":   {AR: "أيام أخرى", EN: "Other days"},
		"no_days":      {AR: "لا توجد أوقات متاحة في هذه الأيام.", EN: "There is no free time in these days."},
		"later":        {AR: "أيام لاحقة", EN: "Later days"},
		"earlier":      {AR: "أيام سابقة", EN: "Earlier days"},
		"late":         {AR: "فات وقت التغيير أو الإلغاء من هنا.", EN: "It is too late to change or cancel everything from here."},
		"call":         {AR: "للمساعدة اتصلوا على", EN: "For help, call"},

		"state_booked":    {AR: "موعدكم محجوز", EN: "Your visit is booked"},
		"state_confirmed": {AR: "أكدتم حضوركم", EN: "You have said that you will come"},
		"state_displaced": {AR: "نعتذر، المكتب مغلق في موعدكم. اختاروا ما يناسبكم", EN: "Sorry, the desk is closed at your time. Please choose"},
		"state_cancelled": {AR: "أُلغي هذا الموعد", EN: "This visit is cancelled"},
		"state_here":      {AR: "سُجّل حضوركم في القاعة", EN: "You are in the hall"},
		"state_past":      {AR: "مضى وقت هذا الموعد", EN: "The time of this visit has passed"},
		"state_requested": {AR: "طلبكم قيد الموافقة", EN: "Your request waits for approval"},
		"state_declined":  {AR: "لم تتم الموافقة على طلبكم", EN: "Your request was not approved"},
		"again":           {AR: "يمكنكم حجز موعد جديد في أي وقت.", EN: "You can book a new visit at any time."},

		"proposed":       {AR: "موعد مقترح بدلا منه", EN: "Proposed instead"},
		"accept":         {AR: "أقبل الموعد المقترح", EN: "Accept the proposed time"},
		"refuse":         {AR: "لا يناسبني", EN: "It does not suit me"},
		"reason":         {AR: "السبب", EN: "Reason"},
		"done_accepted":  {AR: "تم حجز الموعد المقترح. ننتظركم فيه.", EN: "The proposed time is booked. We expect you then."},
		"done_refused":   {AR: "أبلغنا الإدارة. يبقى طلبكم كما كان.", EN: "The department knows. Your request stays as it was."},
		"done_confirmed": {AR: "شكرا لكم، ننتظركم في الموعد.", EN: "Thank you, we expect you at that time."},
		"done_moved":     {AR: "تم تغيير موعدكم.", EN: "Your visit has moved."},
		"done_cancelled": {AR: "تم إلغاء موعدكم. شكرا لإخبارنا.", EN: "Your visit is cancelled. Thank you for telling us."},
		"changed":        {AR: "تغير الموعد قبل قليل. هذا ما عليه الآن.", EN: "The visit changed a moment ago. This is how it stands."},
		"too_late":       {AR: "فات وقت ذلك، وبقي الموعد كما هو.", EN: "It is too late for that. The visit stays as it is."},
		"taken":          {AR: "لم يعد هذا الوقت متاحا، وبقي موعدكم كما هو. اختاروا وقتا آخر.", EN: "That time is taken. Your visit stays as it is; please choose another time."},
		"busy":           {AR: "لديكم موعد آخر في ذلك الوقت.", EN: "You have another visit at that time."},
		"no_more":        {AR: "لا يمكن ذلك من هنا.", EN: "That can't be done from here."},

		"survey_title":      {AR: "كيف كانت زيارتكم؟", EN: "How was your visit?"},
		"survey_satisfied":  {AR: "ما مدى رضاكم عن الخدمة؟", EN: "How satisfied are you with the service?"},
		"rated_5":           {AR: "راض جدا", EN: "Very satisfied"},
		"rated_4":           {AR: "راض", EN: "Satisfied"},
		"rated_3":           {AR: "محايد", EN: "Neither"},
		"rated_2":           {AR: "غير راض", EN: "Dissatisfied"},
		"rated_1":           {AR: "غير راض أبدا", EN: "Very dissatisfied"},
		"survey_resolved":   {AR: "هل أُنجزت معاملتكم؟", EN: "Was your matter settled?"},
		"survey_yes":        {AR: "نعم", EN: "Yes"},
		"survey_no":         {AR: "لا", EN: "No"},
		"survey_comment":    {AR: "ما الذي نحسّنه؟ (اختياري، دون بيانات شخصية)", EN: "What can we do better? (optional, without personal data)"},
		"survey_send":       {AR: "إرسال", EN: "Send"},
		"survey_change":     {AR: "تعديل الرد", EN: "Change the answer"},
		"survey_choose":     {AR: "اختاروا أولا مدى رضاكم.", EN: "Please choose first how satisfied you are."},
		"survey_shorter":    {AR: "التعليق طويل. اكتبوه في 1000 حرف أو أقل.", EN: "The comment is too long. Please write at most 1000 characters."},
		"done_answered":     {AR: "شكرا لكم، وصل ردكم. يمكنكم تعديله ما دام الرابط صالحا.", EN: "Thank you, we have your answer. You can change it as long as this link is good."},
		"survey_over":       {AR: "انتهت مدة الاستبيان", EN: "The survey has ended"},
		"survey_over_about": {AR: "كان متاحا سبعة أيام بعد الزيارة.", EN: "It was open for seven days after the visit."},
		"not_visited":       {AR: "لم تتم هذه الزيارة", EN: "This visit did not take place"},
		"not_visited_about": {AR: "الاستبيان للزيارات التي تمت.", EN: "The survey is about visits that took place."},

		"offer_title":        {AR: "موعد متاح لكم", EN: "A place is free for you"},
		"offer_until":        {AR: "محفوظ لكم حتى", EN: "It is kept for you until"},
		"offer_accept":       {AR: "أقبل الموعد", EN: "Accept the place"},
		"offer_decline":      {AR: "لا يناسبني", EN: "It does not suit me"},
		"offer_changed":      {AR: "تغير العرض قبل قليل. هذا هو الآن.", EN: "The offer changed a moment ago. This is what it is now."},
		"offer_over":         {AR: "لا يوجد عرض الآن", EN: "There is no offer now"},
		"offer_over_about":   {AR: "انتهى العرض أو رُفض. دوركم باق ما دام طلب الانتظار قائما، ونخبركم حين يتاح موعد آخر.", EN: "It has ended, or was declined. You keep your turn as long as you wait, and we tell you when another place is free."},
		"offer_booked":       {AR: "حجزتم موعدكم", EN: "You have booked your visit"},
		"offer_booked_about": {AR: "تجدون تفاصيله ورابطه في رسالة التأكيد.", EN: "The details and its link are in the confirmation that you got."},

		"unknown":            {AR: "هذا الرابط غير صحيح", EN: "This link is not right"},
		"unknown_about":      {AR: "قد يكون ناقصا. افتحوه من الرسالة كما وصلتكم.", EN: "It may be cut off. Open it from the message as it arrived."},
		"expired":            {AR: "انتهت صلاحية هذا الرابط", EN: "This link has ended"},
		"expired_about":      {AR: "كان يصلح حتى وقت الموعد. يمكنكم حجز موعد جديد في أي وقت.", EN: "It was good until the time of the visit. You can book a new visit at any time."},
		"unavailable":        {AR: "تعذر عرض الموعد الآن", EN: "The visit can't be shown right now"},
		"unavailable_about":  {AR: "لم يتغير شيء. نرجو المحاولة بعد دقيقة.", EN: "Nothing has changed. Please try again in a minute."},
		"too_many":           {AR: "محاولات كثيرة", EN: "Too many attempts"},
		"too_many_about":     {AR: "نرجو المحاولة بعد دقيقة.", EN: "Please try again in a minute."},
		"wrong_host":         {AR: "هذا العنوان غير صحيح", EN: "This is not the right address"},
		"wrong_host_about":   {AR: "افتحوا الرابط من الرسالة كما وصلتكم.", EN: "Open the link from the message as it arrived."},
		"foreign_form":       {AR: "لم يُنفذ الطلب", EN: "Nothing was done"},
		"foreign_form_about": {AR: "جاء الطلب من صفحة أخرى. افتحوا الرابط من الرسالة.", EN: "The request came from another page. Open the link from the message."},
	}
}

// plurals returns the words that a number changes, by form.
func plurals() map[string]map[string]map[notify.Form]string {
	return map[string]map[string]map[notify.Form]string{
		"free": {
			"ar": {
				notify.Zero: "لا وقت متاح", notify.One: "وقت واحد متاح", notify.Two: "وقتان متاحان",
				notify.Few: "# أوقات متاحة", notify.Many: "# وقتا متاحا", notify.Other: "# وقت متاح",
			},
			"en": {notify.One: "# free time", notify.Other: "# free times"},
		},
	}
}

// plural returns a word in the form that the language has for n.
func plural(key, lang string, n int) (string, error) {
	text, ok := plurals()[key][lang][notify.FormOf(lang, n)]
	if !ok {
		return "", fmt.Errorf("portal: no word %q for %d in %s", key, n, lang)
	}
	return strings.ReplaceAll(text, "#", strconv.Itoa(n)), nil
}

// weekdays are the days of the week in Arabic, from Sunday.
func weekdays() [7]string {
	return [7]string{"الأحد", "الاثنين", "الثلاثاء", "الأربعاء", "الخميس", "الجمعة", "السبت"}
}

// months are the Gregorian months in Arabic.
func months() [12]string {
	return [12]string{"يناير", "فبراير", "مارس", "أبريل", "مايو", "يونيو", "يوليو", "أغسطس", "سبتمبر", "أكتوبر", "نوفمبر", "ديسمبر"}
}
