package catalog

import (
	"errors"
	"fmt"
	"math/bits"
	"net/url"
	"slices"
	"strings"
	"time"

	"ziyara/scheduling"
	"ziyara/textnorm"
)

// Centre is a whole catalogue that has been checked, with lookups by slug and
// a search over what people come for. It is read-only after NewCentre and safe
// for concurrent use.
type Centre struct {
	Branches    []Branch
	Departments []Department
	Services    []Service // in the order in which they are shown
	Entities    []Entity
	// CancellationReasons are what visitors who cancel can choose from, in the order
	// in which they are shown.
	CancellationReasons []CancellationReason

	branches    map[string]*Branch
	departments map[string]*Department
	services    map[string]*Service
	reasons     map[string]*CancellationReason
	guide       guide
}

// Kind is a kind of thing that a catalogue lists.
type Kind string

// What a catalogue lists.
const (
	KindBranch     Kind = "branch"
	KindDepartment Kind = "department"
	KindService    Kind = "service"
	KindEntity     Kind = "entity"
	KindReason     Kind = "cancellation reason"
)

// EntryError is the first rule that one entry of a catalogue breaks.
type EntryError struct {
	Kind  Kind
	Index int // of the entry in the list of its kind
	Slug  string
	Err   error
}

// Error says which entry breaks which rule.
func (f *EntryError) Error() string { return fmt.Sprintf("catalog: %s %s: %v", f.Kind, f.Slug, f.Err) }

// Unwrap returns the rule.
func (f *EntryError) Unwrap() error { return f.Err }

// NewCentre checks a catalogue as a whole and returns it. Slugs are unique
// within their kind, everything is named in both languages, every service
// belongs to a known department and passes Service.Validate, zones are IANA
// names that load, and links are https. The error joins a *EntryError for each entry that
// breaks a rule; the catalogue with them is returned all the same, for the checks that
// build on it. The slices are copied; what they refer to is not.
func NewCentre(
	branches []Branch, departments []Department, services []Service, entities []Entity, reasons ...CancellationReason,
) (*Centre, error) {
	c := &Centre{
		Branches:    slices.Clone(branches),
		Departments: slices.Clone(departments),
		Services:    slices.Clone(services),
		Entities:    slices.Clone(entities),

		CancellationReasons: slices.Clone(reasons),
	}
	var errs [5]error
	c.branches, errs[0] = bySlug(KindBranch, c.Branches, func(b *Branch) string { return b.Slug }, checkBranch)
	c.departments, errs[1] = bySlug(KindDepartment, c.Departments, func(d *Department) string { return d.Slug }, checkDepartment)
	c.services, errs[2] = bySlug(KindService, c.Services, func(s *Service) string { return s.Slug }, c.checkService)
	_, errs[3] = bySlug(KindEntity, c.Entities, func(e *Entity) string { return e.Slug }, checkEntity)
	c.reasons, errs[4] = bySlug(KindReason, c.CancellationReasons, func(r *CancellationReason) string { return r.Slug }, checkReason)
	c.guide = newGuide(c.Services, c.Entities)
	return c, errors.Join(errs[:]...)
}

// Branch returns the branch with the given slug.
func (c *Centre) Branch(slug string) (*Branch, bool) { b, ok := c.branches[slug]; return b, ok }

// Department returns the department with the given slug.
func (c *Centre) Department(slug string) (*Department, bool) {
	d, ok := c.departments[slug]
	return d, ok
}

// Service returns the service with the given slug.
func (c *Centre) Service(slug string) (*Service, bool) { s, ok := c.services[slug]; return s, ok }

// CancellationReason returns the reason for cancelling with the given slug.
func (c *Centre) CancellationReason(slug string) (*CancellationReason, bool) {
	r, ok := c.reasons[slug]
	return r, ok
}

// DepartmentName returns the name of a department; its slug when the centre
// does not have it any more.
func (c *Centre) DepartmentName(slug string) Text {
	if d, ok := c.Department(slug); ok {
		return d.Name
	}
	return Text{AR: slug, EN: slug}
}

// BranchName returns the name of a branch; its slug when the centre does not
// have it any more.
func (c *Centre) BranchName(slug string) Text {
	if b, ok := c.Branch(slug); ok {
		return b.Name
	}
	return Text{AR: slug, EN: slug}
}

