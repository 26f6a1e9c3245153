package service

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"sync"

	"ziyara/audit"
	"ziyara/service/movein"
	"ziyara/service/postgres"
	"ziyara/service/secret"
	"ziyara/slots"
)

// ImportOptions say how visits of another system are imported.
type ImportOptions struct {
	Actor    string // who imports, for the log
	Try      bool   // only find out what would become of each
	Tell     bool   // send each visitor the message of a booking
	Progress func(done, all int)
}

// ImportResult is what became of the visits of a file.
type ImportResult struct {
	movein.Counts
	Lines []movein.Result // of each visit, in the order of the file
}

// importers is how many portions are written at once.
const importers = 2

// movedIn is what the history of an imported visit says.
const movedIn = "نُقل من النظام السابق · moved in from the former system"

// ImportVisits makes the visits of another system visits of this one (docs/adr/0062-moving-in.md). What was imported before
// stays, so that a run that was interrupted can be begun again. The error may be a setup.FileError: then nothing is
// imported. If another error ends the run, the result tells what was imported until then. The configuration names
// the database and the keys.
func ImportVisits(ctx context.Context, c Config, file []byte, o ImportOptions) (ImportResult, error) {
	store, keys, err := c.opened(ctx, importers+2)
	if err != nil {
		return ImportResult{}, err
	}
	defer store.Close() //nolint:errcheck // what was written is committed
	snapshot, err := store.Centre().Load(ctx)
	if err != nil {
		return ImportResult{}, err
	}
	read, notes, err := movein.Read(file, snapshot)
	if err != nil {
		return ImportResult{}, err
	}
	i := importing{
		Config: c, options: o, store: store, visits: store.Appointments(), imports: store.Imports(), hidden: keys.Person,
		rules: slots.Importing{Centre: snapshot, Now: c.now().UTC()}, byFormer: make(map[string]int, len(read)),
	}
	i.result.Notes, i.result.Lines = notes, make([]movein.Result, len(read))
	for n, v := range read {
		i.byFormer[v.Former] = n
		i.result.Lines[n] = movein.Result{Line: v.Line, Former: v.Former}
	}
	digest := sha256.Sum256(file)
	i.subject = "visits of file " + hex.EncodeToString(digest[:8])
	if !o.Try {
		if err = i.log(ctx, "visits.import-begun", map[string]int{"lines": len(read)}); err != nil {
			return i.result, err
		}
	}
	err = i.run(ctx, read)
	i.result.Counts = movein.Count(i.result.Lines, i.result.Notes)
	if !o.Try {
		ending, cancel := context.WithTimeout(context.WithoutCancel(ctx), cmp.Or(c.Patience, statementTimeout))
		defer cancel()
		err = errors.Join(err, i.log(ending, "visits.imported", i.result.Counts))
	}
	return i.result, err
}

// importing is one run.
type importing struct {
	Config

	options  ImportOptions
	store    *postgres.Store
	visits   *postgres.Appointments
	imports  *postgres.Imports
	hidden   slots.Pseudonym
	rules    slots.Importing
	subject  string
	byFormer map[string]int // index of the line

	mu     sync.Mutex // of the rest
	result ImportResult
	done   int // of all that are to be written
	all    int
}

func (i *importing) log(ctx context.Context, action string, after any) error {
	text, err := json.Marshal(after)
	if err != nil {
		return err
	}
	return i.store.AuditLog().Record(ctx, audit.Entry{Actor: i.options.Actor, Action: action, Subject: i.subject, After: text})
}

// decide notes what became of a visit.
func (i *importing) decide(v slots.Import, reference slots.Reference, err error) {
	r := &i.result.Lines[i.byFormer[v.Former]]
	r.Decided, r.Reference, r.Err = true, reference, err
}

func (i *importing) run(ctx context.Context, read []movein.Visit) error {
	if err := i.tidy(ctx); err != nil {
		return err
	}
	visits, err := i.unknown(ctx, read)
	if err != nil {
		return err
	}
	visits, err = i.fitting(ctx, i.placed(visits))
	if err != nil {
		return err
	}
	if i.options.Try {
		for _, v := range visits {
			i.decide(v, "", nil)
		}
		return nil
	}
	i.all = len(visits)
	slots.InLedgerOrder(visits)
	if err = i.write(ctx, visits); err != nil {
		return err
	}
	return i.again(ctx, visits)
}

// tidy ends what is over, so that it takes no place and counts for nobody.
func (i *importing) tidy(ctx context.Context) error {
	if i.options.Try {
		return nil
	}
	return errors.Join(
		inBatches(ctx, func() (int, error) { return i.visits.ExpireHolds(ctx, i.rules.Now, nil, batch) }),
		inBatches(ctx, func() (int, error) { return i.visits.CloseVisits(ctx, i.rules.Now, nil, batch) }))
}

