package history

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/anishathalye/porcupine"
)

// Errors of Check.
var (
	ErrIllegal   = errors.New("history: no order of the operations explains the answers")
	ErrUndecided = errors.New("history: not decided in time")
)

// Check returns nil if the recorded operations could have happened one after the
// other, each between its call and its answer. It returns ErrUndecided when
// patience runs out (0 is no limit), and otherwise an ErrIllegal that tells how far
// an order can be found, and names a file with a drawing of the history for a
// browser.
func (r *Recorder) Check(patience time.Duration) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	model := Model()
	for _, part := range byPart(r.operations) {
		switch porcupine.CheckOperationsTimeout(model, part, patience) {
		case porcupine.Ok:
		case porcupine.Unknown:
			return ErrUndecided
		case porcupine.Illegal:
			return illegal(model, part, patience)
		}
	}
	return nil
}

// illegal explains why a history is refused.
func illegal(model porcupine.Model, part []porcupine.Operation, patience time.Duration) error {
	_, info := porcupine.CheckOperationsVerbose(model, part, patience)
	err := fmt.Errorf("%w\n%s", ErrIllegal, stuck(info, part))
	drawing, createErr := os.CreateTemp("", "ziyara-history-*.html")
	if createErr != nil {
		return errors.Join(err, createErr)
	}
	if drawErr := errors.Join(porcupine.Visualize(model, info, drawing), drawing.Close()); drawErr != nil {
		return errors.Join(err, drawErr)
	}
	return fmt.Errorf("%w\nthe whole history: %s", err, drawing.Name())
}

// stuck describes the longest order that explains the answers: its last
// operations, their state, and the operations that can't come next.
func stuck(info porcupine.LinearizationInfo, part []porcupine.Operation) string {
	var longest []porcupine.Operation
	for _, orders := range info.PartialLinearizationsOperations() {
		for _, order := range orders {
			if len(order) > len(longest) {
				longest = order
			}
		}
	}
	var b strings.Builder
	var state State
	ordered := make(map[int64]bool)
	for i, o := range longest {
		call, answer := o.Input.(Call), o.Output.(Answer) //nolint:forcetypeassert // Recorder wrote them
		state, _ = state.step(call, answer)
		ordered[o.Call] = true
		if i >= len(longest)-12 {
			fmt.Fprintf(&b, "  %s\n", describe(call, answer))
		}
	}
	fmt.Fprintf(&b, "leaves\n%s", state)
	first := int64(-1) // when the first of the others was answered
	for _, o := range part {
		if !ordered[o.Call] && (first < 0 || o.Return < first) {
			first = o.Return
		}
	}
	b.WriteString("and none of these can come next:\n")
	for _, o := range part {
		if !ordered[o.Call] && o.Call <= first {
			fmt.Fprintf(&b, "  %s\n", describe(o.Input.(Call), o.Output.(Answer))) //nolint:forcetypeassert // Recorder wrote them
		}
	}
	return b.String()
}
