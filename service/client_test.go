package service_test

import (
	"errors"
	"os/exec"
	"regexp"
	"strings"
	"testing"
	"time"

	"ziyara/client"
	"ziyara/service/servicetest"
)

// asking returns a client of the first replica.
func asking(t *testing.T, centre *servicetest.Centre, options ...client.ClientOption) *client.ClientWithResponses {
	t.Helper()
	c, err := client.New(centre.Replicas[0].URL(), append(options, client.Language("en"))...)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// got returns what the server answered; a problem ends the test.
func got[T any](t *testing.T) func(answer T, err error) T {
	t.Helper()
	return func(answer T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return answer
	}
}

// refused returns the kind of problem that an answer is, "" for none.
func refused[T any](_ T, err error) string {
	if problem, ok := errors.AsType[*client.Problem](err); ok {
		return problem.Kind()
	}
	return ""
}

// bookedBy books the n-th free start of a service at Riyadh for a visitor, as a portal does.
func bookedBy(t *testing.T, c *client.ClientWithResponses, v *servicetest.Visitor, service, day string, n int) *client.Appointment {
	t.Helper()
	ctx := t.Context()
	found := got[*client.ListSlotsResponse](t)(c.ListSlotsWithResponse(ctx, service,
		&client.ListSlotsParams{Branch: "riyadh", From: &day, To: &day})).JSON200
	key := "hold-of-" + v.ID + day
	hold := got[*client.CreateHoldResponse](t)(c.CreateHoldWithResponse(ctx, &client.CreateHoldParams{IdempotencyKey: &key},
		client.HoldRequest{Service: service, Branch: "riyadh", Start: found.Days[0].Slots[n].Start})).JSON201
	sent := got[*client.CreateVerificationResponse](t)(c.CreateVerificationWithResponse(ctx, nil,
		client.VerificationRequest{Mobile: v.Mobile})).JSON202
	code := regexp.MustCompile(`\d{6}`).FindString(v.Receives().Text)
	proof := got[*client.CheckVerificationResponse](t)(c.CheckVerificationWithResponse(ctx, sent.ID, nil,
		client.VerificationCheck{Code: code})).JSON200
	book := client.AppointmentRequest{Hold: hold.ID, HoldToken: hold.Token, Verification: proof.Token, DocumentsAcknowledged: true}
	book.Visitor.Name, book.Visitor.ID = v.Name, v.ID
	return got[*client.CreateAppointmentResponse](t)(c.CreateAppointmentWithResponse(ctx, nil, book)).JSON201
}

// A portal in Go books, moves and cancels for a visitor with the client, and sees problems
// as errors with what they have.
func TestClientBooksMovesAndCancels(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 1)
	c, visitor, ctx := asking(t, centre), centre.Visitor(1), t.Context()
	const day = "2026-11-24"
	visit := bookedBy(t, c, visitor, heirs, day, 0)
	if visit.Reference == "" || visit.ManageToken == "" || visit.Status != client.AppointmentStatusBooked {
		t.Fatalf("booked %+v", visit)
	}
	if visit.ServiceName == nil || visit.ServiceName.En == "" || visit.BranchName == nil || visit.BranchName.Ar == "" {
		t.Errorf("a page that shows the visit has to ask for names: %v, %v", visit.ServiceName, visit.BranchName)
	}
	kind := refused(c.MoveAppointmentWithResponse(ctx, visit.Reference, nil, client.MoveRequest{Start: visit.Start}))
	if kind != "token-needed" {
		t.Errorf("moved without the token: %q", kind)
	}
	owner := client.Bearer(visit.ManageToken)
	later := got[*client.ListSlotsResponse](t)(c.ListSlotsWithResponse(ctx, heirs, &client.ListSlotsParams{Branch: "riyadh"})).JSON200
	last := later.Days[len(later.Days)-1].Slots[0].Start
	moved := got[*client.MoveAppointmentResponse](t)(c.MoveAppointmentWithResponse(ctx, visit.Reference, nil,
		client.MoveRequest{Start: last}, owner)).JSON200
	if !moved.Start.Equal(last) || moved.Version <= visit.Version {
		t.Errorf("moved to %v, version %d", moved.Start, moved.Version)
	}
	_, err := c.MoveAppointmentWithResponse(ctx, visit.Reference, nil, client.MoveRequest{Start: last.Add(time.Minute)}, owner)
	if problem, ok := errors.AsType[*client.Problem](err); !ok || problem.Kind() != "rule-off-grid" ||
		problem.Rule != client.ProblemRuleOffGrid {
		t.Errorf("moved off the grid: %v", err)
	}
	_, err = c.CreateVerificationWithResponse(ctx, nil, client.VerificationRequest{Mobile: "0501"})
	if problem, ok := errors.AsType[*client.Problem](err); !ok || len(problem.Errors) != 1 ||
		problem.Errors[0].Code != client.FieldErrorCodeTooShort && problem.Errors[0].Code != client.FieldErrorCodeMobile {
		t.Errorf("a mobile that is none: %+v", problem)
	}
	cancelled := got[*client.CancelAppointmentResponse](t)(c.CancelAppointmentWithResponse(ctx, visit.Reference, nil,
		client.CancelRequest{}, owner)).JSON200
	if cancelled.Status != client.AppointmentStatusCancelled {
		t.Errorf("after the cancellation it is %s", cancelled.Status)
	}
}

