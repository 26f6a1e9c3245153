package devissuer

import (
	"bytes"
	"net/http"
	"net/url"
	"slices"

	"ziyara/access"
	"ziyara/service/web"
)

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

// list writes the page that lists the staff who can be signed in.
func (i *Issuer) list(w http.ResponseWriter, r *http.Request) {
	query := r.URL.Query()
	kept := ""
	if cookie, err := r.Cookie(web.LanguageCookie); err == nil {
		kept = cookie.Value
	}
	p := web.Page{Site: i.Site, Lang: web.Chosen(query.Get(web.LanguageField), kept, "", r.Header.Get("Accept-Language")), Host: r.Host}
	p.Title = p.S(i.text("title"))
	query.Del(web.LanguageField)
	action := i.URL + "/authorize"
	if u, err := url.Parse(action); err == nil {
		p.Here = u.Path + "?" + query.Encode()
	}
	var fields []field
	for _, name := range []string{
		"client_id", "redirect_uri", "response_type", "scope", "state", "nonce", "code_challenge", "code_challenge_method",
	} {
		if query.Has(name) {
			fields = append(fields, field{name, query.Get(name)})
		}
	}
	var body bytes.Buffer
	if err := peoplePage(p, p.S(i.text("about")), action, fields, i.groups(p)).Render(r.Context(), &body); err != nil {
		http.Error(w, "page failed", http.StatusInternalServerError)
		return
	}
	for name, value := range web.Headers(i.targets()...) {
		w.Header().Set(name, value)
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Referrer-Policy", "no-referrer")
	_, _ = w.Write(body.Bytes()) // the client may be gone
}

// text returns the key of a text of the page.
func (i *Issuer) text(name string) string {
	if i.Visitors {
		return "trial_visitors." + name
	}
	return "trial." + name
}

// groups sorts people by what they do, in the order of the roles. Visitors are one group.
func (i *Issuer) groups(p web.Page) []group {
	if i.Visitors {
		all := group{Heading: p.S(i.text("people"))}
		for _, person := range i.People {
			all.People = append(all.People, shown{person.ID, person.Name, person.About.In(p.Lang)})
		}
		return []group{all}
	}
	var order []string
	for _, role := range access.Roles() {
		order = append(order, string(role))
	}
	var list []group
	for _, heading := range append(order, several) {
		g := group{Heading: p.S("trial.role_" + heading)}
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

// targets are the origins that the buttons may redirect to.
func (i *Issuer) targets() []string {
	var list []string
	for _, r := range i.Redirects {
		if u, err := url.Parse(r); err == nil && !slices.Contains(list, u.Scheme+"://"+u.Host) {
			list = append(list, u.Scheme+"://"+u.Host)
		}
	}
	return list
}
