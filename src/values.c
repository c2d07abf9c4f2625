/* values: what single names and values must look like. */
#include <arpa/inet.h>
#include <ctype.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "values.h"

const char *name_wrong_scenario(const char *name)
{
	if (!isalnum((unsigned char)*name) || name[strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
	                                                        "0123456789._-")])
		return "is no name of a scenario: that has letters, digits, '.', '_', '-', and begins with a letter or digit";
	if (strlen(name) > 100)
		return "is longer than 100 bytes";
	return NULL;
}

static const char *wrong_in_both(const char *name)
{
	if (*name == '-')
		return "begins with '-', which commands take for an option";
	if (strpbrk(name, " \t\r\n\v\f"))
		return "has a blank in it";
	for (const char *c = name; *c; c++)
		if ((unsigned char)*c < ' ' || *c == 0x7f)
			return "has a control character in it";
	if (!strcmp(name, ".") || !strcmp(name, ".."))
		return "is the name of a directory";
	return NULL;
}

const char *name_wrong_netns(const char *name)
{
	if (strchr(name, '/'))
		return "has a '/' in it";
	if (strlen(name) > 255) /* NAME_MAX: it is a file in /run/netns */
		return "is longer than 255 bytes";
	if (!name[strspn(name, "0123456789")])
		return "is all digits, which ip takes for a process; begin it with a letter";
	return wrong_in_both(name);
}

const char *name_wrong_daemon(const char *name)
{
	return name_wrong_scenario(name) ? "is more than letters, digits, '.', '_', '-', beginning with a letter or digit" : NULL;
}

const char *name_wrong_file(const char *name)
{
	size_t digits = strspn(name, "0123456789");
	if (strchr(name, '/'))
		return "has a '/' in it: the files of a network lie in one directory, ${dir}";
	if (digits && (!name[digits] || name[digits] == '.'))
		return "is a number, as the network's own record has them";
	static const char *const own[] = { "errors", "journal", "made", "made.new", "restore", "said", "script" };
	for (size_t i = 0; i < COUNT(own); i++)
		if (!strcmp(name, own[i]))
			return "is a file of the network's own record; take another name";
	return wrong_in_both(name);
}

const char *name_wrong_link(const char *name)
{
	if (!*name)
		return "is empty";
	if (strlen(name) >= IFNAMSIZ)
		return "is longer than the kernel's 15 bytes";
	if (strchr(name, '/') || strchr(name, ':'))
		return strchr(name, '/') ? "has a '/' in it" : "has a ':' in it";
	if (strchr(name, '%'))
		return "has a '%' in it, where the kernel puts a number of its own";
	if (!strcmp(name, "all") || !strcmp(name, "default"))
		return "is the kernel's word for the settings of all devices";
	if (starts_with(name, "if") && name[2] && !name[2 + strspn(name + 2, "0123456789")])
		return "is taken by ip for the interface with that index; take another name";
	return wrong_in_both(name);
}

bool value_bool(const char *value, bool *yes)
{
	*yes = !strcmp(value, "yes") || !strcmp(value, "up");
	return *yes || !strcmp(value, "no") || !strcmp(value, "down");
}

bool value_duration(const char *value, double *seconds)
{
	static const struct {
		const char *word;
		double factor;
	} units[] = { { "", 1 }, { "s", 1 }, { "ms", 0.001 }, { "m", 60 } };
	if (!isdigit((unsigned char)*value) && *value != '.')
		return false;
	/* not strtod(3), which knows hexadecimal and the locale's comma */
	double number = 0, place = 1;
	for (; isdigit((unsigned char)*value); value++)
		number = number * 10 + (*value - '0');
	if (*value == '.')
		for (value++; isdigit((unsigned char)*value); value++)
			number += (place /= 10) * (*value - '0');
	for (size_t i = 0; i < COUNT(units); i++) {
		if (!strcmp(value, units[i].word)) {
			*seconds = number * units[i].factor;
			return *seconds > 0 && *seconds <= 86400;
		}
	}
	return false;
}

