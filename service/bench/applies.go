package bench

import (
	"bytes"
	"context"
	"fmt"
	"time"

	"ziyara/service"
	"ziyara/setup"
)

// appliedServices is how many services a file of a large centre has.
const appliedServices = 10_000

// applies measures how long a file with many new services takes to be read and applied, and
// how long it takes to find that nothing is different any more.
func applies(ctx context.Context, c Config, r *report) error {
	file := servicesFile(appliedServices)
	began := time.Now()
	want, err := setup.Read(file)
	if err != nil {
		return err
	}
	read := time.Since(began)
	var took [2]time.Duration
	for run := range took {
		began = time.Now()
		done, err := service.Apply(ctx, service.Config{DatabaseURL: c.DatabaseURL, Secret: []byte(benchSecret)}, want, "bench", false)
		if err != nil {
			return err
		}
		took[run] = time.Since(began)
		if n := [...]int{appliedServices + 1, 0}[run]; len(done.Changes) != n { // the services and their department
			return fmt.Errorf("run %d: %d changes, want %d", run+1, len(done.Changes), n)
		}
	}
	r.line("| a file of %d services, %.1f MB: read | %.1f s | |", appliedServices, float64(len(file))/1e6, read.Seconds())
	r.line("| the same applied; once more, which finds no difference | %.1f s; %.1f s | |", took[0].Seconds(), took[1].Seconds())
	return nil
}

// servicesFile writes a centre of one department with services.
func servicesFile(n int) []byte {
	var b bytes.Buffer
	b.WriteString("format: 1\ndepartments:\n  - {slug: large, name: {ar: إدارة كبيرة, en: Large department}}\nservices:\n")
	for i := range n {
		fmt.Fprintf(&b, `  - slug: service-%d
    department: large
    name: {ar: الخدمة %d, en: Service %d}
    about: {ar: وصف الخدمة في جملة, en: What it is for in a sentence}
    duration: 20m
    notice: 2h
    requirements:
      - {slug: identity, name: {ar: الهوية الوطنية, en: National ID}}
    topics:
      - {ar: كلمة أخرى %d, en: Another word %d}
`, i, i, i, i, i)
	}
	return b.Bytes()
}
