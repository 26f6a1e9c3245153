package gateways

import (
	"bytes"
	"testing"

	"github.com/BurntSushi/toml"
)

// Whatever stands in a file of gateways, it is read or refused. No gateway is made: one
// would begin to connect.
func FuzzFile(f *testing.F) {
	for _, s := range []string{
		"[[gateway]]\nname = \"main\"\nkind = \"smpp\"\naddress = \"127.0.0.1:2775\"\n",
		"[[gateway]]\nname = \"x\"\nkind = \"http\"\nprovider = \"unifonic\"\n[gateway.secrets]\na = \"B\"\n",
		"[[gateway]]\nkind = 1", "gateway = 3", "\x00",
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, content []byte) {
		var read file
		meta, err := toml.NewDecoder(bytes.NewReader(content)).Decode(&read)
		if err != nil {
			return
		}
		l := loader{meta: meta}
		for _, table := range read.Gateways {
			var s settings
			if err := l.decode(table, &s); err == nil && (checkName(s.Name) != nil || s.Kind != "smpp" && s.Kind != "http") {
				t.Fatalf("accepted: %+v", s)
			}
		}
	})
}