// ServiceName returns the name of a service; its slug when the centre does not
// have it any more.
func (c *Centre) ServiceName(slug string) Text {
	if s, ok := c.Service(slug); ok {
		return s.Name
	}
	return Text{AR: slug, EN: slug}
}

// maxMatches is how many answers the guide gives at most; more is no guidance.
const maxMatches = 10

// Match is one answer of the guide: a service of the centre or an outside
// entity; the other is nil. Scores compare only within one answer.
type Match struct {
	Service *Service
	Entity  *Entity
	Score   int
}

// Guide returns what a visitor who asks for q most likely wants, best first,
// at most 10. It reads Arabic and English, forgives spelling variants, endings
// and one wrong letter in a word, and looks at the first 100 characters of q
// only. Equal scores keep catalogue order, services before entities. A q that
// says nothing about what is wanted, such as "I want", has no answer; nor is what is
// retired today one.
func (c *Centre) Guide(q string, today scheduling.Date) []Match {
	var matches []Match
	for _, h := range c.guide.find(q, len(c.Services)+len(c.Entities)) {
		m := Match{Score: h.score}
		if h.subject < len(c.Services) {
			m.Service = &c.Services[h.subject]
		} else {
			m.Entity = &c.Entities[h.subject-len(c.Services)]
		}
		if m.Service != nil && !c.Lists(m.Service, today) || m.Entity != nil && m.Entity.Retired.On(today) {
			continue
		}
		matches = append(matches, m)
		if len(matches) == maxMatches {
			break
		}
	}
	return matches
}

// SearchServices returns the services that q asks for, best first, found as
// Guide finds them. An empty q, or one that says nothing about what is wanted,
// returns all services in catalogue order. Those that are retired today are left out.
func (c *Centre) SearchServices(q string, today scheduling.Date) []*Service {
	var found []*Service
	add := func(s *Service) {
		if c.Lists(s, today) {
			found = append(found, s)
		}
	}
	if len(terms(start(q))) == 0 {
		for i := range c.Services {
			add(&c.Services[i])
		}
		return found
	}
	for _, h := range c.guide.find(q, len(c.Services)) {
		add(&c.Services[h.subject])
	}
	return found
}

// Lists reports whether a service is one that visitors may look for today: neither it
// nor its department is retired.
func (c *Centre) Lists(s *Service, today scheduling.Date) bool {
	d, ok := c.Department(s.Department)
	return !s.Retired.On(today) && (!ok || !d.Retired.On(today))
}

// MaxSlug is the longest slug in bytes; the paths of the API allow no more.
const MaxSlug = 64

// bySlug checks each item and indexes the items by slug.
func bySlug[T any](kind Kind, items []T, slug func(*T) string, check func(*T) error) (map[string]*T, error) {
	index := make(map[string]*T, len(items))
	var faults []error
	for i := range items {
		item := &items[i]
		s := slug(item)
		err := checkSlug(s)
		if _, taken := index[s]; taken {
			err = errors.New("the slug is used twice")
		} else if err == nil {
			err = check(item)
		}
		if err != nil {
			faults = append(faults, &EntryError{kind, i, s, err})
		}
		index[s] = item
	}
	return index, errors.Join(faults...)
}

func checkSlug(s string) error {
	if len(s) > MaxSlug || !slugPattern.MatchString(s) {
		return fmt.Errorf("slug %.80q: want lower-case words joined by hyphens, at most %d characters", s, MaxSlug)
	}
	return nil
}

func checkBranch(b *Branch) error {
	if !b.Name.Complete() || !b.Address.Complete() || !b.City.Complete() {
		return errors.New("name, address and city are needed in Arabic and English")
	}
	if b.ShortName != (Text{}) && !b.ShortName.Complete() {
		return errors.New("the short name is needed in Arabic and English, or not at all")
	}
	if b.Zone == "" || b.Zone == "Local" { // names of Go, not of IANA
		return fmt.Errorf("zone %q: want an IANA name", b.Zone)
	}
	if _, err := time.LoadLocation(b.Zone); err != nil {
		return fmt.Errorf("load zone: %w", err)
	}
	if err := b.Standing.Validate(); err != nil {
		return err
	}
	return b.Quiet.validate()
}

