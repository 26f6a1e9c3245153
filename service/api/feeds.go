package api

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"ziyara/audit"
	"ziyara/feeds"
	"ziyara/once"
	"ziyara/texts"
)

// Feeds keeps the calendar feeds.
type Feeds interface {
	// AddFeed adds a feed, whose address has a secret with the SHA-256 token,
	// and logs the entry. It returns feeds.ErrMany or once.ErrAnswered.
	AddFeed(ctx context.Context, f feeds.Feed, token [32]byte, entry audit.Entry, once *once.Request[feeds.Feed]) error
	// Feeds returns a page of the feeds that are not revoked, newest first.
	Feeds(ctx context.Context, q feeds.Query) ([]feeds.Feed, error)
	// Feed returns a feed. It returns fault.ErrNotFound, or the feed with
	// feeds.ErrRevoked.
	Feed(ctx context.Context, id string) (feeds.Feed, error)
	// RevokeFeed ends a feed and logs the entry.
	RevokeFeed(ctx context.Context, id string, entry audit.Entry) error
	// ReadFeed returns the scope and the visits of the feed whose secret has the
	// SHA-256 token. It returns fault.ErrNotFound or feeds.ErrRevoked.
	ReadFeed(ctx context.Context, token [32]byte, now time.Time) (feeds.Scope, []feeds.Visit, error)
}

const (
	feedPath = "/feeds/"
	feedHost = "ziyara" // the end of the UIDs of events; never changes
	// feedToken is the length in bytes of the secret in an address.
	feedToken = 24
)

// errUnknownScope is returned for an unknown department or desk group.
var errUnknownScope = errors.New("api: no such department or desk group")

// CreateFeed makes a calendar feed.
func (s *Server) CreateFeed(ctx context.Context, r CreateFeedRequestObject) (CreateFeedResponseObject, error) {
	f, err := s.newFeed(ctx, *r.Body)
	if err != nil {
		return nil, err
	}
	secret := make([]byte, feedToken)
	s.Random(secret)
	path := base64.RawURLEncoding.EncodeToString(secret)
	out := feedJSON(f)
	out.URL = strings.TrimSuffix(s.PublicURL, "/") + feedPath + path + ".ics"
	answer, err := created(out)
	if err != nil {
		return nil, err
	}
	once, err := answerOnce(s, r.Params.IdempotencyKey, "feeds"+askedBy(ctx), r.Body, func(feeds.Feed) (stored, error) { return answer, nil })
	if err != nil {
		return nil, err
	}
	entry := s.entry(ctx, "feed.added", "feed "+f.ID, f.Department, f.Branch)
	if entry.After, err = json.Marshal(feedJSON(f)); err != nil {
		return nil, err
	}
	if err = s.Feeds.AddFeed(ctx, f, sha256.Sum256([]byte(path)), entry, once); err != nil {
		return s.again(r.Params.IdempotencyKey, once.Repeated(ctx, s.Answers, err))
	}
	return answer, nil
}

// newFeed reads the request for a feed, if the caller may make it.
func (s *Server) newFeed(ctx context.Context, body FeedRequest) (feeds.Feed, error) {
	f := feeds.Feed{
		ID: s.NewID(), Name: body.Name, Department: body.Department, DeskGroup: body.DeskGroup,
		Lang: body.Lang, Created: s.Now(),
	}
	if f.Lang == "" {
		f.Lang = "ar"
	}
	known := false
	switch {
	case f.Name == "":
		return f, invalid("#/name", required())
	case (f.Department == "") == (f.DeskGroup == ""):
		return f, invalid("#/desk_group", flaw{FieldErrorCodeNotTogether, texts.Staff("invalid.feed_scope")})
	case f.DeskGroup != "":
		if group, err := centreOf(ctx).DeskGroup(f.DeskGroup); err == nil {
			f.Department, f.Branch, known = group.Department, group.Branch, true
		}
	default:
		_, known = centreOf(ctx).Department(f.Department)
	}
	staff, err := permit(ctx, f.Department, f.Branch)
	switch {
	case err != nil:
		return f, err
	case !known:
		return f, errUnknownScope
	}
	f.CreatedBy = staff.ID
	return f, nil
}

