package api

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"ziyara/fault"
	"ziyara/setup"
	"ziyara/slots"
	"ziyara/texts"
)

// Setup changes what the centre offers, and keeps what it was. What each method does and
// returns is said at postgres.Centre.
type Setup interface {
	Describe(ctx context.Context) (setup.Centre, error)
	Change(ctx context.Context, r slots.CentreRequest, want func(have setup.Centre) (setup.Centre, error)) (setup.Outcome, error)
	History(ctx context.Context, of setup.Kind, slug string, before, after, limit int) ([]setup.Version, error)
}

// keptVersions is how many changes of a part are kept.
const keptVersions = 500

// kindIn returns the kind that a path names.
func kindIn(path string) setup.Kind {
	for _, k := range setup.Kinds() {
		if k.List() == strings.ReplaceAll(path, "-", "_") {
			return k
		}
	}
	return ""
}

// fieldOf returns the name of the member that has a part of the kind.
func fieldOf(k setup.Kind) string { return strings.ReplaceAll(string(k), " ", "_") }

// holding puts a part under the name of its kind into an answer.
func holding[T any](out T, k setup.Kind, part json.RawMessage) (T, error) {
	text, err := json.Marshal(map[string]json.RawMessage{fieldOf(k): part})
	if err == nil {
		err = json.Unmarshal(text, &out)
	}
	return out, err
}

// ownerOf returns the department (slug) that a part belongs to; "" for none.
func ownerOf(c setup.Centre, k setup.Kind, slug string) string {
	switch k {
	case setup.KindService:
		for _, s := range c.Services {
			if s.Slug == slug {
				return s.Department
			}
		}
	case setup.KindDeskGroup:
		for _, g := range c.DeskGroups {
			if g.Slug == slug {
				return g.Department
			}
		}
	case setup.KindDepartment:
		for _, d := range c.Departments {
			if d.Slug == slug {
				return slug
			}
		}
	case setup.KindBranch, setup.KindHolidayList, setup.KindEntity, setup.KindReason:
	}
	return ""
}

// mayRead returns access.ErrForbidden unless the caller may see a part: of the services and
// desk groups, coordinators see those of their departments.
func mayRead(ctx context.Context, c setup.Centre, k setup.Kind, slug string) error {
	if k != setup.KindService && k != setup.KindDeskGroup {
		_, err := grantOf(ctx)
		return err
	}
	_, err := permit(ctx, ownerOf(c, k, slug), "")
	return err
}

// ListCentreParts lists what the centre has of a kind.
func (s *Server) ListCentreParts(ctx context.Context, r ListCentrePartsRequestObject) (ListCentrePartsResponseObject, error) {
	c, err := s.Setup.Describe(ctx)
	if err != nil {
		return nil, err
	}
	k := kindIn(r.Kind)
	all, err := c.Parts(k)
	if err != nil {
		return nil, err
	}
	all = slices.DeleteFunc(all, func(p setup.Part) bool { return mayRead(ctx, c, k, p.Slug) != nil })
	if r.Params.Cursor != "" {
		at := slices.IndexFunc(all, func(p setup.Part) bool { return p.Slug == r.Params.Cursor })
		if at < 0 {
			return nil, invalid("?cursor", flaw{FieldErrorCodeCursor, texts.Visitors("invalid.cursor")})
		}
		all = all[at+1:]
	}
	out := ListCentreParts200JSONResponse{Parts: []CentrePart{}}
	all, out.NextCursor = paged(all, limitOf(r.Params.Limit), func(p setup.Part) string { return p.Slug })
	for _, p := range all {
		part, err := holding(CentrePart{}, k, p.JSON)
		if err != nil {
			return nil, err
		}
		out.Parts = append(out.Parts, part)
	}
	return out, nil
}

// part returns a part of the centre that the caller may see, or fault.ErrNotFound.
func (s *Server) part(ctx context.Context, k setup.Kind, slug string) (*setup.Part, error) {
	c, err := s.Setup.Describe(ctx)
	if err != nil {
		return nil, err
	}
	part, err := c.Part(k, slug)
	switch {
	case err != nil:
		return nil, err
	case part == nil:
		return nil, fault.ErrNotFound
	}
	return part, mayRead(ctx, c, k, slug)
}

