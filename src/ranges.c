/* ranges: a section with a range or a list in its name becomes many. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "language.h"
#include "ranges.h"

enum { RANGES_IN_A_NAME = 8, DIGITS = 15 /* so that sums and products stay far from the ends of their types */ };

struct span {
	const char *start;
	size_t length;
};

/* {1..3}, {i=01..16}, {red,blue}, {c=red,blue} */
struct range {
	struct span whole, name; /* name: "n" when it has none of its own */
	bool named;
	const char **words; /* of a list; NULL for numbers */
	long long first;
	size_t n;
	int width;
	size_t at; /* which of the n it is at */
};

/* A text in which {n}s stand: pieces of it, each plain or a reference to a range. */
struct piece {
	struct span text; /* of a reference as well, for messages */
	struct range *range; /* NULL: plain */
	long long offset;
};

struct pattern {
	struct piece *pieces;
	size_t n, room;
	size_t references;
};

struct expanding {
	struct ini *ini;
	struct report *report;
	struct section *sections; /* what comes out */
	size_t n, room;
	size_t made, bytes; /* of the bounds */
	const struct section *from; /* the one at work */
	struct range ranges[RANGES_IN_A_NAME];
	size_t n_ranges;
	struct buffer text; /* scratch */
};

static bool is_same(struct span a, struct span b)
{
	return a.length == b.length && !memcmp(a.start, b.start, a.length);
}

static size_t digits_at(const char *text)
{
	return strspn(text, "0123456789");
}

/* The length of a range's name at TEXT; 0: none. */
static size_t name_at(const char *text)
{
	size_t length = 0;
	if (isalpha((unsigned char)*text) || *text == '_')
		while (isalnum((unsigned char)text[length]) || text[length] == '_')
			length++;
	return length;
}

/* --- the ranges of a name --- */

#define WRONG(e, ...) (report_error((e)->report, (e)->from->line, (e)->from->header, NULL, __VA_ARGS__), false)

/* From "{" to "}" when that is meant to be a range or a list: no blank in it, but ".." or ",". */
static bool find_range(const char *open, struct span *whole)
{
	size_t length = 1 + strcspn(open + 1, "{} \t");
	if (open[length] != '}')
		return false;
	*whole = (struct span){ open, length + 1 };
	return memchr(open, ',', length) || memmem(open, length, "..", 2);
}

static bool read_numbers(struct expanding *e, struct range *range, struct span inside)
{
	const char *from = inside.start, *to;
	size_t from_digits = digits_at(from), to_digits;
	to = from + from_digits + 2;
	int all = (int)range->whole.length;
	const char *whole = range->whole.start;
	if (!starts_with(from + from_digits, "..") || !from_digits || !(to_digits = digits_at(to)) ||
	    to + to_digits != inside.start + inside.length) {
		bool negative = inside.start[strspn(inside.start, "-.0123456789")] == '}' && memchr(from, '-', inside.length);
		return negative ? WRONG(e, "%.*s: numbers of a range begin at 0", all, whole)
		                : WRONG(e, "%.*s is neither a range of numbers, as in {1..3}, nor a list, as in {red,blue}",
		                        all, whole);
	}
	if (from_digits > DIGITS || to_digits > DIGITS)
		return WRONG(e, "%.*s: a number of a range has %d digits at most", all, whole, DIGITS);
	long long first = strtoll(from, NULL, 10), last = strtoll(to, NULL, 10);
	if (last < first)
		return WRONG(e, "%.*s counts down; the smaller number comes first: {%.*s..%.*s}", all, whole, (int)to_digits,
		             to, (int)from_digits, from);
	range->first = first;
	range->n = (size_t)(last - first) + 1;
	if ((*from == '0' && from_digits > 1) || (*to == '0' && to_digits > 1))
		range->width = (int)(from_digits > to_digits ? from_digits : to_digits);
	return true;
}

