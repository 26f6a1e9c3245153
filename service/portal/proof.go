package portal

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"ziyara/notify"
	"ziyara/notify/verify"
	"ziyara/once"
	"ziyara/service/web"
	"ziyara/textnorm"
	"ziyara/texts"
)

// proof is what a browser keeps, sealed, once it has proved a mobile.
type proof struct {
	Mobile notify.Mobile `json:"m"`
	Ends   int64         `json:"e"` // seconds since 1970
}

func (p *Portal) proofs() web.SealedCookie { return p.cookie("ziyara_visitor", "proof of a mobile") }

// proved returns the mobile that the browser has proved by a code.
func (p *Portal) proved(c *fiber.Ctx) (mobile notify.Mobile, until time.Time, ok bool) {
	var held proof
	if !p.proofs().Read(c, &held) {
		return "", time.Time{}, false
	}
	until = time.Unix(held.Ends, 0)
	return held.Mobile, until, p.Now().Before(until)
}

// keepProof lets the browser keep that its visitor has proved a mobile.
func (p *Portal) keepProof(c *fiber.Ctx, mobile notify.Mobile, until time.Time) error {
	return p.proofs().Set(c, proof{mobile, until.Unix()}, until.Sub(p.Now()))
}

// codeSent is what a browser keeps, sealed, about a code on its way.
type codeSent struct {
	ID     string        `json:"i"`
	Mobile notify.Mobile `json:"m"`
	At     int64         `json:"a"` // seconds since 1970
	Ends   int64         `json:"e"` // the same, exclusive
}

// codeSentLife is how long a browser remembers that a code was sent: longer than codes
// live, to say that one has expired.
const codeSentLife = 30 * time.Minute

func (p *Portal) codes() web.SealedCookie { return p.cookie("ziyara_code", "code on its way") }

func (p *Portal) cookie(name, use string) web.SealedCookie {
	return web.SealedCookie{Keys: p.Keys, Name: name, Use: use, Secure: p.Links.secure()}
}

// sendProof sends a code to a mobile and lets the browser remember it. A form that is
// sent twice, with the key that it was shown with (newKey), sends one code. It
// returns a *verify.LimitError.
func (p *Portal) sendProof(c *fiber.Ctx, mobile notify.Mobile, lang, key string) (codeSent, error) {
	if len(key) != len(newKey()) { // not one of ours
		key = ""
	}
	v, err := p.startProof(c.UserContext(), mobile, lang, p.requester(c), key)
	if err != nil {
		return codeSent{}, err
	}
	s := codeSent{v.ID, v.Mobile, v.Created.Unix(), v.Expires.Unix()}
	return s, p.codes().Set(c, s, codeSentLife)
}

// codeTo returns the code on its way to a mobile; false if none is.
func (p *Portal) codeTo(c *fiber.Ctx, mobile notify.Mobile) (codeSent, bool) {
	var s codeSent
	ok := p.codes().Read(c, &s) && s.Mobile == mobile && p.Now().Before(time.Unix(s.Ends, 0))
	return s, ok
}

// requester returns from where a browser asks for a code.
func (p *Portal) requester(c *fiber.Ctx) verify.Requester {
	return verify.Requester{
		Address: p.Keys.Fingerprint(web.ClientAddress(c)), Network: p.Keys.Fingerprint(web.ClientNetwork(c)),
	}
}

// startProof starts the verification that a form with a key asks for, and returns the
// one that it started before if that still runs.
func (p *Portal) startProof(
	ctx context.Context, mobile notify.Mobile, lang string, from verify.Requester, key string,
) (verify.Verification, error) {
	request := p.codeOnce(mobile, key)
	v, err := p.Verifier.Start(ctx, mobile, lang, from, request, p.Now())
	repeated, ok := errors.AsType[*once.RepeatedError](err)
	if !ok {
		return v, err
	}
	plain, err := p.Keys.OpenSealed(repeated.Answer, request.Key)
	if err != nil {
		return verify.Verification{}, err
	}
	if err = json.Unmarshal(plain, &v); err != nil {
		return verify.Verification{}, err
	}
	if !p.Now().Before(v.Expires) { // an old page, sent again
		return p.Verifier.Start(ctx, mobile, lang, from, nil, p.Now())
	}
	return v, nil
}

// newKey returns a key for a form, by which sending it twice is known.
func newKey() string { return rand.Text() }

