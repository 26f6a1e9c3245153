package console

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"net/url"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/gofiber/fiber/v2"

	"ziyara/access"
	"ziyara/service/web"
)

// choicesPath is where a member of staff chooses how pages show dates and digits.
const choicesPath = Path + "/choices"

// Fields of the choices, and their values other than those that count if nothing is chosen.
const (
	digitsField = "digits"
	datesField  = "dates"

	latin         = "latin"
	arabicIndic   = "arabic" // ٠١٢٣٤٥٦٧٨٩, in Arabic pages
	bothCalendars = "both"
	gregorianOnly = "gregorian"
)

// choices is how a member of staff wants to see dates and digits.
type choices struct{ Digits, Dates string }

const choicesLife = 365 * 24 * time.Hour

// choicesCookie is the name of the cookie that keeps the choices of a member of staff in
// this browser: several may use it, each with theirs. It does not tell who they are.
func choicesCookie(s access.Staff) string {
	sum := sha256.Sum256([]byte(s.ID))
	return "ziyara_shows_" + hex.EncodeToString(sum[:4])
}

// choicesOf reads the choices of who asks. What nobody can have chosen does not count.
func choicesOf(c *fiber.Ctx, s access.Staff) choices {
	digits, dates, _ := strings.Cut(c.Cookies(choicesCookie(s)), ".")
	out := choices{latin, bothCalendars}
	if digits == arabicIndic {
		out.Digits = arabicIndic
	}
	if dates == gregorianOnly {
		out.Dates = gregorianOnly
	}
	return out
}

// choicesPage asks for the choices.
type choicesPage struct {
	page

	Now choices
}

// showChoices asks how dates and digits are to be shown.
func (k *Console) showChoices(c *fiber.Ctx) error {
	p := choicesPage{page: k.page(c, "", "choices.title")}
	p.Now = choicesOf(c, p.Staff)
	if c.Query("done") != "" {
		p.Notice = p.S("choices.done")
	}
	return web.Send(c, http.StatusOK, p.Lang, choicesRoom(p))
}

// keepChoices keeps them in the browser, like the language.
func (k *Console) keepChoices(c *fiber.Ctx) error {
	digits, dates := c.FormValue(digitsField), c.FormValue(datesField)
	if digits != arabicIndic {
		digits = latin
	}
	if dates != gregorianOnly {
		dates = bothCalendars
	}
	c.Cookie(&fiber.Cookie{
		Name: choicesCookie(staffOf(c)), Value: digits + "." + dates, Path: Path, MaxAge: int(choicesLife / time.Second), Secure: c.Secure(),
		HTTPOnly: true, SameSite: fiber.CookieSameSiteLaxMode,
	})
	return c.Redirect(choicesPath+"?"+url.Values{"done": {"kept"}, web.LanguageField: {web.Language(c, "")}}.Encode(), http.StatusSeeOther)
}

// asChosen writes the digits of every Arabic page as its reader has chosen, whatever room
// has made it.
func (k *Console) asChosen(c *fiber.Ctx) error {
	err := c.Next()
	staff, ok := c.Locals(staffKey{}).(access.Staff)
	if err != nil || !ok || string(c.Response().Header.Peek(fiber.HeaderContentLanguage)) != "ar" ||
		!strings.HasPrefix(string(c.Response().Header.ContentType()), fiber.MIMETextHTML) || c.Response().IsBodyStream() ||
		choicesOf(c, staff).Digits != arabicIndic {
		return err
	}
	c.Response().SetBodyRaw(inArabicDigits(c.Response().Body()))
	return nil
}

// verbatim are the elements whose digits stay as they are: what is typed, what a machine
// reads, and what is sent as it stands.
func verbatim(name string) bool {
	switch name {
	case "textarea", "script", "style", "code", "kbd", "blockquote", "pre":
		return true
	}
	return false
}

// inArabicDigits returns a page with ٠ to ٩ for 0 to 9 in its text. References, addresses,
// numbers to dial and those of identities stay as others know them: words with Latin
// letters, with a + or a mask, or with more than six digits in a row.
func inArabicDigits(page []byte) []byte {
	out := make([]byte, 0, len(page)+len(page)/8)
	for kept := ""; len(page) > 0; {
		if page[0] == '<' {
			end := bytes.IndexByte(page, '>')
			if end < 0 {
				return append(out, page...)
			}
			tag := page[:end+1]
			name, _, _ := strings.Cut(string(tag[1:len(tag)-1]), " ")
			switch {
			case kept == "" && verbatim(name):
				kept = name
			case kept != "" && name == "/"+kept:
				kept = ""
			}
			out, page = append(out, tag...), page[end+1:]
			continue
		}
		end := bytes.IndexByte(page, '<')
		if end < 0 {
			end = len(page)
		}
		if kept != "" {
			out = append(out, page[:end]...)
		} else {
			out = digitsOf(out, page[:end])
		}
		page = page[end:]
	}
	return out
}

// digitsOf appends a text, word by word. An entity is not part of a word.
func digitsOf(out, text []byte) []byte {
	for len(text) > 0 {
		end := bytes.IndexAny(text, " \n\t&\u00a0")
		switch {
		case end < 0:
			end = len(text)
		case end == 0 && text[0] == '&':
			if stop := bytes.IndexByte(text, ';'); stop > 0 {
				out, text = append(out, text[:stop+1]...), text[stop+1:]
				continue
			}
			fallthrough
		case end == 0:
			_, size := utf8.DecodeRune(text)
			out, text = append(out, text[:size]...), text[size:]
			continue
		}
		if word := text[:end]; names(word) {
			out = append(out, word...)
		} else {
			out = digitsOfWord(out, word)
		}
		text = text[end:]
	}
	return out
}

// names reports whether a word names something by its digits.
func names(word []byte) bool {
	row := 0
	for _, b := range word {
		switch {
		case 'a' <= b && b <= 'z', 'A' <= b && b <= 'Z', b == '+':
			return true
		case '0' <= b && b <= '9':
			row++
		default:
			row = 0
		}
		if row > 6 {
			return true
		}
	}
	return bytes.ContainsRune(word, '•')
}

// digitsOfWord appends a word with its digits, and the signs between and after them.
func digitsOfWord(out, word []byte) []byte {
	digit := func(i int) bool { return i >= 0 && i < len(word) && '0' <= word[i] && word[i] <= '9' }
	for i, b := range word {
		switch {
		case digit(i):
			out = utf8.AppendRune(out, '٠'+rune(b-'0'))
		case b == '.' && digit(i-1) && digit(i+1):
			out = utf8.AppendRune(out, '٫')
		case b == ',' && digit(i-1) && digit(i+1):
			out = utf8.AppendRune(out, '٬')
		case b == '%' && digit(i-1):
			out = utf8.AppendRune(out, '٪')
		default:
			out = append(out, b)
		}
	}
	return out
}