// unknown returns the visits that were not imported before.
func (i *importing) unknown(ctx context.Context, read []movein.Visit) ([]slots.Import, error) {
	all := make([]slots.Import, len(read))
	for n, v := range read {
		all[n] = v.Import
	}
	known, err := i.imports.Known(ctx, all)
	if err != nil {
		return nil, err
	}
	fresh := all[:0]
	for n, v := range all {
		switch before, ok := known[v.Former]; {
		case !ok:
			fresh = append(fresh, v)
		case before.Same:
			i.decide(v, before.Reference, nil)
			i.result.Lines[n].Before = true
		default:
			i.decide(v, before.Reference, slots.ErrImported)
		}
	}
	return fresh, nil
}

// placed returns the visits that the calendar and the rules allow.
func (i *importing) placed(visits []slots.Import) []slots.Import {
	allowed := visits[:0]
	for _, v := range visits {
		v, err := i.rules.Placed(v)
		if err != nil {
			i.decide(v, "", err)
			continue
		}
		v.ID, v.Reference = newID(), newReference()
		v.Person = slots.PersonOf(i.hidden, v.Visitor.Identity, v.Mobile)
		allowed = append(allowed, v)
	}
	return allowed
}

// fitting returns the visits for which there is a place as things stand, in the order of the file.
func (i *importing) fitting(ctx context.Context, visits []slots.Import) ([]slots.Import, error) {
	ledger, err := i.imports.Ledger(ctx, visits, i.rules.Now, i.rules.Unopened)
	if err != nil {
		return nil, err
	}
	fit := visits[:0]
	for _, v := range visits {
		if err := ledger.Take(v); err != nil {
			i.decide(v, "", err)
			continue
		}
		fit = append(fit, v)
	}
	return fit, nil
}

// write writes visits in the order of their ledger days.
func (i *importing) write(ctx context.Context, visits []slots.Import) error {
	how := postgres.Importing{Importing: &i.rules, Reason: movedIn, Tell: i.options.Tell}
	errs := make([]error, importers)
	var wg sync.WaitGroup
	for n, part := range parts(visits) {
		wg.Go(func() { errs[n] = i.imports.Import(ctx, part, how, i.note) })
	}
	wg.Wait()
	return errors.Join(errs...)
}

// parts divides visits for the importers, at the end of a ledger day.
func parts(visits []slots.Import) [importers][]slots.Import {
	var all [importers][]slots.Import
	for n := range all {
		most := len(visits) / (importers - n)
		for 0 < most && most < len(visits) && slots.DayOf(visits[most].Wanted.Place) == slots.DayOf(visits[most-1].Wanted.Place) {
			most++
		}
		all[n], visits = visits[:most], visits[most:]
	}
	return all
}

// note notes what became of a portion.
func (i *importing) note(outcomes []postgres.ImportOutcome) {
	i.mu.Lock()
	defer i.mu.Unlock()
	for _, o := range outcomes {
		if o.Err != nil {
			i.decide(o.Visit, "", o.Err)
		} else {
			i.decide(o.Visit, o.Visit.Reference, nil)
		}
	}
	i.done += len(outcomes)
	if i.options.Progress != nil {
		i.options.Progress(i.done, i.all)
	}
}

// again tries visits once more that found their place taken: by a hold that is overdue, or by a booking that
// was made at the same time.
func (i *importing) again(ctx context.Context, visits []slots.Import) error {
	var again []slots.Import
	ended := make(map[slots.Place]bool)
	for _, v := range visits {
		if !errors.Is(i.result.Lines[i.byFormer[v.Former]].Err, slots.ErrTaken) {
			continue
		}
		if day := slots.DayOf(v.Wanted.Place); !ended[day] {
			ended[day] = true
			if _, err := i.visits.ExpireHolds(ctx, i.now().UTC(), &v.Wanted.Place, batch); err != nil {
				return err
			}
		}
		again = append(again, v)
	}
	return i.write(ctx, again)
}

// opened opens the database with its vault.
func (c Config) opened(ctx context.Context, connections int) (*postgres.Store, *secret.Keys, error) {
	keys, err := c.keys()
	if err != nil {
		return nil, nil, err
	}
	store, err := postgres.Open(ctx, postgres.Config{
		URL: c.DatabaseURL, MaxConnections: connections, Timeout: cmp.Or(c.Patience, longJobLimit), Lazy: true, Connect: c.Connect,
	})
	if err != nil {
		return nil, nil, err
	}
	if err = store.OpenVault(ctx, keys); err != nil {
		return nil, nil, errors.Join(err, store.Close())
	}
	return store, keys, nil
}