static bool read_list(struct expanding *e, struct range *range, struct span inside)
{
	struct arena *arena = &e->ini->arena;
	const char *word = inside.start, *end = word + inside.length;
	struct table seen = { 0 };
	bool good = true;
	range->words = arena_alloc(arena, (inside.length + 1) * sizeof *range->words);
	while (good) {
		size_t length = strcspn(word, ",}");
		const char *kept = arena_strndup(arena, word, length);
		if (!length)
			good = WRONG(e, "%.*s: there is an empty word in this list", (int)range->whole.length, range->whole.start);
		else if (table_get(&seen, kept))
			good = WRONG(e, "'%s' stands twice in one list", kept);
		table_set(&seen, kept, range);
		range->words[range->n++] = kept;
		word += length + 1;
		if (word > end)
			break;
	}
	table_free(&seen);
	return good;
}

static bool read_range(struct expanding *e, struct span whole)
{
	if (e->n_ranges == RANGES_IN_A_NAME)
		return WRONG(e, "more than %d ranges in one name", RANGES_IN_A_NAME);
	struct range *range = &e->ranges[e->n_ranges];
	struct span inside = { whole.start + 1, whole.length - 2 };
	const char *equals = memchr(inside.start, '=', inside.length);
	*range = (struct range){ .whole = whole, .name = { "n", 1 } };
	if (equals) {
		range->named = true;
		range->name = (struct span){ inside.start, (size_t)(equals - inside.start) };
		if (!range->name.length || name_at(inside.start) != range->name.length)
			return WRONG(e, "'%.*s' is no name for a range; a name has letters and digits, as in {i=1..3}",
			             (int)range->name.length, range->name.start);
		inside.length -= range->name.length + 1;
		inside.start = equals + 1;
	}
	for (size_t i = 0; i < e->n_ranges; i++) {
		if (!range->named || !e->ranges[i].named)
			return WRONG(e, "several ranges in one name need names of their own, as in {i=1..3}");
		if (is_same(e->ranges[i].name, range->name))
			return WRONG(e, "two ranges are called '%.*s'", (int)range->name.length, range->name.start);
	}
	if (!(memchr(inside.start, ',', inside.length) ? read_list : read_numbers)(e, range, inside))
		return false;
	e->n_ranges++;
	return true;
}

/* --- texts with references --- */

/* A reference at OPEN, "{n}", "{n+1}" or "{n-1}": its text, name and offset.  ${n} is a variable, if anything. */
static bool find_reference(const char *text, const char *open, struct piece *piece, struct span *name)
{
	size_t length = name_at(open + 1);
	const char *end = open + 1 + length;
	if (!length || (open > text && open[-1] == '$'))
		return false;
	*name = (struct span){ open + 1, length };
	piece->offset = 0;
	if (*end == '+' || *end == '-') {
		size_t digits = digits_at(end + 1);
		if (!digits || digits > DIGITS)
			return false;
		piece->offset = strtoll(end + 1, NULL, 10) * (*end == '-' ? -1 : 1);
		end += 1 + digits;
	}
	piece->text = (struct span){ open, (size_t)(end + 1 - open) };
	return *end == '}';
}

/* The range that TEXT refers to at OPEN, by its definition or its name; NULL: none.  *unknown is what looks like a
 * reference and names no range. */
static struct range *refer(struct expanding *e, const char *text, const char *open, struct piece *piece,
                           struct span *unknown)
{
	struct span name;
	for (size_t i = 0; i < e->n_ranges; i++) {
		if (e->ranges[i].whole.start == open) {
			*piece = (struct piece){ .text = e->ranges[i].whole };
			return &e->ranges[i];
		}
	}
	if (!find_reference(text, open, piece, &name))
		return NULL;
	for (size_t i = 0; i < e->n_ranges; i++)
		if (is_same(e->ranges[i].name, name))
			return &e->ranges[i];
	if (!unknown->length)
		*unknown = name;
	return NULL;
}

/* Cuts TEXT into pieces.  *unknown is the first name that looks like a range's and is none; its length is 0 without. */
static void compile(struct expanding *e, const char *text, struct pattern *pattern, struct span *unknown)
{
	const char *plain = text;
	*pattern = (struct pattern){ 0 };
	*unknown = (struct span){ text, 0 };
	for (const char *open = strchr(text, '{'); open; open = strchr(open, '{')) {
		struct piece piece = { 0 };
		piece.range = refer(e, text, open, &piece, unknown);
		if (!piece.range) {
			open++;
			continue;
		}
		if (open > plain)
			*array_add(pattern->pieces, pattern->n, pattern->room) =
				(struct piece){ .text = { plain, (size_t)(open - plain) } };
		*array_add(pattern->pieces, pattern->n, pattern->room) = piece;
		pattern->references++;
		plain = open += piece.text.length;
	}
	if (*plain)
		*array_add(pattern->pieces, pattern->n, pattern->room) = (struct piece){ .text = { plain, strlen(plain) } };
}

