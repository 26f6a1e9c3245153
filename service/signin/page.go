package signin

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"errors"
	"html/template"
	"net/http"
	"net/url"
	"strings"

	"github.com/gofiber/fiber/v2"

	"ziyara/access"
	"ziyara/catalog"
)

//go:embed pages/*.html
var pageFiles embed.FS

//go:embed pages/style.css
var style string

func parse() (*template.Template, error) {
	return template.New("signin").Funcs(template.FuncMap{
		"style": func() template.CSS { return template.CSS(style) }, //nolint:gosec // a file of this package
	}).ParseFS(pageFiles, "pages/*.html")
}

// Mount adds the pages to the app; none without an address for them. limit
// bounds how often one address may act.
func (s *SignIn) Mount(app fiber.Router, limit fiber.Handler) {
	if s.origin == nil {
		return
	}
	for path, show := range map[string]fiber.Handler{
		pathHome: s.home, pathSignIn: s.signIn, pathCallback: s.callback, pathSignOut: s.askSignOut, pathSignedOut: s.signedOut,
	} {
		app.Get(path, s.guard, limit, show)
	}
	app.Post(pathSignOut, s.guard, limit, s.signOut)
}

// guard sets the headers of every page, keeps to one host, and turns errors
// into pages.
func (s *SignIn) guard(c *fiber.Ctx) error {
	for name, value := range map[string]string{
		fiber.HeaderContentSecurityPolicy: s.policy(),
		fiber.HeaderReferrerPolicy:        "same-origin", // with none, forms would not say where they come from
		"X-Robots-Tag":                    "noindex, nofollow, noarchive",
		fiber.HeaderCacheControl:          "no-store",
		fiber.HeaderXFrameOptions:         "DENY",
	} {
		c.Set(name, value)
	}
	if !strings.EqualFold(c.Hostname(), s.origin.Host) {
		// A cookie that is set under one name is not sent under another.
		if c.Method() == http.MethodGet && loopback(s.origin.Hostname()) {
			return c.Redirect(s.origin.String()+c.OriginalURL(), http.StatusSeeOther)
		}
		return s.state(c, http.StatusMisdirectedRequest, "wrong_host")
	}
	err := c.Next()
	if err == nil {
		return nil
	}
	status, key := pageOf(err)
	switch {
	case key != "":
	case c.GetRespHeader(fiber.HeaderRetryAfter) != "": // by the limit
		status, key = http.StatusTooManyRequests, "too_many"
	default:
		return err
	}
	if status == http.StatusServiceUnavailable {
		c.Set(fiber.HeaderRetryAfter, "10")
	}
	s.Log.InfoContext(c.UserContext(), "sign-in page", "outcome", key, "error", err)
	return s.state(c, status, key)
}

// pageOf returns the status and the words for an error; "" for one that is
// none of these pages'.
func pageOf(err error) (status int, key string) {
	switch {
	case errors.Is(err, access.ErrUnavailable):
		return http.StatusServiceUnavailable, "unavailable"
	case errors.Is(err, access.ErrForeign):
		return http.StatusForbidden, "foreign"
	case errors.Is(err, errAttempt):
		return http.StatusBadRequest, "attempt"
	case errors.Is(err, errDenied), errors.Is(err, access.ErrSignIn):
		return http.StatusForbidden, "denied"
	case errors.Is(err, errNoRole):
		return http.StatusForbidden, "no_role"
	case errors.Is(err, errTooMuch):
		return http.StatusForbidden, "too_much"
	}
	return 0, ""
}

// policy allows the one style, and a form that may end up at the provider.
func (s *SignIn) policy() string {
	sum := sha256.Sum256([]byte(style))
	target := "'self'"
	if k := s.provider.usable(); k != nil {
		if u, err := url.Parse(k.endSession); err == nil && u.Host != "" {
			target += " " + u.Scheme + "://" + u.Host
		}
	}
	return "default-src 'none'; style-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) +
		"'; form-action " + target + "; base-uri 'none'; frame-ancestors 'none'"
}

// page is what the templates may mention.
type page struct {
	Lang, Dir, Other string
	Here             string // path of the page, for the other language
	State            string // key of the words for what happened
	Retry            bool   // signing in again could help
	Staff            access.Staff
	Roles            []string
	Where            string // departments and branches
}

// T returns a word of the page in its language.
func (p page) T(key string) string { return words()[key].In(p.Lang) }

func langOf(c *fiber.Ctx) string {
	if c.Query("lang", c.FormValue("lang")) == "en" {
		return "en"
	}
	return "ar"
}

func frame(c *fiber.Ctx) page {
	p := page{Lang: langOf(c), Dir: "rtl", Other: "en", Here: pathHome}
	if p.Lang == "en" {
		p.Dir, p.Other = "ltr", "ar"
	}
	if path := c.Path(); c.Method() == http.MethodGet && path != pathCallback && path != pathSignIn {
		p.Here = path
	}
	return p
}

// home says who is signed in, or sends who is not to the provider.
func (s *SignIn) home(c *fiber.Ctx) error {
	held, err := s.session(c)
	if errors.Is(err, access.ErrSignIn) {
		return c.Redirect(pathSignIn, http.StatusSeeOther)
	}
	p := frame(c)
	p.Staff = held.Staff
	for _, r := range held.Staff.Roles {
		p.Roles = append(p.Roles, p.T(string(r)))
	}
	if s.Where != nil {
		p.Where = s.Where(held.Staff).In(p.Lang)
	}
	return s.write(c, http.StatusOK, "home", p)
}

