package postgres

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"math/rand/v2"
	"slices"
	"sync"
	"time"

	"ziyara/fault"
	"ziyara/once"
	"ziyara/scheduling"
	"ziyara/slots"
)

// holding is a request for a hold, for the batcher.
type holding struct {
	claim  slots.Appointment
	holder slots.Holder
	wanted slots.Wanted // the place of the claim
	once   *once.Request[slots.Appointment]

	refusal error // why it gets no place, by the days looked at last
	decided bool
	err     error
}

func (h *holding) decide(err error) { h.decided, h.err = true, err }

// dayKey names a ledger day.
type dayKey struct {
	branch, group int
	day           scheduling.Date
}

func keyOf(p slots.Place) dayKey { return dayKey{p.Branch, p.DeskGroup, p.Day} }

// dayKeyRow is the key of a ledger day.
type dayKeyRow struct {
	Branch int       `db:"branch_id"`
	Group  int       `db:"desk_group_id"`
	Day    time.Time `db:"day"`
}

func (r dayKeyRow) key() dayKey { return dayKey{r.Branch, r.Group, dateOf(r.Day)} }

// ledgerDayRow is what a ledger day says. Statements read the columns that they
// need.
type ledgerDayRow struct {
	FirstTick int    `db:"first_tick"`
	Open      counts `db:"open"`
	Used      counts `db:"used"`
	Version   int64  `db:"version"`
	Calendar  int64  `db:"calendar_version"`
	Unproved  int    `db:"unproved"`
}

func (r ledgerDayRow) occupied() slots.Occupied {
	return slots.Occupied{First: r.FirstTick, Open: r.Open, Used: r.Used, Version: r.Version, Calendar: r.Calendar, Unproved: r.Unproved}
}

// Hold implements slots.Store.
func (s *Appointments) Hold(ctx context.Context, a slots.Appointment, holder slots.Holder, w slots.Wanted,
	once *once.Request[slots.Appointment],
) error {
	began := s.cache.now()
	h := &holding{claim: a, holder: holder, wanted: w, once: once}
	if err := s.holds.serve(ctx, keyOf(a.Place), h); err != nil {
		return s.outcome("hold", err)
	}
	noteOutcome(ctx, h.err)
	if errors.Is(h.err, slots.ErrTaken) {
		s.cache.doubt(a.Place.DeskGroup, began) // a visitor was shown a place that is taken
	}
	if _, limited := errors.AsType[*slots.HoldLimitError](h.err); limited {
		return s.holdLimit(ctx, a, holder)
	}
	return h.err
}

// hold decides a batch. If the requests can't be written together, it tries them
// one by one, so that none fails because of another.
func (s *Appointments) hold(batch []*holding) {
	ctx, cancel := context.WithTimeout(context.Background(), batchLimits*s.config.Timeout)
	defer cancel()
	err := retry(func() error { return s.holdTogether(ctx, batch) })
	if err == nil {
		return
	}
	alone := len(batch) == 1 || outOfReach(err)
	for _, h := range batch {
		switch {
		case h.decided:
		case alone:
			h.decide(err)
		default:
			s.hold([]*holding{h})
		}
	}
}

// outOfReach reports whether the outcome of a transaction is unknown.
func outOfReach(err error) bool {
	return errors.Is(err, fault.ErrUnavailable) && !errors.Is(err, errConflict)
}

// holdTogether decides the undecided holds of a batch and writes those that fit.
//
// It first decides by remembered ledger days. Days are written only if they still
// have the remembered version, so an outdated memory costs a second try, with the
// days locked.
func (s *Appointments) holdTogether(ctx context.Context, batch []*holding) error {
	known := s.remembered.get(daysOf(batch))
	var sure, rest []*holding
	for _, h := range batch {
		if _, ok := known[keyOf(h.claim.Place)]; h.decided {
			continue
		} else if ok {
			sure = append(sure, h)
		} else {
			rest = append(rest, h)
		}
	}
	left, err := s.holdBy(ctx, known, sure)
	if err != nil {
		return err
	}
	if rest = append(rest, left...); len(rest) == 0 {
		return nil
	}
	return s.holdLocked(ctx, rest)
}