/* Adds what a reference stands for now; or what is wrong with it, in the arena. */
static const char *add_reference(struct expanding *e, const struct piece *piece)
{
	const struct range *range = piece->range;
	int length = (int)piece->text.length;
	long long at = (long long)range->at + piece->offset, number = range->first + at;
	if (range->words) {
		if (at < 0 || at >= (long long)range->n)
			return arena_printf(&e->ini->arena, "%.*s: '%s' is the %s word of its list", length, piece->text.start,
			                    range->words[range->at], at < 0 ? "first" : "last");
		buffer_puts(&e->text, range->words[at]);
		return NULL;
	}
	if (number < 0)
		return arena_printf(&e->ini->arena, "%.*s is below 0 for %lld", length, piece->text.start,
		                    range->first + (long long)range->at);
	char digits[32];
	buffer_add(&e->text, digits, (size_t)snprintf(digits, sizeof digits, "%0*lld", range->width, number));
	return NULL;
}

/* The text of PATTERN for where the ranges are at, in the arena; NULL with what is wrong with it. */
static const char *render(struct expanding *e, const struct pattern *pattern, const char **wrong)
{
	buffer_clear(&e->text);
	*wrong = NULL;
	for (size_t i = 0; i < pattern->n && !*wrong; i++) {
		const struct piece *piece = &pattern->pieces[i];
		if (piece->range)
			*wrong = add_reference(e, piece);
		else
			buffer_add(&e->text, piece->text.start, piece->text.length);
	}
	return *wrong ? NULL : arena_strndup(&e->ini->arena, buffer_text(&e->text), e->text.length);
}

/* --- sections --- */

/* Is the value made of words and names, in which a brace that refers to nothing is a mistake? */
static bool is_strict(enum section_kind kind, const char *word)
{
	const struct key_rule *key = key_find(kind, word);
	return key && key->phase != PHASE_FIREWALL && !key->lines &&
	       (key->words || key->id == KEY_NETNS || key->id == KEY_PEER || key->id == KEY_LINK || key->id == KEY_MASTER);
}

static bool report_unknown(struct expanding *e, unsigned line, const char *key, struct span unknown)
{
	const struct range *range = &e->ranges[0];
	report_error(e->report, line, e->from->header, key, "there is no range called '%.*s' in the section's name%s%.*s%s",
	             (int)unknown.length, unknown.start, range->named ? "; there is '" : "; without a name it is called '",
	             (int)range->name.length, range->name.start, "'");
	return false;
}

/* Steps to the next combination, the last range fastest; false after the last one. */
static bool next_combination(struct expanding *e)
{
	for (size_t i = e->n_ranges; i--;) {
		if (++e->ranges[i].at < e->ranges[i].n)
			return true;
		e->ranges[i].at = 0;
	}
	return false;
}

/* May as many sections be made, each of that many bytes? */
static bool is_within_bounds(struct expanding *e, size_t bytes)
{
	size_t n = 1;
	bool huge = false;
	for (size_t i = 0; i < e->n_ranges; i++)
		huge |= __builtin_mul_overflow(n, e->ranges[i].n, &n);
	if (huge)
		return WRONG(e, "this makes more sections than can be counted; ranges may make %d in all", RANGES_SECTIONS);
	if (n > RANGES_SECTIONS - e->made)
		return WRONG(e, "this makes %zu sections%s; ranges may make %d in all", n,
		             e->made ? arena_printf(&e->ini->arena, ", with %zu before it", e->made) : "", RANGES_SECTIONS);
	if (n * bytes > RANGES_BYTES - e->bytes)
		return WRONG(e, "the sections of all ranges up to this one take more than %d MiB", RANGES_BYTES >> 20);
	e->made += n;
	e->bytes += n * bytes;
	return true;
}