func checkDepartment(d *Department) error {
	if !d.Name.Complete() {
		return errors.New("a name is needed in Arabic and English")
	}
	return d.Standing.Validate()
}

func checkReason(r *CancellationReason) error {
	if !r.Name.Complete() {
		return errors.New("a name is needed in Arabic and English")
	}
	return r.Retired.validate()
}

func (c *Centre) checkService(s *Service) error {
	if err := s.Validate(); err != nil {
		return err
	}
	if _, known := c.departments[s.Department]; !known {
		return fmt.Errorf("unknown department %q", s.Department)
	}
	if s.Online != "" {
		if err := checkLink(s.Online); err != nil {
			return err
		}
	}
	if s.About != (Text{}) && !s.About.Complete() {
		return errors.New("the description is needed in Arabic and English, or not at all")
	}
	for _, r := range s.Requirements {
		if !slugPattern.MatchString(r.Slug) || !r.Name.Complete() {
			return fmt.Errorf("requirement %q: a slug and a name in Arabic and English are needed", r.Slug)
		}
	}
	return checkTopics(s.Topics)
}

func checkEntity(e *Entity) error {
	if !e.Name.Complete() {
		return errors.New("a name is needed in Arabic and English")
	}
	if err := checkLink(e.Link); err != nil {
		return err
	}
	if err := e.Retired.validate(); err != nil {
		return err
	}
	return checkTopics(e.Topics)
}

func checkTopics(topics []Text) error {
	for i, t := range topics {
		if !t.Complete() {
			return fmt.Errorf("topic %d is needed in Arabic and English", i)
		}
	}
	return nil
}

func checkLink(link string) error {
	u, err := url.Parse(link)
	if err != nil {
		return fmt.Errorf("read link: %w", err)
	}
	if u.Scheme != "https" || u.Hostname() == "" || u.User != nil {
		return fmt.Errorf("link %q: want an https address", link)
	}
	return nil
}

// How much a word counts by where it stands, and how much likeness counts
// between a term of the question and a word of the catalogue. Only the order
// and the rough proportions matter.
const (
	inName, inTopic, inAbout = 5, 4, 1

	same, begun, inflected, misspelt = 6, 4, 3, 2
)

// guide is an inverted index. A subject is a service or an entity; entities are
// numbered after the services.
type guide struct {
	subjects int
	words    []word           // sorted, so that nothing depends on map order
	phrases  map[string][]int // whole names and topics -> subjects
}

type word struct {
	letters []rune
	rarity  int         // 1 for a word found everywhere, more for rarer ones
	weight  map[int]int // subject -> the best place where the word stands
}

type hit struct{ subject, score int }

func newGuide(services []Service, entities []Entity) guide {
	g := guide{subjects: len(services) + len(entities), phrases: map[string][]int{}}
	weights := map[string]map[int]int{}
	add := func(subject, weight int, texts ...Text) {
		for _, t := range texts {
			for _, s := range []string{t.AR, t.EN} {
				list := terms(s)
				for _, w := range list {
					if weights[w] == nil {
						weights[w] = map[int]int{}
					}
					weights[w][subject] = max(weights[w][subject], weight)
				}
				if phrase := strings.Join(list, " "); weight > inAbout && !slices.Contains(g.phrases[phrase], subject) {
					g.phrases[phrase] = append(g.phrases[phrase], subject)
				}
			}
		}
	}
	for i, s := range services {
		add(i, inName, s.Name)
		add(i, inTopic, s.Topics...)
		add(i, inAbout, s.About)
	}
	for i, e := range entities {
		add(len(services)+i, inName, e.Name)
		add(len(services)+i, inTopic, e.Topics...)
	}
	for text, weight := range weights {
		g.words = append(g.words, word{[]rune(text), bits.Len(uint(g.subjects / len(weight))), weight})
	}
	slices.SortFunc(g.words, func(a, b word) int { return slices.Compare(a.letters, b.letters) })
	return g
}

