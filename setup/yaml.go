package setup

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"
)

const (
	// MaxSize is the largest file in bytes.
	MaxSize = 32 << 20
	// maxDepth is how deep a file can be nested; a real one needs 12.
	maxDepth = 32
)

// position is a place in a file, both from 1, with the pointer that leads to it.
type position struct {
	line, column int
	pointer      string
}

// document is a YAML document as JSON knows it, with the position of each value by its
// JSON pointer, and of each field by the pointer with a # after it.
type document struct {
	value     any
	positions map[string]position
	faults    []*LineError
}

// parse reads one YAML document. What can't be told as JSON becomes a fault.
func parse(data []byte) *document {
	d := &document{positions: map[string]position{}}
	if len(data) > MaxSize {
		d.fault(position{line: 1, column: 1}, fmt.Sprintf("the file has %d MB: at most %d are read", len(data)>>20, MaxSize>>20))
		return d
	}
	if !bytes.HasPrefix(data, []byte("\xff\xfe")) && !bytes.HasPrefix(data, []byte("\xfe\xff")) && !utf8.Valid(data) {
		line := 1 + bytes.Count(data[:firstInvalid(data)], []byte("\n"))
		d.fault(position{line: line, column: 1}, "the file is not UTF-8: save it as UTF-8, not as Windows-1256 or another code page")
		return d
	}
	decoder := yaml.NewDecoder(bytes.NewReader(data))
	var root yaml.Node
	if err := decoder.Decode(&root); err != nil {
		if errors.Is(err, io.EOF) {
			d.fault(position{line: 1, column: 1}, "the file is empty: ziyara centre new writes one to start from")
		} else {
			d.syntax(err, data)
		}
		return d
	}
	d.value = d.read(root.Content[0], "", 0)
	var more yaml.Node
	if err := decoder.Decode(&more); !errors.Is(err, io.EOF) {
		d.fault(position{line: max(more.Line, 1), column: 1}, "the file has a second document: one centre is one document")
	}
	return d
}

func firstInvalid(data []byte) int {
	at := 0
	for at < len(data) {
		r, n := utf8.DecodeRune(data[at:])
		if r == utf8.RuneError && n == 1 {
			break
		}
		at += n
	}
	return at
}

func (d *document) fault(at position, text string) {
	d.faults = append(d.faults, &LineError{Line: at.line, Column: at.column, Text: text, Pointer: at.pointer})
}

var syntaxLine = regexp.MustCompile(`^yaml: (?:line ([0-9]+): )?(.*)`)

// syntax reports what the YAML parser could not read.
func (d *document) syntax(err error, data []byte) {
	line, text := 1, err.Error()
	if parts := syntaxLine.FindStringSubmatch(text); parts != nil {
		if n, err := strconv.Atoi(parts[1]); err == nil {
			line = n
		}
		text = parts[2]
	}
	lines := bytes.Split(data, []byte("\n"))
	if _, name, found := strings.Cut(text, "unknown anchor '"); found {
		name, _, _ = strings.Cut(name, "'")
		if i := slices.IndexFunc(lines, func(l []byte) bool { return bytes.Contains(l, []byte("*"+name)) }); i >= 0 {
			d.fault(position{line: i + 1, column: 1}, "*"+name+" is no text: put it in quotes")
			return
		}
	}
	for _, near := range []int{line, line + 1} { // the parser counts from 0 or 1
		if near <= len(lines) && bytes.HasPrefix(bytes.TrimLeft(lines[near-1], " "), []byte("\t")) {
			line, text = near, "the line is indented by a tab: use spaces"
			break
		}
	}
	d.fault(position{line: line, column: 1}, "this is no YAML: "+text)
}

// read returns the value of a node and notes its position.
func (d *document) read(n *yaml.Node, pointer string, depth int) any {
	at := position{n.Line, n.Column, pointer}
	d.positions[pointer] = at
	if depth > maxDepth {
		d.fault(at, "nested too deep")
		return nil
	}
	switch n.Kind {
	case yaml.MappingNode:
		return d.object(n, pointer, depth)
	case yaml.SequenceNode:
		list := make([]any, len(n.Content))
		for i, item := range n.Content {
			list[i] = d.read(item, pointer+"/"+strconv.Itoa(i), depth+1)
		}
		return list
	case yaml.AliasNode:
		d.fault(at, "aliases (*"+n.Value+") are not read: write the value out")
		return nil
	case yaml.ScalarNode, yaml.DocumentNode:
	}
	return d.scalar(n)
}

func (d *document) object(n *yaml.Node, pointer string, depth int) any {
	fields := make(map[string]any, len(n.Content)/2)
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		at := position{key.Line, key.Column, pointer}
		if key.Kind != yaml.ScalarNode {
			d.fault(at, "the name of a field is plain text")
			continue
		}
		if _, twice := fields[key.Value]; twice {
			d.fault(at, key.Value+" is given twice")
			continue
		}
		inner := pointer + "/" + escape(key.Value)
		d.positions[inner+"#"] = at
		fields[key.Value] = d.read(value, inner, depth+1)
	}
	return fields
}

// scalar returns a scalar as JSON has it: what looks like a date stays text.
func (d *document) scalar(n *yaml.Node) any {
	switch n.ShortTag() {
	case "!!bool":
		return strings.EqualFold(n.Value, "true")
	case "!!null":
		return nil
	case "!!int":
		var i int64
		if err := n.Decode(&i); err == nil {
			return json.Number(strconv.FormatInt(i, 10))
		}
	case "!!float":
		var f float64
		if err := n.Decode(&f); err == nil {
			if text, err := json.Marshal(f); err == nil { // not infinite
				return json.Number(text)
			}
		}
	}
	return n.Value
}

//nolint:gochecknoglobals // a constant in all but name
var escapes = strings.NewReplacer("~", "~0", "/", "~1")

// escape makes a field name a part of a JSON pointer (RFC 6901, section 3).
func escape(field string) string { return escapes.Replace(field) }

// at returns the position of what the pointer leads to, or of what has it.
func (d *document) at(pointer string) position {
	for part := pointer; ; {
		if at, ok := d.positions[part]; ok {
			at.pointer = strings.TrimSuffix(pointer, "#")
			return at
		}
		i := strings.LastIndexByte(part, '/')
		if i < 0 {
			return position{1, 1, strings.TrimSuffix(pointer, "#")}
		}
		part = part[:i]
	}
}