static size_t size_of(const struct pattern *pattern)
{
	size_t size = 1;
	for (size_t i = 0; i < pattern->n; i++) {
		const struct range *range = pattern->pieces[i].range;
		size += range && !range->words ? DIGITS + 1 : range ? range->whole.length : pattern->pieces[i].text.length;
	}
	return size;
}

static void make_section(struct expanding *e, const struct pattern *header, const struct pattern *values,
                         struct table *seen)
{
	const struct section *from = e->from;
	struct arena *arena = &e->ini->arena;
	const char *wrong, *name = render(e, header, &wrong);
	if (!name) {
		report_error(e->report, from->line, from->header, NULL, "%s", wrong);
		return;
	}
	if (seen && table_get(seen, name)) {
		report_error(e->report, from->line, from->header, NULL, "this makes [%s] twice", name);
		return;
	}
	struct section *section = array_add(e->sections, e->n, e->room);
	*section = (struct section){ .header = name, .line = from->line, .broken = from->broken };
	if (seen)
		table_set(seen, name, e); /* anything but NULL */
	section->entries = arena_alloc(arena, from->n * sizeof *section->entries);
	for (size_t i = 0; i < from->n; i++) {
		struct entry entry = from->entries[i];
		if (values[i].references)
			entry.value = render(e, &values[i], &wrong);
		if (entry.value)
			section->entries[section->n++] = entry;
		else
			report_error(e->report, entry.line, name, entry.key, "%s", wrong);
		section->broken |= !entry.value;
	}
}

static void expand_section(struct expanding *e, enum section_kind kind)
{
	const struct section *from = e->from;
	struct pattern header, *values = xcalloc(from->n, sizeof *values);
	struct span unknown;
	size_t bytes = sizeof *from + from->n * sizeof *from->entries;
	compile(e, from->header, &header, &unknown);
	bytes += size_of(&header);
	bool good = !unknown.length || section_rule(kind)->name != NAME_NEEDED ||
	            report_unknown(e, from->line, NULL, unknown);
	for (size_t i = 0; i < from->n; i++) {
		const struct entry *entry = &from->entries[i];
		compile(e, entry->value, &values[i], &unknown);
		bytes += values[i].references ? size_of(&values[i]) : 0;
		if (unknown.length && is_strict(kind, entry->key))
			good = report_unknown(e, entry->line, entry->key, unknown);
	}
	/* one range never makes a name twice; more can: {i=1..11}{j=1..11} */
	struct table seen = { 0 };
	bool once = e->n_ranges > 1 && section_rule(kind)->once_more;
	if (good && is_within_bounds(e, bytes))
		do
			make_section(e, &header, values, once ? &seen : NULL);
		while (next_combination(e));
	table_free(&seen);
	for (size_t i = 0; i < from->n; i++)
		free(values[i].pieces);
	free(values);
	free(header.pieces);
}

/* Finds the ranges in a section's name; false when one is wrong. */
static bool find_ranges(struct expanding *e)
{
	const char *name = e->from->header + strcspn(e->from->header, " \t");
	struct span whole;
	e->n_ranges = 0;
	for (const char *open = strchr(name, '{'); open; open = strchr(open + 1, '{'))
		if (find_range(open, &whole) && !read_range(e, whole))
			return false;
	return true;
}

void ranges_expand(struct ini *ini, struct report *report)
{
	struct expanding e = { .ini = ini, .report = report };
	for (size_t i = 0; i < ini->n; i++) {
		struct section *section = &ini->sections[i];
		enum section_kind kind;
		bool known = section_kind_find(section->header, strcspn(section->header, " \t"), &kind);
		e.from = section;
		/* an unknown kind is reported once, as it stands */
		if (known && !find_ranges(&e)) {
			free(section->entries);
		} else if (known && e.n_ranges) {
			expand_section(&e, kind);
			free(section->entries);
		} else {
			*array_add(e.sections, e.n, e.room) = *section;
		}
	}
	free(ini->sections);
	ini->sections = e.sections;
	ini->n = e.n;
	ini->room = e.room;
	buffer_free(&e.text);
}