// A program of staff closes an afternoon with the client, if nobody has changed the calendar
// since, and runs the hall.
func TestClientClosesAnAfternoonAndRunsTheHall(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 1)
	ctx := t.Context()
	noura := asking(t, centre, client.Token(centre.Coordinator("revenues").Token()))
	const counter = "riyadh-returns"
	group := got[*client.GetDeskGroupResponse](t)(noura.GetDeskGroupWithResponse(ctx, counter, nil))
	evening := servicetest.At(t, "2026-11-24T23:00")
	closure := client.PlanClosure{
		Start: servicetest.At(t, "2026-11-24T12:00"), End: &evening,
		Reason: client.PlanText{Ar: "صيانة", En: "Maintenance"},
	}
	stale := client.AddClosureParams{IfMatch: `"77"`}
	if kind := refused(noura.AddClosureWithResponse(ctx, counter, &stale, closure)); kind != "edit-conflict" {
		t.Errorf("changed what somebody else has changed: %q", kind)
	}
	read := client.AddClosureParams{IfMatch: group.HTTPResponse.Header.Get("ETag")}
	closed := got[*client.AddClosureResponse](t)(noura.AddClosureWithResponse(ctx, counter, &read, closure)).JSON200
	if len(closed.Plan.Closures) != 1 {
		t.Errorf("closed: %+v", closed.Plan.Closures)
	}
	day := "2026-11-24"
	found := got[*client.ListSlotsResponse](t)(noura.ListSlotsWithResponse(ctx, annualReturns,
		&client.ListSlotsParams{Branch: "riyadh", From: &day, To: &day})).JSON200
	for _, s := range found.Days[0].Slots {
		if s.End.After(closure.Start) {
			t.Errorf("%v is offered in the afternoon that is closed", s.Start)
		}
	}

	visit := bookedBy(t, asking(t, centre), centre.Visitor(1), annualReturns, "2026-11-23", 3)
	centre.Clock.Set(visit.Start.Add(-5 * time.Minute))
	door := asking(t, centre, client.Token(centre.Receptionist("riyadh").Token()))
	arrived := got[*client.CheckInResponse](t)(door.CheckInWithResponse(ctx, visit.Reference, nil,
		client.CheckInRequest{Branch: "riyadh"})).JSON200
	if arrived.Number == nil && arrived.Where != "waiting" {
		t.Errorf("checked in: %+v", arrived)
	}
	got[*client.CallVisitorResponse](t)(door.CallVisitorWithResponse(ctx, "riyadh", nil,
		client.CallRequest{Desk: "1", Reference: visit.Reference}))
	centre.Clock.Add(time.Minute)
	got[*client.StartVisitResponse](t)(door.StartVisitWithResponse(ctx, visit.Reference, nil, client.StartRequest{}))
	centre.Clock.Add(10 * time.Minute)
	done := got[*client.CompleteVisitResponse](t)(door.CompleteVisitWithResponse(ctx, visit.Reference, nil)).JSON200
	if done.Where != "completed" {
		t.Errorf("at the end the visit is %s", done.Where)
	}
	if kind := refused(door.CompleteVisitWithResponse(ctx, "V-0000-0000-0", nil)); kind != "not-found" {
		t.Errorf("a visit that does not exist is completed: %q", kind)
	}
}

// A program that imports the client has nothing of the server in it.
func TestClientNeedsNothingOfTheServer(t *testing.T) {
	t.Parallel()
	list, err := exec.CommandContext(t.Context(), "go", "list", "-deps", "ziyara/client").Output()
	if err != nil {
		t.Fatal(err)
	}
	for path := range strings.FieldsSeq(string(list)) {
		first, _, _ := strings.Cut(path, "/")
		known := strings.HasPrefix(path, "github.com/oapi-codegen/runtime") || path == "github.com/google/uuid" ||
			path == "github.com/apapsch/go-jsonmerge/v2"
		if path != "ziyara/client" && (first == "ziyara" || strings.Contains(first, ".") && !known) {
			t.Errorf("the client needs %s", path)
		}
	}
}