// holdBy decides by remembered days. It returns the holds left undecided.
func (s *Appointments) holdBy(ctx context.Context, known map[dayKey]slots.Occupied, batch []*holding) (left []*holding, err error) {
	accepted, refused, after := take(known, batch)
	if len(accepted) == 0 {
		return batch, nil
	}
	var written map[dayKey]slots.Occupied
	write := func(q session) error {
		written, err = q.writeHolds(ctx, after, accepted)
		return err
	}
	if slices.ContainsFunc(accepted, func(h *holding) bool { return h.once != nil }) {
		err = s.transact(ctx, write)
	} else {
		err = write(s.pool())
	}
	if err != nil {
		return nil, err
	}
	s.learn(written)
	for _, h := range slices.Concat(accepted, refused) {
		_, ok := written[keyOf(h.claim.Place)]
		if ok && !errors.Is(h.refusal, slots.ErrProofFirst) { // the day was as remembered
			h.decide(h.refusal)
		} else {
			left = append(left, h)
		}
	}
	return left, nil
}

// holdLocked decides by the ledger days themselves, which it locks.
func (s *Appointments) holdLocked(ctx context.Context, batch []*holding) error {
	var days, written map[dayKey]slots.Occupied
	var accepted, refused []*holding
	err := s.transact(ctx, func(q session) error {
		var err error
		if days, err = q.lockDays(ctx, daysOf(batch), true); err != nil {
			return err
		}
		var after map[dayKey]slots.Occupied
		if accepted, refused, after = take(days, batch); len(accepted) == 0 {
			return nil
		}
		written, err = q.writeHolds(ctx, after, accepted)
		return err
	})
	if err != nil {
		return err
	}
	for _, h := range slices.Concat(accepted, refused) {
		h.decide(h.refusal)
	}
	for key, day := range days {
		if _, ok := written[key]; !ok {
			s.remembered.put(key, day)
		}
	}
	s.learn(written)
	return nil
}

// take gives places to the holds in their order, as far as the days have any. It
// sets the refusal of each hold, nil for those accepted. It returns the changed
// days, before their version is raised.
func take(days map[dayKey]slots.Occupied, batch []*holding) (accepted, refused []*holding, after map[dayKey]slots.Occupied) {
	after = make(map[dayKey]slots.Occupied)
	for _, h := range batch {
		key := keyOf(h.claim.Place)
		day, ok := after[key]
		if !ok {
			day, ok = days[key]
		}
		h.refusal = slots.ErrDayClosed
		if ok {
			day, h.refusal = day.Taking(h.wanted)
		}
		if h.refusal != nil {
			refused = append(refused, h)
			continue
		}
		after[key] = day
		accepted = append(accepted, h)
	}
	return accepted, refused, after
}

func daysOf(batch []*holding) []dayKey {
	var days []dayKey
	for _, h := range batch {
		if key := keyOf(h.claim.Place); !slices.Contains(days, key) {
			days = append(days, key)
		}
	}
	return days
}

// dayRow and claimRow are what holds/hold.sql reads.
type dayRow struct {
	Branch  int             `json:"branch_id"`
	Group   int             `json:"desk_group_id"`
	Day     scheduling.Date `json:"day"`
	Version int64           `json:"version"`
	Used    string          `json:"used"`
}

type claimRow struct {
	Branch  int             `json:"branch_id"`
	ID      string          `json:"id"`
	Service string          `json:"service"`
	Group   int             `json:"desk_group_id"`
	Day     scheduling.Date `json:"day"`
	First   int             `json:"first_tick"`
	Ticks   int             `json:"ticks"`
	Places  int             `json:"places"`
	Start   time.Time       `json:"start_at"`
	End     time.Time       `json:"end_at"`
	Party   int             `json:"party"`
	Channel string          `json:"channel"`
	Created time.Time       `json:"created_at"`
	Expires time.Time       `json:"expires_at"`
	Needs   []string        `json:"needs"`

	Address    *string `json:"address"`
	PerAddress int     `json:"per_address"`
	Mobile     *string `json:"mobile"`
	PerMobile  *int    `json:"per_mobile"` // NULL when it does not count
}

