/*
 * Prints what libical reads: a line for each VEVENT, VAVAILABILITY and AVAILABLE.
 */
#include <libical/ical.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void text(icalcomponent *c, icalproperty_kind kind)
{
	icalproperty *p = icalcomponent_get_first_property(c, kind);
	const char *s = p ? icalproperty_get_value_as_string(p) : "";
	icalvalue *v = p ? icalproperty_get_value(p) : NULL;
	if (v && icalvalue_isa(v) == ICAL_TEXT_VALUE)
		s = icalvalue_get_text(v);
	printf(" x");
	for (; *s; s++)
		printf("%02x", (unsigned char)*s);
}

static void line(icalcomponent *c)
{
	printf("%s %lld %lld", icalcomponent_kind_to_string(icalcomponent_isa(c)),
	       (long long)icaltime_as_timet(icalcomponent_get_dtstart(c)),
	       (long long)icaltime_as_timet(icalcomponent_get_dtend(c)));
	text(c, ICAL_UID_PROPERTY);
	text(c, ICAL_SUMMARY_PROPERTY);
	text(c, ICAL_LOCATION_PROPERTY);
	text(c, ICAL_DESCRIPTION_PROPERTY);
	text(c, ICAL_X_PROPERTY);
	text(c, ICAL_STATUS_PROPERTY);
	text(c, ICAL_BUSYTYPE_PROPERTY);
	printf("\n");
}

static void walk(icalcomponent *c)
{
	icalcomponent_kind kind = icalcomponent_isa(c);
	if (kind == ICAL_VEVENT_COMPONENT || kind == ICAL_VAVAILABILITY_COMPONENT ||
	    kind == ICAL_XAVAILABLE_COMPONENT)
		line(c);
	icalcomponent *part = icalcomponent_get_first_component(c, ICAL_ANY_COMPONENT);
	for (; part; part = icalcomponent_get_next_component(c, ICAL_ANY_COMPONENT))
		walk(part);
}

int main(void)
{
	size_t size = 1 << 24, n;
	char *file = malloc(size);
	if (!file || (n = fread(file, 1, size - 1, stdin)) == 0)
		return 1;
	file[n] = 0;
	icalcomponent *calendar = icalparser_parse_string(file);
	/* Whatever is too much, missing or malformed becomes an error inside. */
	if (!calendar || !icalrestriction_check(calendar) || icalcomponent_count_errors(calendar) > 0) {
		fprintf(stderr, "libical finds errors:\n%s\n", calendar ? icalcomponent_as_ical_string(calendar) : "");
		return 1;
	}
	walk(calendar);
	return 0;
}
