// Package demo provides the demo centre: a plausible centre of a ministry, not
// an official one, which ziyara dev shows and tests book at. Its data is
// centre.yaml.
package demo

import (
	_ "embed"

	"ziyara/setup"
)

//go:embed centre.yaml
var centreYAML []byte

// Load returns the demo centre.
func Load() (setup.Centre, error) { return setup.Read(centreYAML) }
