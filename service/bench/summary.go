package bench

import (
	"errors"
	"fmt"
)

// shownErrors is how many different errors of many callers are reported.
const shownErrors = 3

// summary combines the errors of many callers: each text once, with its count.
// It returns nil if there are none.
func summary(errs []error) error {
	counts := make(map[string]int)
	var different []error
	for _, err := range errs {
		if err == nil {
			continue
		}
		if counts[err.Error()]++; counts[err.Error()] == 1 {
			different = append(different, err)
		}
	}
	var told []error
	for _, err := range different[:min(len(different), shownErrors)] {
		if n := counts[err.Error()]; n > 1 {
			err = fmt.Errorf("%d times: %w", n, err)
		}
		told = append(told, err)
	}
	if more := len(different) - len(told); more > 0 {
		told = append(told, fmt.Errorf("and %d other errors", more))
	}
	return errors.Join(told...)
}
