package service_test

import (
	"net/http"
	"testing"

	"ziyara/service/api"
	"ziyara/service/servicetest"
)

// The coordinator of the department approves over HTTP, nobody else does, and
// the log says who it was.
func TestStaffDecideInTheirDepartment(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 1)
	visitor := centre.Visitor(1)
	a, _ := requests(t, visitor)
	path := "/v1/appointments/" + a.Reference + "/approve"

	centre.Refused(centre.Post(path, nil), http.StatusUnauthorized, "sign-in-needed")
	centre.Refused(centre.Coordinator("revenues").Posts(path, nil), http.StatusForbidden, "forbidden")
	centre.Refused(centre.Receptionist("riyadh").Posts(path, nil), http.StatusForbidden, "forbidden")

	own := centre.Coordinator(departmentOf(t, centre, meeting))
	for range 2 { // again is the same
		var booked api.Appointment
		own.Posts(path, nil).JSON(t, &booked)
		ends(t, booked, api.AppointmentStatusBooked, "requested approved")
	}
	var log api.ActList
	own.Gets("/v1/audit?subject=appointment+"+a.Reference).JSON(t, &log)
	if len(log.Acts) != 1 || log.Acts[0].Actor != own.ID || log.Acts[0].Action != "approved" || log.Acts[0].Branch != "riyadh" {
		t.Errorf("log %+v, want one approval", log.Acts)
	}
	var others api.ActList
	centre.Coordinator("revenues").Gets("/v1/audit").JSON(t, &others)
	if len(others.Acts) != 0 {
		t.Errorf("another department sees %+v", others.Acts)
	}
}

// departmentOf returns the slug of a service's department.
func departmentOf(t *testing.T, centre *servicetest.Centre, service string) string {
	t.Helper()
	var s api.Service
	centre.Get("/v1/services/"+service).JSON(t, &s)
	return s.Department.Slug
}
