package notify

// Preview is a message as it would go out.
type Preview struct {
	Text string
	Size
	Cost    Money
	Wording int // index of the wording that was chosen, from 0
}

// Preview returns the message of the facts with the wordings of c, or with
// those in use when c is nil. It returns an error that wraps ErrFacts when a
// fact is missing.
func (t *Texts) Preview(f Facts, c *Checked) (Preview, error) {
	return t.render(f, c)
}
