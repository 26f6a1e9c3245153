package api

import (
	"net/http"
	"slices"
	"strings"

	"ziyara/access"
	"ziyara/catalog"
	"ziyara/centre"
	"ziyara/fault"
	"ziyara/feeds"
	"ziyara/notify/gateways"
	"ziyara/notify/httpsms"
	"ziyara/notify/verify"
	"ziyara/notify/webhook"
	"ziyara/once"
	"ziyara/privacy"
	"ziyara/reports"
	"ziyara/slots"
	"ziyara/texts"
)

// mapping gives an error its kind of problem.
type mapping struct {
	err  error
	kind kind
}

// allProblems returns the kinds of all errors.
func allProblems() []mapping {
	return slices.Concat(problems(), surveyProblems(), messageProblems(), []mapping{
		{fault.ErrEdited, kindEdited},
		{fault.ErrNotFound, kindNotFound}, // after the errors that wrap it and say more
	})
}

// problems returns the kinds of errors that have no file of their own. Their
// texts are in package texts.
func problems() []mapping {
	return append(slices.Concat(planProblems(), hallProblems()), []mapping{
		{fault.ErrUncertain, kindNotKnown},
		{fault.ErrUnavailable, kindUnavailable},
		{slots.ErrStale, kindUnavailable},
		{slots.ErrDayClosed, kindUnavailable},
		{once.ErrAnswered, kindUnavailable},
		{centre.ErrUnknownService, visitorKind("unknown-service", http.StatusNotFound)},
		{centre.ErrUnknownBranch, visitorKind("unknown-branch", http.StatusNotFound)},
		{centre.ErrUnknownDeskGroup, staffKind("unknown-desk-group", http.StatusNotFound)},
		{slots.ErrUnknownChannel, visitorKind("unknown-channel", http.StatusUnprocessableEntity)},
		{centre.ErrNotOffered, visitorKind("not-offered", http.StatusNotFound)},
		{slots.ErrExpired, visitorKind("hold-expired", http.StatusGone)},
		{slots.ErrReleased, visitorKind("hold-released", http.StatusGone)},
		{slots.ErrHoldUsed, visitorKind("hold-used", http.StatusConflict)},
		{slots.ErrHoldBound, visitorKind("hold-bound", http.StatusForbidden)},
		{slots.ErrProofFirst, visitorKind("proof-first", http.StatusForbidden)},
		{slots.ErrNotBooked, visitorKind("not-booked", http.StatusConflict)},
		{slots.ErrArrived, visitorKind("in-the-hall", http.StatusConflict)},
		{slots.ErrStarted, visitorKind("visit-started", http.StatusConflict)},
		{slots.ErrRequested, visitorKind("not-approved-yet", http.StatusConflict)},
		{slots.ErrNoProposal, visitorKind("no-proposal", http.StatusConflict)},
		{slots.ErrUnsettled, visitorKind("time-not-settled", http.StatusConflict)},
		{slots.ErrNotRequested, staffKind("not-requested", http.StatusConflict)},
		{slots.ErrSameStart, staffKind("same-start", http.StatusUnprocessableEntity)},
		{slots.ErrUnaudited, staffKind("reason-needed", http.StatusUnprocessableEntity)},
		{slots.ErrPersonBusy, visitorKind("person-busy", http.StatusConflict)},
		{slots.ErrPersonLimit, visitorKind("person-limit", http.StatusConflict)},
		{slots.ErrMobileLimit, visitorKind("mobile-limit", http.StatusConflict)},
		{slots.ErrTaken, visitorKind("slot-taken", http.StatusConflict)},
		{once.ErrKeyReused, kindKeyReused},
		{slots.ErrRange, visitorKind("range", http.StatusUnprocessableEntity)},
		{slots.ErrReference, kindNotFound},
		{slots.ErrIdentity, kindInvalid},
		{verify.ErrExpired, visitorKind("code-expired", http.StatusGone)},
		{verify.ErrIncomplete, visitorKind("code-incomplete", http.StatusUnprocessableEntity)},
		{verify.ErrTries, visitorKind("code-tries", http.StatusTooManyRequests)},
		{verify.ErrOver, kindUnavailable},
		{errWrongToken, visitorKind("wrong-token", http.StatusForbidden)},
		{errNoHoldToken, visitorKind("hold-token-needed", http.StatusUnauthorized)},
		{errChannel, visitorKind("channel-not-allowed", http.StatusForbidden)},
		{errNotYourChannel, staffKind("channel-not-yours", http.StatusForbidden)},
		{errVisitorsHold, staffKind("hold-of-visitor", http.StatusConflict)},
		{errProof, visitorKind("proof-invalid", http.StatusForbidden)},
		{errProofExpired, visitorKind("proof-expired", http.StatusForbidden)},
		{errIdentity, visitorKind("identity-not-proved", http.StatusForbidden)},
		{errIdentityExpired, visitorKind("identity-expired", http.StatusForbidden)},
		{slots.ErrAlreadyWaiting, visitorKind("already-waiting", http.StatusConflict)},
		{slots.ErrMobileWaits, visitorKind("mobile-waits", http.StatusConflict)},
		{slots.ErrNotWaiting, visitorKind("not-waiting", http.StatusConflict)},
		{slots.ErrNoMobile, visitorKind("no-mobile", http.StatusConflict)},
		{slots.ErrNoOffer, visitorKind("no-offer", http.StatusConflict)},
		{slots.ErrOfferOver, visitorKind("offer-over", http.StatusGone)},
		{errNoEntryToken, visitorKind("waitlist-token-needed", http.StatusUnauthorized)},
		{feeds.ErrRevoked, staffKind("feed-revoked", http.StatusGone)},
		{errUnknownScope, staffKind("unknown-feed-scope", http.StatusNotFound)},
		{feeds.ErrMany, staffKind("too-many-feeds", http.StatusConflict)},
		{webhook.ErrURL, kindWebhookURL},
		{webhook.ErrAddress, staffKind("webhook-address", http.StatusUnprocessableEntity)},
		{webhook.ErrDisabled, staffKind("webhook-disabled", http.StatusConflict)},
		{webhook.ErrPending, staffKind("delivery-pending", http.StatusConflict)},
		{slots.ErrPosition, staffKind("unknown-position", http.StatusGone)},
		{webhook.ErrMany, staffKind("too-many-webhooks", http.StatusConflict)},
		{reports.ErrGrouping, kindInvalid},
		{reports.ErrRange, staffKind("report-range", http.StatusUnprocessableEntity)},
		{reports.ErrRows, staffKind("report-too-large", http.StatusUnprocessableEntity)},
		{reports.ErrAhead, staffKind("forecast-reach", http.StatusUnprocessableEntity)},
		{access.ErrSignIn, staffKind("sign-in-needed", http.StatusUnauthorized)},
		{access.ErrUnavailable, staffKind("sign-in-unavailable", http.StatusServiceUnavailable)},
		{access.ErrNoRole, staffKind("no-role", http.StatusForbidden)},
		{access.ErrForeign, staffKind("foreign-request", http.StatusForbidden)},
		{access.ErrForbidden, staffKind("forbidden", http.StatusForbidden)},
		{gateways.ErrUnknown, staffKind("unknown-gateway", http.StatusNotFound)},
		{httpsms.ErrForged, staffKind("receipt-not-proved", http.StatusUnauthorized)},
		{httpsms.ErrReceipt, staffKind("receipt-not-readable", http.StatusUnprocessableEntity)},
		{privacy.ErrOngoing, visitorKind("visits-to-come", http.StatusConflict)},
		{errNoProof, visitorKind("proof-needed", http.StatusUnauthorized)},
		{errNotLocal, staffKind("not-local", http.StatusMisdirectedRequest)},
		{errNoToken, visitorKind("token-needed", http.StatusUnauthorized)},
	}...)
}