bool value_prefix(const char *text, unsigned char *bytes, size_t *length, size_t *bits)
{
	char address[INET6_ADDRSTRLEN];
	size_t end = strcspn(text, "/");
	if (!end || end >= sizeof address)
		return false;
	memcpy(address, text, end);
	address[end] = '\0';
	int family = strchr(address, ':') ? AF_INET6 : AF_INET;
	*length = family == AF_INET6 ? sizeof(struct in6_addr) : sizeof(struct in_addr);
	*bits = *length * 8;
	if (inet_pton(family, address, bytes) != 1)
		return false;
	if (!text[end])
		return true;
	const char *digits = text + end + 1;
	if (!*digits || strlen(digits) > 3 || digits[strspn(digits, "0123456789")])
		return false;
	unsigned long prefix = strtoul(digits, NULL, 10);
	bool fits = prefix <= *bits;
	*bits = prefix;
	return fits;
}

const char *value_address(struct arena *arena, const char *text, bool *is_ipv6)
{
	char canonical[INET6_ADDRSTRLEN];
	unsigned char bytes[sizeof(struct in6_addr)];
	size_t length, bits;
	if (!value_prefix(text, bytes, &length, &bits))
		return NULL;
	*is_ipv6 = length == sizeof(struct in6_addr);
	inet_ntop(*is_ipv6 ? AF_INET6 : AF_INET, bytes, canonical, sizeof canonical);
	return arena_printf(arena, "%s/%zu", canonical, bits);
}

/* --- PREFIX host N --- */

/* The address that is NUMBER above the prefix in BYTES (SIZE of them), in place; false when it is none that a host can
 * have: in IPv4 neither the first nor the last, in IPv6 not the first, but both where there are only two, or one. */
static bool add_host(unsigned char *bytes, size_t size, unsigned long bits, unsigned long long number)
{
	bool is_small = bits <= 1, is_ipv4 = size == 4;
	unsigned long long most = bits < 64 ? (1ULL << bits) - 1 : ~0ULL;
	if (!number || number > (is_small ? most + 1 : most - is_ipv4))
		return false;
	number -= is_small;
	for (size_t i = size; i-- && number; number >>= 8)
		bytes[i] |= (unsigned char)number;
	return true;
}

static const char *host_of(struct arena *arena, const char *prefix, const char *number, const char **wrong)
{
	unsigned char bytes[sizeof(struct in6_addr)];
	char address[INET6_ADDRSTRLEN], network[INET6_ADDRSTRLEN];
	bool is_ipv6;
	const char *whole = value_address(arena, prefix, &is_ipv6);
	if (!whole || !strchr(prefix, '/')) {
		*wrong = arena_printf(arena, "'%s' before 'host' is no prefix, as in 10.0.0.0/24 or 2001:db8::/64", prefix);
		return NULL;
	}
	size_t size = is_ipv6 ? 16 : 4, slash = strcspn(whole, "/");
	int family = is_ipv6 ? AF_INET6 : AF_INET;
	unsigned long length = strtoul(whole + slash + 1, NULL, 10), bits = size * 8 - length;
	memcpy(address, whole, slash);
	address[slash] = '\0';
	inet_pton(family, address, bytes);
	bool has_host = false;
	for (size_t i = length; i < size * 8; i++) {
		unsigned char bit = (unsigned char)(0x80 >> i % 8);
		has_host |= (bytes[i / 8] & bit) != 0;
		bytes[i / 8] &= (unsigned char)~bit;
	}
	inet_ntop(family, bytes, network, sizeof network);
	if (has_host) {
		*wrong = arena_printf(arena, "'%s' before 'host' is an address of its own; the prefix is %s/%lu", prefix, network,
		                      length);
		return NULL;
	}
	if (!*number || strlen(number) > 18 || number[strspn(number, "0123456789")]) {
		*wrong = arena_printf(arena, "'%s' after 'host' is no number of up to 18 digits; the first host is 1", number);
		return NULL;
	}
	if (!add_host(bytes, size, bits, strtoull(number, NULL, 10))) {
		unsigned long long last = bits <= 1 ? 1ULL << bits : (1ULL << (bits < 63 ? bits : 63)) - 1 - !is_ipv6;
		*wrong = arena_printf(arena, "%s has no host %s; its hosts are 1 to %llu", prefix, number, last);
		return NULL;
	}
	inet_ntop(family, bytes, network, sizeof network);
	return arena_printf(arena, "%s/%lu", network, length);
}

