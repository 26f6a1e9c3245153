package setup

import (
	"bytes"
	"encoding/json"
	"fmt"
	"regexp"

	"go.yaml.in/yaml/v3"
)

// header is the beginning of a written file. Editors find the schema by its first line.
const header = `# yaml-language-server: $schema=` + SchemaFile + `
# ziyara centre check FILE checks this file, ziyara centre apply FILE applies it.
# What it does not name stays as it is.

`

// SchemaFile is the name by which written files refer to their schema, beside them.
const SchemaFile = schemaName

// Write writes a centre as a file that Read reads the same.
func Write(c Centre) ([]byte, error) {
	text, err := json.Marshal(fileOf(c))
	if err != nil {
		return nil, fmt.Errorf("setup: write: %w", err)
	}
	var root yaml.Node
	if err := yaml.Unmarshal(text, &root); err != nil { // JSON is YAML
		return nil, fmt.Errorf("setup: write: %w", err)
	}
	restyle(&root)
	var out bytes.Buffer
	out.WriteString(header)
	e := yaml.NewEncoder(&out)
	e.SetIndent(2)
	if err := e.Encode(&root); err != nil {
		return nil, fmt.Errorf("setup: write: %w", err)
	}
	if err := e.Close(); err != nil {
		return nil, fmt.Errorf("setup: write: %w", err)
	}
	return out.Bytes(), nil
}

// quoted matches times of day and dates, which other readers of YAML take for numbers
// and timestamps.
var quoted = regexp.MustCompile(`^[0-9]{2}:[0-9]{2}$|^[0-9]{4}-[0-9]{2}-[0-9]{2}`)

// oneLine is the longest value that is written in one line.
const oneLine = 100

// restyle turns the style of JSON into that of people: one field in a line, except
// where the fields of a part are few and short.
func restyle(n *yaml.Node) (length int) {
	n.Style = 0
	if n.Kind == yaml.ScalarNode {
		if quoted.MatchString(n.Value) && n.ShortTag() == "!!str" {
			n.Style = yaml.DoubleQuotedStyle
		}
		return len([]rune(n.Value))
	}
	flat := n.Kind != yaml.DocumentNode
	for _, part := range n.Content {
		length += restyle(part) + 3
		// Lists of parts are long, even when they have one entry.
		if part.Kind == yaml.MappingNode && n.Kind == yaml.SequenceNode || part.Kind == yaml.MappingNode && part.Style == 0 ||
			part.Kind == yaml.SequenceNode && part.Style == 0 && len(part.Content) > 0 {
			flat = false
		}
	}
	if flat && length <= oneLine {
		n.Style = yaml.FlowStyle
	}
	return length
}
