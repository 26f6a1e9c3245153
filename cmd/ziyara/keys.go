package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"

	"ziyara/service"
	"ziyara/service/secret"
)

// ring is the ring of keys, for commands that open what is sealed.
type ring struct {
	Keys     string `env:"ZIYARA_KEYS" placeholder:"JSON" help:"${keys}"`
	KeysFile string `env:"ZIYARA_KEYS_FILE" placeholder:"FILE" help:"${keys_file}"`
	Secret   string `env:"ZIYARA_SECRET" placeholder:"TEXT" help:"${secret}"`
}

// into has the configuration use the ring.
func (r ring) into(c *service.Config) (err error) {
	switch {
	case r.Keys != "" && r.KeysFile != "":
		return errors.New("ZIYARA_KEYS and ZIYARA_KEYS_FILE are both set: which one is the ring of keys?")
	case r.Keys != "":
		c.Keys = []byte(r.Keys)
	case r.KeysFile != "":
		c.Keys, err = os.ReadFile(r.KeysFile)
	case r.Secret != "":
		c.Secret = []byte(r.Secret)
	default:
		err = errors.New("without keys: make a ring with `ziyara keys new FILE` and name it in ZIYARA_KEYS_FILE")
	}
	return err
}

// keys has the commands about the ring of keys.
type keys struct {
	New    newKeys    `cmd:"" help:"Make a file with a ring of one key: that of ZIYARA_SECRET if it is set, otherwise a new one."`
	Rotate rotateKeys `cmd:"" help:"Add a new primary key to the ring. It writes once every replica has it and ziyara rekey has begun."`
	List   listKeys   `cmd:"" help:"List the ids of the keys, the primary first."`
	Retire retireKey  `cmd:"" help:"Take a key out of the ring, unless rows are still sealed with it."`
}

type keysFile struct {
	File string `arg:"" help:"File of the ring."`
}

// change writes what do makes of the ring in the file.
func (k keysFile) change(do func(*secret.Ring) (*secret.Ring, error)) (*secret.Ring, error) {
	old, err := k.read()
	if err != nil {
		return nil, err
	}
	changed, err := do(old)
	if err != nil {
		return nil, err
	}
	return changed, k.write(changed)
}

func (k keysFile) read() (*secret.Ring, error) {
	text, err := os.ReadFile(k.File)
	if err != nil {
		return nil, err
	}
	return secret.ParseRing(text)
}

// write replaces the file at once, so that nobody reads half a ring.
func (k keysFile) write(r *secret.Ring) error {
	text, err := r.JSON()
	if err != nil {
		return err
	}
	temporary, err := os.CreateTemp(filepath.Dir(k.File), ".keys-*") // which only its owner reads
	if err != nil {
		return err
	}
	_, err = temporary.Write(text)
	err = errors.Join(err, temporary.Sync(), temporary.Close())
	if err == nil {
		err = os.Rename(temporary.Name(), k.File)
	}
	if err != nil {
		return errors.Join(err, os.Remove(temporary.Name()))
	}
	return nil
}

type newKeys struct {
	keysFile
	Secret string `env:"ZIYARA_SECRET" placeholder:"TEXT" help:"The secret of a deployment that has no ring yet."`
}

// Run makes the file.
func (n newKeys) Run() error {
	if _, err := os.Stat(n.File); !errors.Is(err, os.ErrNotExist) {
		return errors.Join(fmt.Errorf("%s exists already: ziyara keys rotate adds a key to it", n.File), err)
	}
	made, err := secret.NewRing()
	if n.Secret != "" {
		made, err = secret.FromSecret([]byte(n.Secret))
	}
	if err != nil {
		return err
	}
	return n.write(made)
}

type rotateKeys struct{ keysFile }

// Run adds a key.
func (r rotateKeys) Run() error {
	changed, err := r.change((*secret.Ring).Rotated)
	if err != nil {
		return err
	}
	fmt.Printf("%d is the primary key now. Give the file to every replica and restart one after the other, then run ziyara rekey.\n",
		changed.IDs()[0])
	return nil
}

type listKeys struct{ keysFile }

// Run lists the keys.
func (l listKeys) Run() error {
	found, err := l.read()
	if err != nil {
		return err
	}
	for i, id := range found.IDs() {
		if i == 0 {
			fmt.Println(id, "primary")
		} else {
			fmt.Println(id)
		}
	}
	return nil
}

type retireKey struct {
	database
	keysFile
	ID string `arg:"" help:"Id of the key."`
}

// Run takes the key out of the file.
func (r retireKey) Run(ctx context.Context) error {
	id, err := strconv.ParseUint(r.ID, 10, 32)
	if err != nil {
		return fmt.Errorf("%q is no id of a key: see ziyara keys list", r.ID)
	}
	n, err := service.SealedWith(ctx, service.Config{DatabaseURL: r.URL}, uint32(id))
	if err != nil {
		return err
	}
	if n > 0 {
		return fmt.Errorf("the database needs key %d for %d rows: run ziyara rekey first", id, n)
	}
	_, err = r.change(func(old *secret.Ring) (*secret.Ring, error) { return old.Without(uint32(id)) })
	return err
}

type rekey struct {
	database
	ring
}

// Run seals all rows with the primary key, and says how many are left.
func (r rekey) Run(ctx context.Context) error {
	config := service.Config{DatabaseURL: r.URL}
	if err := r.into(&config); err != nil {
		return err
	}
	return service.Rekey(ctx, config, 0, os.Stdout)
}