// askSignOut asks before it signs out: a GET changes nothing.
func (s *SignIn) askSignOut(c *fiber.Ctx) error {
	return s.write(c, http.StatusOK, "sign-out", frame(c))
}

func (s *SignIn) signedOut(c *fiber.Ctx) error { return s.state(c, http.StatusOK, "signed_out") }

// state writes a page that says what happened.
func (s *SignIn) state(c *fiber.Ctx, status int, key string) error {
	p := frame(c)
	p.State, p.Retry = key, key != "wrong_host" && key != "foreign"
	return s.write(c, status, "state", p)
}

func (s *SignIn) write(c *fiber.Ctx, status int, name string, data page) error {
	var out bytes.Buffer
	if err := s.pages.ExecuteTemplate(&out, name, data); err != nil {
		return err
	}
	c.Set(fiber.HeaderContentType, fiber.MIMETextHTMLCharsetUTF8)
	c.Set(fiber.HeaderContentLanguage, data.Lang)
	return c.Status(status).Send(out.Bytes())
}

// words are everything that the pages say, by key.
func words() map[string]catalog.Text {
	return map[string]catalog.Text{
		"title":    {AR: "بوابة الموظفين", EN: "Staff"},
		"brand":    {AR: "زيارة", EN: "Ziyara"},
		"language": {AR: "English", EN: "العربية"}, // the other one, in its own words
		"hello":    {AR: "أهلًا،", EN: "Welcome,"},
		"role":     {AR: "الدور", EN: "Role"},
		"where":    {AR: "الإدارات والفروع", EN: "Departments and branches"},
		"contract": {AR: "عمليات الواجهة البرمجية", EN: "Operations of the API"},
		"sign_in":  {AR: "تسجيل الدخول", EN: "Sign in"},
		"sign_out": {AR: "تسجيل الخروج", EN: "Sign out"},
		"ask":      {AR: "تسجيل الخروج من هذا الجهاز؟", EN: "Sign out on this device?"},
		"stay":     {AR: "البقاء", EN: "Stay signed in"},

		string(access.Coordinator):  {AR: "منسق إدارة", EN: "Coordinator"},
		string(access.Receptionist): {AR: "موظف استقبال", EN: "Receptionist"},
		string(access.Agent):        {AR: "موظف مركز الاتصال", EN: "Call-centre agent"},
		string(access.Manager):      {AR: "مدير", EN: "Manager"},
		string(access.Admin):        {AR: "مدير النظام", EN: "Administrator"},

		"signed_out":        {AR: "تم تسجيل الخروج", EN: "You are signed out"},
		"signed_out_about":  {AR: "أغلق المتصفح إن كان الجهاز مشتركًا.", EN: "Close the browser if others use this device."},
		"unavailable":       {AR: "تسجيل الدخول متوقف مؤقتًا", EN: "Sign-in is not available at the moment"},
		"unavailable_about": {AR: "تعذر الوصول إلى نظام الهوية. انتظر قليلًا ثم أعد المحاولة؛ حجوزات الزوار تعمل كالمعتاد.", EN: "The identity provider can't be reached. Wait a little and try again; visitors' bookings work as usual."},
		"attempt":           {AR: "لم تكتمل محاولة الدخول", EN: "The sign-in was not completed"},
		"attempt_about":     {AR: "انتهت مهلة المحاولة أو بدأت في نافذة أخرى. سجّل الدخول من جديد.", EN: "It took too long, or was begun in another window. Sign in again."},
		"denied":            {AR: "لم يتم تسجيل الدخول", EN: "You were not signed in"},
		"denied_about":      {AR: "رفض نظام الهوية الدخول أو أُلغي. أعد المحاولة، أو تواصل مع الدعم التقني.", EN: "The identity provider refused, or the sign-in was cancelled. Try again, or ask technical support."},
		"no_role":           {AR: "لا يوجد لك دور في المركز", EN: "You have no role at the centre"},
		"no_role_about":     {AR: "تعرّفنا عليك، لكن لم يُسند إليك دور بعد. اطلب من مدير النظام منحك الدور ثم سجّل الدخول من جديد.", EN: "We know who you are, but nobody has given you a role yet. Ask an administrator for one, then sign in again."},
		"too_much":          {AR: "إدارات أو فروع أكثر من المسموح", EN: "Too many departments or branches"},
		"too_much_about":    {AR: "حسابك مرتبط بإدارات وفروع أكثر مما تتسع له الجلسة. اطلب من مدير النظام دورًا يشمل الكل.", EN: "Your account has more departments and branches than a session holds. Ask an administrator for a role that covers all."},
		"foreign":           {AR: "الطلب من موقع آخر", EN: "The request comes from another site"},
		"foreign_about":     {AR: "لم يتغير شيء. استخدم أزرار هذه الصفحات.", EN: "Nothing was changed. Use the buttons of these pages."},
		"wrong_host":        {AR: "العنوان غير صحيح", EN: "Not the right address"},
		"wrong_host_about":  {AR: "افتح بوابة الموظفين من عنوانها الرسمي.", EN: "Open the pages for staff at their own address."},
		"too_many":          {AR: "محاولات كثيرة", EN: "Too many attempts"},
		"too_many_about":    {AR: "انتظر دقيقة ثم أعد المحاولة.", EN: "Wait a minute and try again."},
	}
}