// GetCentrePart shows a part of the centre.
func (s *Server) GetCentrePart(ctx context.Context, r GetCentrePartRequestObject) (GetCentrePartResponseObject, error) {
	k := kindIn(r.Kind)
	part, err := s.part(ctx, k, r.Slug)
	if err != nil {
		return nil, err
	}
	body, err := holding(CentrePart{}, k, part.JSON)
	return GetCentrePart200JSONResponse{Body: body, Headers: GetCentrePart200ResponseHeaders{ETag: tagOf(part.JSON)}}, err
}

// PutCentrePart adds or changes a part of the centre, or says what that would do.
func (s *Server) PutCentrePart(ctx context.Context, r PutCentrePartRequestObject) (PutCentrePartResponseObject, error) {
	k := kindIn(r.Kind)
	wanted, err := partOf(k, r.Body)
	if err != nil {
		return nil, err
	}
	request := slots.CentreRequest{ID: s.NewID(), Author: s.entry(ctx, "", fieldOf(k)+" "+r.Slug, "", ""), Try: dryRun(r.Params.DryRun)}
	request.Decision = r.Body.Decision
	if r.Body.Reason != nil {
		request.Reason = *r.Body.Reason
		request.Author.Reason = request.Reason.EN
	} else if request.Decision == slots.CallOff || request.Decision == slots.Rebook {
		return nil, invalid("#/reason", flaw{FieldErrorCodeRequired, texts.Staff("invalid.change_reason")})
	}
	var before *setup.Part
	done, err := s.Setup.Change(ctx, request, func(have setup.Centre) (setup.Centre, error) {
		if before, err = have.Part(k, r.Slug); err != nil {
			return setup.Centre{}, err
		}
		if _, err := permit(ctx, ownerOf(have, k, r.Slug), ""); err != nil {
			if before != nil || k != setup.KindService && k != setup.KindDeskGroup {
				return setup.Centre{}, err
			}
		}
		if err := condition(r.Params, before); err != nil {
			return setup.Centre{}, err
		}
		want, err := setup.Put(have, k, r.Slug, wanted)
		if err != nil {
			return setup.Centre{}, err
		}
		if k == setup.KindService || k == setup.KindDeskGroup {
			_, err = permit(ctx, ownerOf(want, k, r.Slug), "")
		}
		return want, err
	})
	if err != nil {
		return nil, faultsOfPart(k, err)
	}
	after, err := done.Centre.Part(k, r.Slug)
	if err != nil {
		return nil, err
	}
	if !request.Try && len(done.Changes) > 0 {
		s.refresh(ctx)
	}
	body, err := holding(s.outcomeJSON(ctx, request, done), k, after.JSON)
	tag := tagOf(after.JSON)
	if request.Try && before != nil { // the one that the change will name
		tag = tagOf(before.JSON)
	}
	return PutCentrePart200JSONResponse{Body: body, Headers: PutCentrePart200ResponseHeaders{ETag: tag}}, err
}

// partOf returns the part in a request that names one of this kind, and no other.
func partOf(k setup.Kind, body *CentreChange) (json.RawMessage, error) {
	text, err := json.Marshal(body)
	if err != nil {
		return nil, err
	}
	var members map[string]json.RawMessage
	if err = json.Unmarshal(text, &members); err != nil {
		return nil, err
	}
	for name := range members {
		if name != fieldOf(k) && name != "decision" && name != "reason" {
			return nil, invalid("#/"+name, flaw{FieldErrorCodeUnknown, texts.Staff("invalid.other_kind")})
		}
	}
	if members[fieldOf(k)] == nil {
		return nil, invalid("#/"+fieldOf(k), required())
	}
	return members[fieldOf(k)], nil
}

// condition returns nil if a part may be written: it is what If-Match names, or it is not
// there and If-None-Match says that. It returns fault.ErrEdited, errNoVersion or an
// *invalidError.
func condition(p PutCentrePartParams, before *setup.Part) error {
	if p.IfNoneMatch != "" {
		list, ok := parseEntityTags(p.IfNoneMatch)
		switch {
		case !ok || !list.any:
			return invalid("If-None-Match:", flaw{FieldErrorCodeEntityTag, texts.Staff("invalid.if_none_match")})
		case before != nil:
			return fault.ErrEdited
		}
		return nil
	}
	if before == nil {
		if _, err := ifMatch(p.IfMatch); err != nil {
			return err
		}
		return fault.ErrEdited
	}
	return matches(p.IfMatch, tagOf(before.JSON))
}