func newClaimRow(h *holding, v *vault) claimRow {
	a, p := h.claim, h.claim.Place
	row := claimRow{
		Branch: p.Branch, ID: a.ID, Service: a.Service, Group: p.DeskGroup, Day: p.Day, First: p.First, Ticks: p.Ticks, Places: p.Count,
		Start: a.Start, End: a.End, Party: a.Party, Channel: string(a.Channel), Created: a.Created, Expires: a.Expires,
		Needs:      append([]string{}, a.Needs...),
		PerAddress: h.holder.PerAddress, Mobile: optional(v.hash(ofMobile, a.Mobile)),
	}
	if address := h.holder.CountedAddress(); address != nil {
		row.Address = optional(`\x` + hex.EncodeToString(address))
	}
	if a.Mobile != "" && h.holder.PerMobile > 0 {
		row.PerMobile = &h.holder.PerMobile
	}
	return row
}

// writeHolds writes days that still have their version, and the holds on them. It
// returns the days that it wrote, as they are now. It keeps the answers to
// requests that name a key; with one of those the session must be a transaction.
func (q session) writeHolds(ctx context.Context, after map[dayKey]slots.Occupied, accepted []*holding) (map[dayKey]slots.Occupied, error) {
	days := make([]dayRow, 0, len(after))
	for key, day := range after {
		days = append(days, dayRow{key.branch, key.group, key.day, day.Version, counts(day.Used).text()})
	}
	claims := make([]claimRow, len(accepted))
	for i, h := range accepted {
		claims[i] = newClaimRow(h, &q.store.vault)
	}
	dayJSON, err := json.Marshal(days)
	if err != nil {
		return nil, err
	}
	claimJSON, err := json.Marshal(claims)
	if err != nil {
		return nil, err
	}
	var rows []dayKeyRow
	if err := q.list(ctx, &rows, "holds/hold", string(dayJSON), string(claimJSON), rand.Int64()); err != nil {
		return nil, err
	}
	written := make(map[dayKey]slots.Occupied, len(rows))
	for _, r := range rows {
		key := r.key()
		day := after[key]
		day.Version++
		written[key] = day
	}
	var told answers
	for _, h := range accepted {
		if _, ok := written[keyOf(h.claim.Place)]; ok {
			if err := addAnswer(&told, h.once, h.claim, h.claim.Created); err != nil {
				return nil, err
			}
		}
	}
	return written, q.keep(ctx, told)
}

// lockDays locks ledger days, in the one order that all transactions use, and reads
// them, with what unproved holds take if that is asked for. Days without a row are missing
// from the result.
func (q session) lockDays(ctx context.Context, days []dayKey, unproved bool) (map[dayKey]slots.Occupied, error) {
	c := keyColumns(days)
	var rows []struct {
		dayKeyRow
		ledgerDayRow
	}
	if err := q.list(ctx, &rows, "holds/lock_days", c.branches, c.groups, c.days, unproved); err != nil {
		return nil, err
	}
	locked := make(map[dayKey]slots.Occupied, len(rows))
	for _, r := range rows {
		locked[r.key()] = r.occupied()
	}
	return locked, nil
}

// learn remembers days that this replica has written, and has other replicas
// notified.
func (s *Appointments) learn(written map[dayKey]slots.Occupied) {
	for key, day := range written {
		s.remembered.put(key, day)
		s.cache.put(key.group, key.day, day)
		s.invalidations.add(key.group)
	}
}

// maxVersions bounds how many ledger days are remembered for holding.
const maxVersions = 4096

// versions remembers the ledger days of the last holds, each as of a version. It is
// safe for concurrent use.
type versions struct {
	mu   sync.Mutex
	days map[dayKey]slots.Occupied
}

// get returns the days that are remembered.
func (v *versions) get(days []dayKey) map[dayKey]slots.Occupied {
	v.mu.Lock()
	defer v.mu.Unlock()
	known := make(map[dayKey]slots.Occupied, len(days))
	for _, key := range days {
		if day, ok := v.days[key]; ok {
			known[key] = day
		}
	}
	return known
}

func (v *versions) put(key dayKey, day slots.Occupied) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.days == nil || len(v.days) >= maxVersions {
		v.days = make(map[dayKey]slots.Occupied)
	}
	v.days[key] = day
}
