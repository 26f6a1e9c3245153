package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"ziyara/notify"
	"ziyara/privacy"
	"ziyara/service"
	"ziyara/slots"
	"ziyara/texts"
)

// person has the commands about the data of one person.
type person struct {
	Export exportPerson `cmd:"" help:"Write a copy of what is kept of a person, as JSON."`
	Erase  erasePerson  `cmd:"" help:"Erase what is kept of a person, once no visit is to come."`
}

// whose says whose data a command is about.
type whose struct {
	Mobile   string `placeholder:"NUMBER" help:"A mobile number; with an identity number, only what has both."`
	Identity string `placeholder:"NUMBER" help:"A national ID, iqama, border or GCC number."`
}

func (w whose) who() (who privacy.Who, err error) {
	if w.Mobile == "" && w.Identity == "" {
		return who, errors.New("whose data? Give --mobile, --identity, or both")
	}
	if w.Mobile != "" {
		mobile, err := notify.ParseMobile(w.Mobile)
		if err != nil {
			return who, fmt.Errorf("--mobile: %w", err)
		}
		who.Mobile = string(mobile)
	}
	if w.Identity != "" {
		identity, err := slots.ParseIdentity(w.Identity)
		if err != nil {
			return who, fmt.Errorf("--identity: %w", err)
		}
		who.Identity = identity.Number
	}
	return who, nil
}

type exportPerson struct {
	database
	ring
	whose
}

// Run writes the copy to standard output.
func (e exportPerson) Run(ctx context.Context) error {
	who, err := e.who()
	if err != nil {
		return err
	}
	config := service.Config{DatabaseURL: e.URL}
	if err = e.into(&config); err != nil {
		return err
	}
	data, err := service.ExportPerson(ctx, config, who)
	if err != nil {
		return err
	}
	out := json.NewEncoder(os.Stdout)
	out.SetEscapeHTML(false)
	out.SetIndent("", "  ")
	return out.Encode(data)
}

type erasePerson struct {
	database
	ring
	whose
	Yes bool `help:"Don't ask."`
}

// Run shows how much there is, asks, and erases it.
func (e erasePerson) Run(ctx context.Context) error {
	who, err := e.who()
	if err != nil {
		return err
	}
	return e.erase(ctx, who, os.Stdin, os.Stdout)
}

func (e erasePerson) erase(ctx context.Context, who privacy.Who, in io.Reader, out io.Writer) error {
	config := service.Config{DatabaseURL: e.URL}
	if err := e.into(&config); err != nil {
		return err
	}
	if !e.Yes {
		data, err := service.ExportPerson(ctx, config, who)
		if err != nil {
			return err
		}
		more := ""
		if !data.Complete {
			more = " or more"
		}
		_, _ = fmt.Fprintf(out, "%d visits and %d entries of the waitlist%s. Erase what is personal of them? This can't be undone. [yes/no] ",
			len(data.Visits), len(data.Waitlist), more)
		answer, err := bufio.NewReader(in).ReadString('\n')
		if err != nil && !errors.Is(err, io.EOF) {
			return err
		}
		if strings.TrimSpace(answer) != "yes" {
			_, _ = fmt.Fprintln(out, "Nothing was erased.")
			return nil
		}
	}
	erased, err := service.ErasePerson(ctx, config, who, time.Now().UTC())
	if ongoing, ok := errors.AsType[*privacy.OngoingError](err); ok {
		return fmt.Errorf("nothing was erased, because %d visits are to come (%s) and %d entries of the waitlist wait: cancel them first",
			len(ongoing.Visits), strings.Join(ongoing.Visits, ", "), ongoing.Waiting)
	}
	if err != nil {
		return err
	}
	_, _ = fmt.Fprintf(out, "Erased: the person of %d visits, %d entries of the waitlist, %d texts of messages, %d comments.\nKept:\n",
		erased.Visits, erased.Waitlist, erased.Texts, erased.Comments)
	for _, kept := range privacy.AllKept() {
		_, _ = fmt.Fprintf(out, "- %s\n", texts.Visitors("privacy.left_"+string(kept)).EN)
	}
	return nil
}
