package bench

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"time"

	"github.com/valyala/fasthttp"

	"ziyara/service"
	"ziyara/service/secret"
)

// portalPages compares the pages on which a visit is booked with the same data as JSON,
// each with all the answers of the API that tell what it shows. All sides take compressed
// answers, as browsers do.
func portalPages(ctx context.Context, c Config, replica *service.Service, r *report) error {
	api, at := replica.URL()+"/v1/services", fmt.Sprintf("%s/services/%s", replica.URL(), benchService)
	now := time.Now()
	day, tomorrow := now.AddDate(0, 0, 2).Format(time.DateOnly), now.AddDate(0, 0, 1).Format(time.DateOnly)
	visit, token, err := visitOn(replica, day)
	if err != nil {
		return err
	}
	browser, form, err := holdOne(ctx, at+"/"+benchBranch, day)
	if err != nil {
		return err
	}
	about := side{url: api + "/" + benchService}
	state := side{url: fmt.Sprintf("%s/%s/days?branch=%s&month=%s", api, benchService, benchBranch, now.AddDate(0, 1, 0).Format("2006-01"))}
	starts := side{url: fmt.Sprintf("%s/%s/slots?branch=%s&from=%s&to=%s", api, benchService, benchBranch, tomorrow, tomorrow)}
	days := at + "/" + benchBranch + "?day=" + tomorrow
	for _, one := range []struct {
		what string
		page side
		data []side
	}{
		{"start: the services", side{url: replica.URL() + "/"}, []side{{url: api}}},
		{"service: what it is, the first free time of each branch", side{url: at}, []side{about, {url: api + "/" + benchService + "/first"}}},
		{"days: the days of a month, the starts of a day", side{url: days}, []side{state, starts}},
		{"the same in a browser that holds a time", side{url: days, header: "Cookie", value: browser}, []side{state, starts}},
		{"details: what to bring, what is held (as JSON a visit)", side{url: form, header: "Cookie", value: browser},
			[]side{about, {url: replica.URL() + "/v1/appointments/" + visit, header: "Authorization", value: "Bearer " + token}}},
	} {
		if err := compareSides(ctx, c, one.what, one.page, one.data, r); err != nil {
			return fmt.Errorf("%s: %w", one.what, err)
		}
	}
	return nil
}

// side is an address that is asked again and again, with a header if it has a name.
type side struct {
	url, header, value string
}

// compareSides measures a page and its data by turns.
func compareSides(ctx context.Context, c Config, what string, page side, data []side, r *report) error {
	sides := append([]side{page}, data...)
	loads := make([]load, len(sides))
	for range rounds {
		for i, s := range sides {
			loads[i].packed, loads[i].header, loads[i].value = true, s.header, s.value
			if err := loads[i].run(ctx, s.url, c); err != nil {
				return err
			}
		}
	}
	all := 0.0 // the time of the machine for one of each
	var each []string
	for i := range loads[1:] {
		all += 1 / loads[i+1].perSecond()
		each = append(each, fmt.Sprintf("%.0f", loads[i+1].perSecond()))
	}
	r.line("| %s, %d connections: page %.0f requests/s, p99 %.2f ms; JSON %s requests/s | × %.2f of the time |",
		what, c.Connections, loads[0].perSecond(), loads[0].p99(), strings.Join(each, " and "), 1/loads[0].perSecond()/all)
	return nil
}

// visitOn books a visit at noon of a day, and returns its reference and its token.
func visitOn(replica *service.Service, day string) (reference, token string, err error) {
	keys, err := secret.New([]byte(benchSecret))
	if err != nil {
		return "", "", err
	}
	client := &fasthttp.Client{}
	defer client.CloseIdleConnections()
	var hold struct{ ID, Token string }
	if err = post(client, replica.URL()+"/v1/holds", map[string]any{
		"service": httpService, "branch": benchBranch, "start": day + "T12:10:00+03:00",
	}, &hold); err != nil {
		return "", "", err
	}
	var visit struct {
		Reference string
		Token     string `json:"manage_token"`
	}
	err = post(client, replica.URL()+"/v1/appointments", map[string]any{
		"hold": hold.ID, "hold_token": hold.Token, "verification": keys.Sign("mobile", "+966500000000", time.Now().Add(time.Hour)),
		"documents_acknowledged": true, "visitor": map[string]any{"name": "زائر", "id": nationalID(0)},
	}, &visit)
	return visit.Reference, visit.Token, err
}

// holdOne holds noon of a day as a browser does that opened the page of days, and returns
// its cookies and the address of the form that it gets.
func holdOne(ctx context.Context, page, day string) (cookies, form string, err error) {
	jar, err := cookiejar.New(nil)
	if err != nil {
		return "", "", err
	}
	browser := &http.Client{Jar: jar}
	defer browser.CloseIdleConnections()
	at, err := url.Parse(page)
	if err != nil {
		return "", "", err
	}
	for _, body := range []string{"", "start=" + url.QueryEscape(day+"T12:10:00+03:00")} {
		method := http.MethodPost
		if body == "" {
			method = http.MethodGet
		}
		request, err := http.NewRequestWithContext(ctx, method, page, strings.NewReader(body))
		if err != nil {
			return "", "", err
		}
		request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		request.Header.Set("Origin", at.Scheme+"://"+at.Host)
		answer, err := browser.Do(request)
		if err != nil {
			return "", "", err
		}
		if err = errors.Join(answer.Body.Close(), ctx.Err()); err != nil {
			return "", "", err
		}
		if answer.StatusCode != http.StatusOK {
			return "", "", fmt.Errorf("%s %s: status %d", method, page, answer.StatusCode)
		}
		form = answer.Request.URL.String()
	}
	var list []string
	for _, c := range jar.Cookies(at) {
		list = append(list, c.Name+"="+c.Value)
	}
	return strings.Join(list, "; "), form, nil
}
