package devissuer

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"html/template"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"ziyara/access"
	"ziyara/texts"
)

//go:embed pages/authorize.html
var pageFiles embed.FS

//go:embed pages/style.css
var style string

func parse() (*template.Template, error) {
	return template.New("devissuer").Funcs(template.FuncMap{
		"style": func() template.CSS { return template.CSS(style) }, //nolint:gosec // a file of this package
	}).ParseFS(pageFiles, "pages/*.html")
}

// several is the heading for people with more than one role.
const several = "several"

// field is a parameter of the request, which the buttons send on.
type field struct{ Name, Value string }

// group is people under one heading.
type group struct {
	Heading string
	People  []shown
}

// shown is a person on the page.
type shown struct{ ID, Name, About string }

type page struct {
	Lang, Dir, Other string
	Action, Here     string
	Fields           []field
	Groups           []group
}

// T returns a text in the language of the page.
func (p page) T(key string) string { return texts.Staff(key).In(p.Lang) }

// list writes the page that lists the staff who can be signed in.
func (i *Issuer) list(w http.ResponseWriter, r *http.Request) {
	query := r.URL.Query()
	out := page{Lang: "ar", Dir: "rtl", Other: "en", Action: i.URL + "/authorize"}
	if query.Get("lang") == "en" {
		out.Lang, out.Dir, out.Other = "en", "ltr", "ar"
	}
	query.Del("lang")
	out.Here = i.URL + "/authorize?" + query.Encode() + "&lang=" + out.Other
	for _, name := range []string{
		"client_id", "redirect_uri", "response_type", "scope", "state", "nonce", "code_challenge", "code_challenge_method",
	} {
		if query.Has(name) {
			out.Fields = append(out.Fields, field{name, query.Get(name)})
		}
	}
	out.Groups = i.groups(out)
	var body bytes.Buffer
	if err := i.pages.ExecuteTemplate(&body, "authorize.html", out); err != nil {
		http.Error(w, "page failed", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Content-Security-Policy", i.policy())
	w.Header().Set("X-Frame-Options", "DENY")
	w.Header().Set("Referrer-Policy", "no-referrer")
	_, _ = w.Write(body.Bytes()) // the client may be gone
}

// groups sorts people by what they do, in the order of the roles.
func (i *Issuer) groups(p page) []group {
	var order []string
	for _, role := range access.Roles() {
		order = append(order, string(role))
	}
	var list []group
	for _, heading := range append(order, several) {
		g := group{Heading: p.T("trial.role_" + heading)}
		for _, person := range i.People {
			of := several
			if len(person.Roles) == 1 {
				of = string(person.Roles[0])
			}
			if of == heading {
				g.People = append(g.People, shown{person.ID, person.Name, person.About.In(p.Lang)})
			}
		}
		if len(g.People) > 0 {
			list = append(list, g)
		}
	}
	return list
}

// policy returns the Content-Security-Policy: it allows the style, and forms that
// redirect to the client.
func (i *Issuer) policy() string {
	sum := sha256.Sum256([]byte(style))
	targets := []string{"'self'"}
	for _, r := range i.Redirects {
		if u, err := url.Parse(r); err == nil && !slices.Contains(targets, u.Scheme+"://"+u.Host) {
			targets = append(targets, u.Scheme+"://"+u.Host)
		}
	}
	return "default-src 'none'; style-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) +
		"'; form-action " + strings.Join(targets, " ") + "; base-uri 'none'; frame-ancestors 'none'"
}