// Kinds of problem that several errors share.
//
//nolint:gochecknoglobals // constants in all but name
var (
	kindNotFound     = visitorKind("not-found", http.StatusNotFound)
	kindUnavailable  = visitorKind("unavailable", http.StatusServiceUnavailable)
	kindNotKnown     = visitorKind("not-known", http.StatusServiceUnavailable)
	kindKeyReused    = visitorKind("key-reused", http.StatusUnprocessableEntity)
	kindInvalid      = visitorKind("invalid", http.StatusUnprocessableEntity)
	kindNoCodes      = visitorKind("codes-stopped", http.StatusServiceUnavailable)
	kindWrongCode    = visitorKind("wrong-code", http.StatusUnprocessableEntity)
	kindTooMany      = visitorKind("too-many-requests", http.StatusTooManyRequests)
	kindTooManyHolds = visitorKind("too-many-holds", http.StatusTooManyRequests)
	kindPause        = visitorKind("rebooking-pause", http.StatusTooManyRequests)
	kindMalformed    = visitorKind("malformed", http.StatusBadRequest)
	kindIncomplete   = visitorKind("incomplete", http.StatusRequestTimeout)
	kindNoRoute      = visitorKind("no-such-address", http.StatusNotFound)
	kindMethod       = visitorKind("method", http.StatusMethodNotAllowed)
	kindTooLarge     = visitorKind("too-large", http.StatusRequestEntityTooLarge)
	kindHeaders      = visitorKind("header-too-large", http.StatusRequestHeaderFieldsTooLarge)
	kindMediaType    = visitorKind("media-type", http.StatusUnsupportedMediaType)
	kindWebhookURL   = staffKind("webhook-url", http.StatusUnprocessableEntity)
	kindInternal     = visitorKind("internal", http.StatusInternalServerError)
)

// rules returns the rules that a booking can break.
func rules() []slots.Rule {
	return []slots.Rule{
		slots.RuleNotice, slots.RuleHorizon, slots.RuleClosed, slots.RuleOffGrid, slots.RulePaused, slots.RuleRetired,
		slots.RulePartyLimit, slots.RuleCancelCutoff, slots.RuleMoveCutoff, slots.RulePartyCutoff,
	}
}

// ruleKind returns the kind of problem of a broken rule.
func ruleKind(r slots.Rule) kind {
	return visitorKind("rule-"+ruleName(r), http.StatusUnprocessableEntity)
}

// ruleName returns the name of a rule in problem types and in the texts.
func ruleName(r slots.Rule) string { return strings.ReplaceAll(string(r), "_", "-") }

// countedRule says how many starts of a day a rule refuses.
func countedRule(r slots.Rule, n int) catalog.Text {
	return texts.Visitors("starts.refused", "Count", n, "Why", texts.Visitors("starts."+ruleName(r)))
}
