package service

import (
	"context"

	"ziyara/hall"
	"ziyara/service/console"
	"ziyara/service/postgres"
	"ziyara/service/signin"
)

// console returns the pages of staff; nil when staff can't sign in with a browser.
func (s *Service) newConsole(
	staff staffSignIn, receptions *hall.Receptions, changes *postgres.Changes,
) (*console.Console, error) {
	session := staff.session()
	if session == nil {
		return nil, nil //nolint:nilnil // no sessions, no pages
	}
	return console.New(console.Config{
		Centre: s.centre.Load, Now: s.config.Now, Log: s.config.Log, Session: session, NewID: newID, Kept: staff.keeps(), Site: s.config.site(),
		HallVersion: func(ctx context.Context, branch string) (string, error) {
			return receptions.On(s.centre.Load()).Version(ctx, branch, s.config.Now())
		},
		ChangeVersion: func(ctx context.Context, change string) (string, error) {
			c, err := changes.Find(ctx, change, s.config.Now())
			if err != nil {
				return "", err
			}
			return c.Progress(), nil
		},
		LogSealed: func(ctx context.Context) (console.Sealed, error) {
			head, err := s.store.AuditLog().Head(ctx)
			return console.Sealed{Number: head.Number, At: head.At, Head: head.Head().String()}, err
		},
		SignInPath: signin.SignInPath, SignOutPath: signin.SignOutPath, ReturnField: signin.ReturnField,
	})
}