// codeOnce makes a request for a code repeatable; nil without a key. Another mobile
// is another request: visitors go back and correct it.
func (p *Portal) codeOnce(mobile notify.Mobile, key string) *once.Request[verify.Verification] {
	if key == "" {
		return nil
	}
	print := sha256.Sum256([]byte("code for " + string(mobile) + "\n" + key))
	name := base64.RawURLEncoding.EncodeToString(print[:])
	return &once.Request[verify.Verification]{
		Key: name, Fingerprint: print,
		Answer: func(v verify.Verification) ([]byte, error) {
			plain, err := json.Marshal(v)
			if err != nil {
				return nil, err
			}
			return p.Keys.Seal(plain, name)
		},
	}
}

// checkProof compares the code that was typed with the one on its way, and lets the
// browser keep the proof if it is right. It returns the status of the answer and
// what is wrong with the code, "" for nothing.
func (p *Portal) checkProof(c *fiber.Ctx, s codeSent, page web.Page) (status int, wrong string, err error) {
	v, err := p.Verifier.Check(c.UserContext(), s.ID, c.FormValue(web.CodeField), p.Now())
	if err == nil {
		p.codes().Delete(c)
		return http.StatusOK, "", p.keepProof(c, v.Mobile, v.Verified.Add(verify.ProofLifetime))
	}
	status, key, count := wrongCode(err, c.FormValue(web.CodeField))
	if key == "" {
		return 0, "", err
	}
	return status, saysOf(page, key, count), nil
}

// wrongCode returns what an error of Verifier.Check means to a visitor: the status of the
// answer, the key of its text, and what the text counts: tries that are left, or digits
// that were typed. The key is "" for a fault of the system and for an unknown
// verification.
func wrongCode(err error, typed string) (status int, key string, count int) {
	mistaken, isWrong := errors.AsType[*verify.WrongCodeError](err)
	switch {
	case errors.Is(err, verify.ErrIncomplete) && digitsIn(typed) != codeLength && digitsIn(typed) > 0:
		return http.StatusUnprocessableEntity, "proof.digits", digitsIn(typed)
	case errors.Is(err, verify.ErrIncomplete):
		return http.StatusUnprocessableEntity, "proof.incomplete", 0
	case isWrong && mistaken.Left > 0:
		return http.StatusUnprocessableEntity, "proof.wrong", mistaken.Left
	case isWrong, errors.Is(err, verify.ErrTries):
		return http.StatusTooManyRequests, "proof.tries", 0
	case errors.Is(err, verify.ErrExpired):
		return http.StatusGone, "proof.expired", 0
	}
	return 0, "", 0
}

// codeLength is how many digits a code has, as its texts say.
const codeLength = 6

// digitsIn counts the digits of a code that was typed.
func digitsIn(code string) int {
	return len(strings.Map(func(r rune) rune {
		if r < '0' || r > '9' {
			return -1
		}
		return r
	}, textnorm.Symbols(cut(code, maxTyped))))
}

// saysOf returns the text of a key of wrongCode.
func saysOf(page web.Page, key string, count int) string {
	return page.T(key, "Tries", texts.Visitors("help.tries", "Count", count), "Typed", texts.Visitors("fault.digits", "Count", count))
}

// limitKey returns the key of the text that says why no code is sent now.
func limitKey(err *verify.LimitError) string {
	switch {
	case err.Of == verify.OfStrangers:
		return "proof.stopped"
	case err.Of == verify.OfAddress:
		return "proof.crowd"
	case err.Remaining > 0:
		return "proof.soon"
	}
	return "proof.often"
}

// limited says why no code is sent now, and from when.
func (p *Portal) limited(c *fiber.Ctx, err *verify.LimitError, page web.Page) string {
	c.Set(fiber.HeaderRetryAfter, seconds(err.RetryAfter))
	return page.T(limitKey(err), "Time", p.clockAfter(c, p.Now().Add(err.RetryAfter), page.Lang))
}

// seconds writes a duration in whole seconds, rounded up.
func seconds(d time.Duration) string {
	return strconv.Itoa(int((d + time.Second - 1) / time.Second))
}

// clockAfter is like clock, at the head office and rounded up to minutes.
func (p *Portal) clockAfter(c *fiber.Ctx, at time.Time, lang string) string {
	up := at.Add(time.Minute - time.Nanosecond).Truncate(time.Minute)
	return clock(up.Unix(), centreOf(c).Zone(""), lang)
}

// codeOf returns what the page of a code shows, at the path of the form that sends
// another.
func (p *Portal) codeOf(c *fiber.Ctx, s codeSent, resend, wrong, lang string) web.Code {
	code := web.Code{
		Mobile: s.Mobile.MaskedHere(), Until: clock(s.Ends, centreOf(c).Zone(""), lang), Resend: resend, Wrong: wrong,
	}
	if again := time.Unix(s.At, 0).Add(verify.DefaultPolicy().Pause); p.Now().Before(again) {
		code.Again = p.clockAfter(c, again, lang)
	}
	return code
}
