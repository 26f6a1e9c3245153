package api

import (
	"errors"
	"fmt"
	"runtime"
	"strings"

	"github.com/gofiber/fiber/v2"
)

// panicError describes a panic for the log. The value is left out unless it is
// a runtime.Error: any other may have personal data.
type panicError struct {
	cause string
	where string // functions and lines, from the inside out
}

func (e *panicError) Error() string { return "api: panic: " + e.cause + " at " + e.where }

// survive turns a panic of a handler into a panicError.
func survive(c *fiber.Ctx) (err error) {
	defer func() {
		if value := recover(); value != nil {
			err = newPanicError(value)
		}
	}()
	return c.Next()
}

func newPanicError(value any) *panicError {
	e := &panicError{cause: fmt.Sprintf("%T", value)}
	if cause, ok := value.(error); ok {
		if fault, ok := errors.AsType[runtime.Error](cause); ok {
			e.cause = fault.Error()
		}
	}
	var counters [16]uintptr
	frames := runtime.CallersFrames(counters[:runtime.Callers(4, counters[:])])
	var where []string
	for {
		f, more := frames.Next()
		where = append(where, fmt.Sprintf("%s:%d", f.Function, f.Line))
		if !more {
			break
		}
	}
	e.where = strings.Join(where, " ")
	return e
}
