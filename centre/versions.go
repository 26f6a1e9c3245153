package centre

import "slices"

// Versions are the versions of a plan or a list that a change is meant for; nil
// for any. Without one, but not nil, it is meant for none that exists.
type Versions []int64

// Has reports whether the change is meant for the version.
func (v Versions) Has(version int64) bool { return v == nil || slices.Contains(v, version) }