const char *value_hosts(struct arena *arena, struct words *words)
{
	const char *wrong = NULL;
	bool is_ipv6;
	for (size_t i = 1; i < words->n; i++) {
		/* after any other word it is ip's: a scope, a label, the name of a device */
		if (strcmp(words->word[i], "host") || !value_address(arena, words->word[i - 1], &is_ipv6))
			continue;
		if (i + 1 == words->n)
			return "a number is missing after 'host'";
		const char *host = host_of(arena, words->word[i - 1], words->word[i + 1], &wrong);
		if (!host)
			return wrong;
		words->word[i - 1] = arena_strdup(arena, host);
		memmove(&words->word[i], &words->word[i + 2], (words->n - i - 1) * sizeof *words->word);
		words->n -= 2;
	}
	return NULL;
}

/* ip(8) takes "10.1" and "10/8" as well; only what looks whole is held to be a mistake when it does not parse */
static bool looks_like_address(const char *word)
{
	size_t dots = 0, colons = 0;
	for (const char *c = word; *c; c++) {
		if (!isxdigit((unsigned char)*c) && !strchr(".:/", *c))
			return false;
		dots += *c == '.';
		colons += *c == ':';
	}
	return dots >= 3 || colons >= 2;
}

static const char *wrong_address(struct arena *arena, const struct statement *statement)
{
	const char *word = statement->words.word[0];
	bool is_ipv6;
	if (!strcmp(word, "local") && statement->words.n > 1)
		word = statement->words.word[1];
	if (!value_address(arena, word, &is_ipv6))
		return arena_printf(arena, "'%s' is no IPv4 or IPv6 address with a prefix length, as in 10.0.0.1/24 or "
		                    "2001:db8::1/64", word);
	return NULL;
}

static bool looks_like_mac(const char *word)
{
	const char *c = word;
	for (int i = 0; i < 6; i++, c += 3)
		if (!isxdigit((unsigned char)c[0]) || !isxdigit((unsigned char)c[1]) || c[2] != (i < 5 ? ':' : '\0'))
			return false;
	return true;
}

static const char *wrong_object(struct arena *arena, const struct statement *statement)
{
	bool is_ipv6;
	if (*statement->words.word[0] == '-')
		return arena_printf(arena, "'%s': %s", statement->words.word[0],
		                    statement->key->family ? "of ip's options only -4 and -6 can stand here"
		                                           : "no option can stand here");
	bool address = false; /* the next word must be one */
	for (size_t i = 0; i < statement->words.n; i++) {
		const char *word = statement->words.word[i];
		if (address && (!strcmp(word, "inet") || !strcmp(word, "inet6")))
			continue;
		if ((address || (looks_like_address(word) && !looks_like_mac(word))) && !value_address(arena, word, &is_ipv6))
			return arena_printf(arena, "'%s' is no IPv4 or IPv6 address or prefix", word);
		address = statement->key->family && (!strcmp(word, "via") || !strcmp(word, "src"));
	}
	if (address)
		return arena_printf(arena, "an address is missing after '%s'", statement->words.word[statement->words.n - 1]);
	return NULL;
}

static const char *wrong_mac(struct arena *arena, const struct statement *statement)
{
	if (!looks_like_mac(statement->value))
		return arena_printf(arena, "'%s' is no MAC address, as in 02:00:00:00:00:01", statement->value);
	if (strtoul((char[]){ statement->value[1], '\0' }, NULL, 16) & 1)
		return arena_printf(arena, "'%s' is a multicast address: the first byte of a device's own is even",
		                    statement->value);
	return NULL;
}

static const char *wrong_mtu(struct arena *arena, const struct statement *statement)
{
	const char *value = statement->value;
	if (strlen(value) > 9 || value[strspn(value, "0123456789")])
		return arena_printf(arena, "'%s' is no number of bytes, as in 1500", value);
	return NULL;
}

static const char *wrong_bool(struct arena *arena, const struct statement *statement)
{
	bool yes;
	return value_bool(statement->value, &yes)
	               ? NULL
	               : arena_printf(arena, "'%s' is none of yes, no, up, down", statement->value);
}