// find returns the subjects below limit that answer q, best first. It leaves
// out those that answer less than a third as well as the best.
func (g guide) find(q string, limit int) []hit {
	asked := terms(start(q))
	total := make([]int, g.subjects)
	for _, term := range asked {
		letters := []rune(term)
		best := make([]int, g.subjects)
		for _, w := range g.words {
			if like := likeness(letters, w.letters); like > 0 {
				for subject, weight := range w.weight {
					if like == misspelt && weight == inAbout {
						continue // two weak reasons are none
					}
					best[subject] = max(best[subject], like*weight*w.rarity)
				}
			}
		}
		for subject, score := range best {
			total[subject] += score
		}
	}
	for _, subject := range g.phrases[strings.Join(asked, " ")] {
		total[subject] *= 2
	}

	total = total[:limit]
	if limit == 0 {
		return nil
	}
	top := slices.Max(total)
	var hits []hit
	for subject, score := range total {
		if score > 0 && score*3 >= top {
			hits = append(hits, hit{subject, score})
		}
	}
	slices.SortStableFunc(hits, func(a, b hit) int { return b.score - a.score })
	return hits
}

// likeness says how much a term of the question is like a word: the same, the
// beginning of it, another ending, one letter wrong, or (0) not at all.
func likeness(term, word []rune) int {
	shared := sharedPrefix(term, word)
	shorter, tail := min(len(term), len(word)), max(len(term), len(word))-shared
	switch {
	case shared == len(term) && shared == len(word):
		return same
	case shared == len(term) && shared >= 2:
		return begun
	case shared == len(word) && shared >= 3 && tail <= 2,
		shared >= 4 && tail <= 2,
		shared >= 6 && tail <= 3:
		return inflected
	case shorter >= 4 && oneMistake(term[shared:], word[shared:]):
		return misspelt
	}
	return 0
}

// oneMistake reports whether a and b, which differ in their first letter,
// differ by one letter added, left out or replaced, or two swapped.
func oneMistake(a, b []rune) bool {
	if len(a) > len(b) {
		a, b = b, a
	}
	switch len(b) - len(a) {
	case 0:
		return slices.Equal(a[1:], b[1:]) ||
			len(a) >= 2 && a[0] == b[1] && a[1] == b[0] && slices.Equal(a[2:], b[2:])
	case 1:
		return slices.Equal(a, b[1:])
	}
	return false
}

func sharedPrefix(a, b []rune) int {
	n := 0
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}
	return n
}

// MaxQuery is how many characters of a question are read.
const MaxQuery = 100

// start returns the part of the question q that is read.
func start(q string) string {
	n := 0
	for at := range q {
		if n == MaxQuery {
			return q[:at]
		}
		n++
	}
	return q
}

// terms returns the distinct words of s that say what is wanted, folded by
// textnorm.Words.
func terms(s string) []string {
	var list []string
	for _, w := range textnorm.Words(s) {
		if bare := withoutArticle(w); !filler(w) && !slices.Contains(list, bare) {
			list = append(list, bare)
		}
	}
	return list
}

// withoutArticle strips the Arabic article, alone or with a particle before
// it, where a word remains.
func withoutArticle(w string) string {
	const letter = len("ا") // bytes of one Arabic letter
	if rest, ok := strings.CutPrefix(w, "ال"); ok && len(rest) >= 2*letter {
		return rest
	}
	for _, particle := range []string{"وال", "بال", "فال", "كال", "لل"} {
		if rest, ok := strings.CutPrefix(w, particle); ok && len(rest) >= 3*letter {
			return rest
		}
	}
	return w
}

// filler reports whether the folded word w says nothing about what is wanted.
// That the visitor wants to book a visit goes without saying.
func filler(w string) bool {
	switch w {
	case "في", "من", "علي", "الي", "عن", "مع", "او", "و", "هل", "ما", "كيف", "وين", "اين", "متي", "كم",
		"ابي", "ابغي", "اريد", "احتاج", "عندي", "لدي", "لي", "هذا", "هذه",
		"موعد", "الموعد", "حجز", "احجز", "زياره",
		"a", "an", "and", "at", "can", "do", "for", "from", "how", "i", "in", "is", "it", "me", "my",
		"need", "of", "on", "or", "the", "to", "want", "what", "where", "with",
		"appointment", "book", "booking", "visit":
		return true
	}
	return false
}