// ListFeeds lists the feeds that the caller may see.
func (s *Server) ListFeeds(ctx context.Context, r ListFeedsRequestObject) (ListFeedsResponseObject, error) {
	grant, err := grantOf(ctx)
	if err != nil {
		return nil, err
	}
	s.Seen(ctx, grant.Staff) // who has only tokens is seen here
	limit := limitOf(r.Params.Limit)
	q := feeds.Query{Department: r.Params.Department, Limit: limit + 1}
	if q.Departments, q.Branches, err = within(ctx); err != nil {
		return nil, err
	}
	if q.Before, q.BeforeID, err = openCursor(r.Params.Cursor); err != nil {
		return nil, err
	}
	list, err := s.Feeds.Feeds(ctx, q)
	if err != nil {
		return nil, err
	}
	out := ListFeeds200JSONResponse{Feeds: []Feed{}}
	list, out.NextCursor = paged(list, limit, func(f feeds.Feed) string { return cursorAfter(f.Created, f.ID) })
	for _, f := range list {
		out.Feeds = append(out.Feeds, feedJSON(f))
	}
	return out, nil
}

// DeleteFeed revokes a feed.
func (s *Server) DeleteFeed(ctx context.Context, r DeleteFeedRequestObject) (DeleteFeedResponseObject, error) {
	f, err := s.Feeds.Feed(ctx, r.ID)
	if err != nil && !errors.Is(err, feeds.ErrRevoked) {
		return nil, err
	}
	if _, err = permit(ctx, f.Department, f.Branch); err != nil {
		return nil, err
	}
	entry := s.entry(ctx, "feed.revoked", "feed "+f.ID, f.Department, f.Branch)
	if entry.Before, err = json.Marshal(feedJSON(f)); err != nil {
		return nil, err
	}
	if err = s.Feeds.RevokeFeed(ctx, f.ID, entry); err != nil {
		return nil, err
	}
	return DeleteFeed204Response{}, nil
}

func feedJSON(f feeds.Feed) Feed {
	return Feed{
		ID: f.ID, Name: f.Name, Department: f.Department, DeskGroup: f.DeskGroup, Branch: f.Branch, Lang: f.Lang,
		CreatedAt: f.Created, CreatedBy: f.CreatedBy,
	}
}

// readFeed answers a calendar program. The address is a secret, so the log has
// only the route.
func (s *Server) readFeed(c *fiber.Ctx) error {
	scope, visits, err := s.Feeds.ReadFeed(c.UserContext(), sha256.Sum256([]byte(c.Params("token"))), s.Now())
	if err != nil {
		return err
	}
	scope.Zone = s.Centre().Zone(scope.Branch)
	var body bytes.Buffer
	if err = feeds.Write(&body, scope, feedHost, visits); err != nil {
		return err
	}
	tag := tagOf(body.Bytes())
	c.Set(fiber.HeaderETag, tag)
	c.Set(fiber.HeaderCacheControl, "private, no-cache") // for this client only, and asked for again each time
	c.Set("X-Robots-Tag", "noindex")
	c.Response().Header.Del(fiber.HeaderVary) // the feed has one language
	if knows(c.Get(fiber.HeaderIfNoneMatch), tag) {
		return c.SendStatus(http.StatusNotModified)
	}
	entry := audit.Entry{
		Action: string(audit.Read), Subject: "feed " + scope.ID, Actor: scope.CreatedBy, Department: scope.Feed.Department, Branch: scope.Branch,
		RequestID: metaOf(c.UserContext()).id, After: json.RawMessage(`{"operation":"readFeed"}`),
	}
	if err = s.tell(c.UserContext(), entry, entry.Subject); err != nil {
		return err
	}
	c.Set(fiber.HeaderContentType, "text/calendar; charset=utf-8")
	c.Set(fiber.HeaderContentDisposition, `inline; filename="visits.ics"`)
	c.Response().SetBodyRaw(body.Bytes())
	return nil
}
