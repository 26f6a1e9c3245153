package api

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// internal begins the names of what the contract tells the generator of this server.
const internal = "x-go-"

// published returns the contract as callers get it: without what it tells the generator
// of this server, as YAML and as JSON.
func published(spec []byte) (asYAML, asJSON []byte, err error) {
	var document yaml.Node
	if err = yaml.Unmarshal(spec, &document); err != nil {
		return nil, nil, fmt.Errorf("api: read contract: %w", err)
	}
	withoutInternals(&document)
	var out bytes.Buffer
	e := yaml.NewEncoder(&out)
	e.SetIndent(2)
	if err = e.Encode(&document); err != nil {
		return nil, nil, fmt.Errorf("api: write contract: %w", err)
	}
	var value any
	if err = document.Decode(&value); err != nil {
		return nil, nil, fmt.Errorf("api: read contract: %w", err)
	}
	if asJSON, err = json.Marshal(value); err != nil {
		return nil, nil, fmt.Errorf("api: write contract: %w", err)
	}
	return out.Bytes(), asJSON, nil
}

// withoutInternals takes the internals out of a part of the contract. Dates stay text,
// as JSON has them.
func withoutInternals(n *yaml.Node) {
	if n.ShortTag() == "!!timestamp" {
		n.Tag = "!!str"
	}
	if n.Kind == yaml.MappingNode {
		var kept []*yaml.Node
		for pair := range slices.Chunk(n.Content, 2) {
			if !strings.HasPrefix(pair[0].Value, internal) {
				kept = append(kept, pair...)
			}
		}
		n.Content = kept
	}
	for _, part := range n.Content {
		withoutInternals(part)
	}
}