static const char *wrong_sysctl(struct arena *arena, const struct statement *statement)
{
	const char *equals = strchr(statement->value, '=');
	size_t key = equals ? (size_t)(equals - statement->value) : 0;
	while (key && isspace((unsigned char)statement->value[key - 1]))
		key--;
	if (!key || strcspn(statement->value, " \t\n") < key || !equals[1] || *statement->value == '-')
		return arena_printf(arena, "'%s' is not KEY=VALUE, as in net.ipv4.ip_forward=1", statement->value);
	return NULL;
}

static const char *wrong_iptables(struct arena *arena, const struct statement *statement)
{
	if (*statement->words.word[0] != '-')
		return arena_printf(arena, "'%s' is no option of %s, as in -A FORWARD -j ACCEPT", statement->words.word[0],
		                    statement->key->word);
	return NULL;
}

static const char *wrong_nft(struct arena *arena, const struct statement *statement)
{
	struct words words;
	return *statement->value == '-' ? words_split(arena, statement->value, &words) : NULL;
}

static const char *wrong_nameserver(struct arena *arena, const struct statement *statement)
{
	bool is_ipv6;
	if (strchr(statement->value, '/') || !value_address(arena, statement->value, &is_ipv6))
		return arena_printf(arena, "'%s' is no IPv4 or IPv6 address", statement->value);
	return NULL;
}

static const char *wrong_words(struct arena *arena, const struct statement *statement)
{
	(void)arena;
	return *statement->words.word[0] == '-' ? "begins with '-', which is for options of ip itself" : NULL;
}

/* Is WORD one of the words in LIST? */
static bool has_word(const char *list, const char *word)
{
	size_t length = strlen(word);
	for (const char *c = list; *c; c += strspn(c, " ")) {
		size_t n = strcspn(c, " ");
		if (n == length && !strncmp(c, word, n))
			return true;
		c += n;
	}
	return false;
}

/* What a key says, the rest of the program has to know of. */
static const char *wrong_set(struct arena *arena, const struct statement *statement)
{
	static const struct {
		const char *word, *key;
	} keys[] = { { "netns", "netns" }, { "master", "master" }, { "address", "mac" }, { "mtu", "mtu" },
		         { "up", "up" },       { "down", "up" },       { "peer", "peer" } };
	const char *word = statement->words.word[0];
	for (size_t i = 0; i < COUNT(keys); i++)
		if (!strcmp(word, keys[i].word))
			return arena_printf(arena, "'%s' has a key of its own: '%s = '", word, keys[i].key);
	if (!strcmp(word, "name") || !strcmp(word, "dev"))
		return "a device is called what its header says";
	return wrong_words(arena, statement);
}

const char *value_wrong(struct arena *arena, const struct statement *statement)
{
	static const char *(*const checks[KEYS])(struct arena *, const struct statement *) = {
		[KEY_ADDRESS] = wrong_address, [KEY_ROUTE] = wrong_object,  [KEY_RULE] = wrong_object,
		[KEY_NEIGH] = wrong_object,    [KEY_NEXTHOP] = wrong_object, [KEY_QDISC] = wrong_object,
		[KEY_CLASS] = wrong_object,    [KEY_FILTER] = wrong_object, [KEY_VLAN] = wrong_object,
		[KEY_FDB] = wrong_object,      [KEY_IPTABLES] = wrong_iptables,
		[KEY_IP6TABLES] = wrong_iptables, [KEY_NFT] = wrong_nft,
		[KEY_NAMESERVER] = wrong_nameserver, [KEY_MAC] = wrong_mac,
		[KEY_MTU] = wrong_mtu,         [KEY_UP] = wrong_bool,       [KEY_LO] = wrong_bool,
		[KEY_SYSCTL] = wrong_sysctl,   [KEY_TYPE] = wrong_words,    [KEY_SET] = wrong_set,
		[KEY_OPTIONS] = wrong_set,     [KEY_EXISTING] = wrong_bool,
	};
	if (statement->key->words && (!statement->words.n || !*statement->words.word[0]))
		return statement->verb && !statement->words.n ? arena_printf(arena, "nothing follows '%s'", statement->value)
		                                              : "its first word is empty";
	if (statement->verb && !has_word(statement->key->verbs, statement->verb))
		return arena_printf(arena, "%s has no '%s'; it has %s", statement->key->word, statement->verb,
		                    statement->key->verbs);
	return checks[statement->key->id] ? checks[statement->key->id](arena, statement) : NULL;
}
