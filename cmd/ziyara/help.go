package main

import "github.com/alecthomas/kong"

// helpTexts are the texts of --help that do not fit in the tag of their flag.
var helpTexts = kong.Vars{
	// Settings of dev and serve.
	"database_url": "PostgreSQL 15 or newer, as postgres://user:password@host:port/name.",
	"keys":         "The ring of keys (ziyara keys new), the same in every replica: it seals what is personal, and makes tokens and codes.",
	"keys_file":    "File with the ring of keys.",
	"secret":       "At least 32 random bytes, the same in every replica, instead of a ring: a ring of this one key.",
	"unproved_share": "How much of a day may be held without a verified mobile, in percent, from 1 to 100; " +
		"beyond it visitors verify their mobile before they hold a place.",
	"centre": "File of a centre of your own, instead of the demo centre; it has a database of its own (ziyara centre new).",
	"holds_per_address": "Maximum holds at a time for one address, up to 10000; a hall or a mobile network is one address. " +
		"off is allowed only on a loopback address.",
	"serving_role": "Role of the database that serves and can't change the log of staff (docs/OPERATIONS.md): migrate gives it " +
		"its rights, and serve refuses to serve as another one.",
	"head":       "The head of the log at an earlier time: its entries up to then must still be the same.",
	"operations": "Address for operators, host:port: metrics at /metrics, and at /readyz why requests can't be served.",
	"limits": "Changes of the limits of requests, codes and messages (docs/OPERATIONS.md), such as hold-address=100/10m. " +
		"off bounds no requests; it is allowed only on a loopback address.",
	"trusted_proxies": "Networks of the proxies whose X-Forwarded-For header names the client.",
	"text_hosts":      "Hosts to which departments' own texts of messages may link, such as mof.gov.sa; by default to none.",
	"webhook_allow": "Networks that webhooks may reach although they are not public, even without TLS. " +
		"All other webhooks need a public address and https.",
	"public_url": "The ministry's own address in links to visits: https and a host of at most 30 characters. " +
		"Without it, messages have no links.",
	"call_centre":  "Telephone number in messages and on pages, for visitors who need help; 19990 by default.",
	"registration": "Number of the site in the register of official sites; without it pages don't claim to be official.",
	"licence":      "Licence under which free places of published services are, as an address.",
	"ministry_ar":  "Name of the ministry in Arabic, in messages and on pages.",
	"product_ar":   "Name of the service in Arabic, at the top of pages.",
	"mark":         "SVG file of at most 16 KB with a square viewBox, the sign at the top of pages and on home screens: shapes only.",
	"colour":       "Colour of buttons; the others follow from it. White on it needs a contrast of at least 4.5.",
	"booking_url":  "Address of the page where visits are booked, https; visitors learn it when a visit is cancelled.",
	"keep_visits": "How long what is personal of a visit is kept after its day; then it is emptied, and the visit stays for reports. " +
		"At least 720h.",
	"keep_waitlist": "How long an entry of the waitlist is kept after its end; then it is removed.",
	"keep_texts":    "How long the texts of messages are kept; the record that they were sent stays.",
	"queue_limit":   "Maximum holds, and bookings, that wait for the database; more are asked to come back later.",
	"sms": "Where messages go: a file that lists gateways (docs/OPERATIONS.md), or none, which sends no text messages, not even codes. " +
		"serve needs it; dev shows messages at /dev/phone without it.",
	"gulf":          "SA,AE,BH,KW,OM,QA",
	"sms_countries": "Countries whose mobiles are sent text messages, as codes of two letters, such as SA,AE.",
	"smtp_url":      "The mail server, as smtps://user:password@host?from=address; use smtp for STARTTLS.",

	// How staff sign in.
	"oidc_issuer": "The OpenID Connect provider that staff sign in with, exactly as it names itself. " +
		"Without it no staff can sign in, and operations for staff answer sign-in-needed.",
	"visitor_issuer": "The OpenID Connect provider that visitors can sign in with, such as a national sign-in. " +
		"Without it they prove a mobile only.",
	"visitor_audience":   "The audience of the ID tokens of visitors that other portals bring; the client id by default.",
	"visitor_scopes":     "What is asked for at the provider of visitors.",
	"visitor_claim":      "Claim with the identity number that the provider of visitors vouches for.",
	"oidc_client_id":     "The provider's id for this service.",
	"oidc_client_secret": "The secret shared with the provider; none for a public client.",
	"oidc_audience":      "The audience that bearer tokens must have; the client id by default.",
	"staff_url": "Address of the pages for staff, https and a host; ZIYARA_PUBLIC_URL by default. " +
		"The provider sends the browser back to /staff/callback and /staff/signed-out there.",
	"oidc_claim_roles": "Claim with the person's roles: coordinator, receptionist, agent, manager or admin. " +
		"Dots select a nested claim, as in realm_access.roles.",
	"oidc_role_prefix": "Prefix of our roles among others, such as ziyara-.",
	"oidc_departments": "Claim with the departments (slugs) of a coordinator.",
	"oidc_branches":    "Claim with the branches (slugs) of a receptionist.",

	// dev.
	"data": "Where the private database keeps its data; /var/lib/ziyara for root, otherwise ~/.local/share/ziyara.",

	// bench.
	"against": "Measure each part with this program and with another build of it, in turn, and print both side by side.",
	"each": "Maximum time of each measurement; it ends earlier when all places are taken. " +
		"The sides of a comparison take three turns each.",
	"stored": "Numbers of stored visits at which to measure the planning of reminders.",
}
