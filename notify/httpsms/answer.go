package httpsms

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"ziyara/notify"
)

// judge returns the meaning of an answer: the id of the message, or an error.
// Text from the gateway is not passed on, because it may quote the message.
func (c *Client) judge(m notify.Message, response *http.Response, body []byte) (string, error) {
	answer := c.config.Provider.Answer
	fields := readFields(answer.Format, body)
	meaning := byStatus(response.StatusCode)
	for _, rule := range answer.Rules {
		if rule.fits(response.StatusCode, fields) {
			meaning = rule.Means
			break
		}
	}
	said := fmt.Errorf("httpsms: HTTP status %d", response.StatusCode)
	switch meaning {
	case Accepted:
		return c.id(m, fields)
	case Duplicate: // the id of the earlier attempt is lost
		return strconv.FormatInt(m.ID, 10), nil
	case Busy:
		return "", &notify.BusyError{After: c.pause(response.Header), Err: said}
	case Recipient:
		return "", fmt.Errorf("%w: %w", notify.ErrRecipient, said)
	case Refused:
		return "", fmt.Errorf("%w: %w", notify.ErrPermanent, said)
	case Temporary:
		return "", fmt.Errorf("%w: %w", notify.ErrTemporary, said)
	case Uncertain:
	}
	return "", fmt.Errorf("%w: %w", notify.ErrUncertain, said)
}

// byStatus returns the meaning of an answer that no rule of the provider
// covers. A gateway that did not understand or did not want the request has not
// taken the message, and the fault is more likely our configuration than the
// message. A proxy in front of the gateway can't tell whether the gateway took
// it (502, 504), and neither does a success that no rule recognises.
func byStatus(status int) Meaning {
	switch {
	case status == http.StatusTooManyRequests:
		return Busy
	case status == http.StatusServiceUnavailable, status == http.StatusInternalServerError,
		status >= 300 && status < 500:
		return Temporary
	default:
		return Uncertain
	}
}

// id returns the gateway's id of the accepted message.
func (c *Client) id(m notify.Message, f fields) (string, error) {
	answer := c.config.Provider.Answer
	var id string
	switch {
	case answer.ID == "":
		return strconv.FormatInt(m.ID, 10), nil
	case answer.idPattern != nil:
		if found := answer.idPattern.FindStringSubmatch(f.text); found != nil {
			id = found[1]
		}
	default:
		id, _ = f.at(answer.ID)
	}
	if !goodID(id) {
		return "", fmt.Errorf("%w: %w: no id", notify.ErrUncertain, errAnswer)
	}
	return id, nil
}

// goodID reports whether id can be stored: short, visible ASCII.
func goodID(id string) bool {
	return id != "" && len(id) <= maxID && !strings.ContainsFunc(id, func(r rune) bool { return r <= ' ' || r > '~' })
}

// pause returns how long the gateway wants to be left alone: the seconds it
// gives (RFC 9110, 10.2.3), or the default.
func (c *Client) pause(h http.Header) time.Duration {
	if seconds, err := strconv.ParseUint(h.Get("Retry-After"), 10, 20); err == nil && seconds > 0 {
		return time.Duration(seconds) * time.Second
	}
	return c.config.Pause
}

// fields is an answer or a receipt whose fields can be read.
type fields struct {
	text string
	json any // nil if it is not JSON
}

func readFields(format Format, body []byte) fields {
	f := fields{text: string(body)}
	if format == JSON {
		f.json = decodeJSON(body)
	}
	return f
}

// decodeJSON returns the single value in body, or nil. Numbers keep their
// notation.
func decodeJSON(body []byte) any {
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.UseNumber()
	var v any
	if err := decoder.Decode(&v); err != nil {
		return nil
	}
	if _, err := decoder.Token(); err != io.EOF {
		return nil
	}
	return v
}

// at returns the value at a path of keys and indices joined by dots, as text,
// and false if there is none. Lists and objects are returned as JSON.
func (f fields) at(path string) (string, bool) {
	v, ok := find(f.json, path)
	if !ok || v == nil {
		return "", false
	}
	switch v := v.(type) {
	case string:
		return v, true
	case json.Number:
		return v.String(), true
	case bool:
		return strconv.FormatBool(v), true
	}
	content, err := json.Marshal(v)
	return string(content), err == nil
}

func find(v any, path string) (any, bool) {
	if path == "" {
		return v, true
	}
	key, rest, _ := strings.Cut(path, ".")
	switch v := v.(type) {
	case map[string]any:
		inner, ok := v[key]
		if !ok {
			return nil, false
		}
		return find(inner, rest)
	case []any:
		i, err := strconv.Atoi(key)
		if err != nil || i < 0 || i >= len(v) {
			return nil, false
		}
		return find(v[i], rest)
	default:
		return nil, false
	}
}

// fits reports whether an answer matches all conditions of r.
func (r Rule) fits(status int, f fields) bool {
	if len(r.Status) > 0 && !slices.Contains(r.Status, status) {
		return false
	}
	if len(r.Equals) == 0 && r.pattern == nil {
		return true
	}
	value, ok := f.text, true
	if r.Field != "" {
		value, ok = f.at(r.Field)
	}
	return ok && (len(r.Equals) == 0 || slices.Contains(r.Equals, value)) &&
		(r.pattern == nil || r.pattern.MatchString(value))
}