// outcomeJSON says what a change of the centre does.
func (s *Server) outcomeJSON(ctx context.Context, r slots.CentreRequest, done setup.Outcome) CentreOutcome {
	undecided := done.Undecided()
	out := CentreOutcome{Changed: []string{}, Undecided: len(undecided), Visits: []CentreVisit{}}
	for _, c := range done.Changes {
		for _, f := range c.Fields {
			out.Changed = append(out.Changed, f.Name)
		}
	}
	if !r.Try && len(undecided) > 0 && r.Decision != slots.Keep {
		out.Change = r.ID
	}
	for _, v := range done.Visits[:min(len(done.Visits), shownVisits)] {
		saw(ctx, v.Reference, v.Department, v.Branch)
		out.Visits = append(out.Visits, CentreVisit{
			Reference: v.Reference, Service: v.Service, Branch: v.Branch, Start: v.Start.In(centreOf(ctx).Zone(v.Branch)),
			Effect: string(v.Effect),
		})
	}
	return out
}

// ListCentreVersions lists the changes of a part of the centre.
func (s *Server) ListCentreVersions(ctx context.Context, r ListCentreVersionsRequestObject) (ListCentreVersionsResponseObject, error) {
	k := kindIn(r.Kind)
	if _, err := s.part(ctx, k, r.Slug); err != nil {
		return nil, err
	}
	before, err := strconv.Atoi(r.Params.Cursor)
	if r.Params.Cursor != "" && (err != nil || before < 1) {
		return nil, invalid("?cursor", flaw{FieldErrorCodeCursor, texts.Visitors("invalid.cursor")})
	}
	limit := limitOf(r.Params.Limit)
	list, err := s.Setup.History(ctx, k, r.Slug, before, 0, limit+1)
	if err != nil {
		return nil, err
	}
	out := ListCentreVersions200JSONResponse{Versions: []CentreVersion{}}
	list, out.NextCursor = paged(list, limit, func(v setup.Version) string { return strconv.Itoa(v.Version) })
	for _, v := range list {
		out.Versions = append(out.Versions, CentreVersion{
			Version: v.Version, At: v.At, Actor: v.Actor, Reason: v.Reason, Before: v.Before, After: v.After,
		})
	}
	return out, nil
}

// GetCentreVersion shows a part of the centre as it was.
func (s *Server) GetCentreVersion(ctx context.Context, r GetCentreVersionRequestObject) (GetCentreVersionResponseObject, error) {
	k := kindIn(r.Kind)
	now, err := s.part(ctx, k, r.Slug)
	if err != nil {
		return nil, err
	}
	list, err := s.Setup.History(ctx, k, r.Slug, 0, 0, keptVersions)
	if err != nil {
		return nil, err
	}
	since := list[:slices.IndexFunc(append(list, setup.Version{}), func(v setup.Version) bool { return v.Version <= r.Version })]
	newest, first := 0, 1
	if len(list) > 0 {
		newest, first = list[0].Version, list[len(list)-1].Version
	}
	if r.Version > newest || r.Version < first-1 {
		return nil, fault.ErrNotFound
	}
	was, err := setup.Back(now.JSON, since)
	if err == nil && was == nil {
		err = fault.ErrNotFound
	}
	if err != nil {
		return nil, err
	}
	body, err := holding(CentrePart{}, k, was)
	return GetCentreVersion200JSONResponse(body), err
}

// faultsOfPart turns the faults of a part of the centre into those of its request. Another
// error stays as it is.
func faultsOfPart(k setup.Kind, err error) error {
	faults, ok := errors.AsType[setup.FileError](err)
	if !ok {
		return err
	}
	var list pointerList
	for _, f := range faults {
		list.add("#/"+fieldOf(k)+f.Pointer, ofPart(f.Text))
	}
	return &invalidError{Status: http.StatusUnprocessableEntity, Errors: list}
}

// ofPart is what the rules of the centre say of a part.
func ofPart(text string) flaw {
	return flaw{FieldErrorCodeCentre, texts.Staff("invalid.part", "Fault", texts.Isolated(text))}
}

// refusals says why the centre can't change like this; nil for another error.
func refusals(err error) []pointerError {
	var list []pointerError
	reasons := []error{err}
	if all, ok := err.(interface{ Unwrap() []error }); ok {
		reasons = all.Unwrap()
	}
	for _, e := range reasons {
		if errors.Is(e, setup.ErrRefused) && len(list) < maxPointers {
			text := strings.TrimPrefix(e.Error(), setup.ErrRefused.Error()+": ")
			list = append(list, pointerError{"#", ofPart(text)})
		}
	}
	return list
}
