package catalog_test

import (
	"testing"
	"time"

	"ziyara/catalog"
)

// Who books for themselves, or over the call centre, waits for the approval;
// what the staff decide on the spot does not.
func TestApprovalNeeded(t *testing.T) {
	t.Parallel()
	waits := map[catalog.Channel]bool{
		catalog.Public: true, catalog.Agent: true, catalog.WalkIn: false, catalog.Protected: false,
	}
	approval := catalog.Approval{Answer: 24 * time.Hour, Default: catalog.Decline}
	for _, c := range catalog.Channels {
		if got := approval.Needed(c); got != waits[c] {
			t.Errorf("%s: %v, want %v", c, got, waits[c])
		}
		if (catalog.Approval{}).Needed(c) {
			t.Errorf("%s: an approval is needed where there is none", c)
		}
	}
}
