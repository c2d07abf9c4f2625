/* keywords: the words that `ip link` takes for its own.
 *
 * They are those of iplink_parse() in ip/iplink.c of iproute2, which reads what follows add, set and del:
 * of every release from 4.0 to 7.1, and of what was to be the next in June 2026.  A word that an installed
 * ip does not have costs a `dev` that was not needed, a missing one costs a device: so all are here that
 * any has. */
#include <string.h>

#include "keywords.h"
#include "util.h"

static const struct {
	const char *word;
	bool shortened; /* to any beginning, by matches() in lib/utils.c: "m" is master, "br" broadcast */
} keywords[] = {
	{ "address", true },
	{ "addrgenmode", true },
	{ "alias", true },
	{ "allmulticast" },
	{ "arp" },
	{ "brd" },
	{ "broadcast", true },
	{ "carrier" },
	{ "dev" },
	{ "down" },
	{ "dynamic", true },
	{ "gro_ipv4_max_size" }, /* since 6.3 */
	{ "gro_max_size" },
	{ "group" },
	{ "gso_ipv4_max_size" }, /* since 6.3 */
	{ "gso_max_segs" },
	{ "gso_max_size" },
	{ "help", true },
	{ "index" },
	{ "inet" }, /* after 7.1 */
	{ "link", true },
	{ "link-netns", true },
	{ "link-netnsid", true },
	{ "master", true },
	{ "mode" },
	{ "mtu" },
	{ "multicast" },
	{ "name" },
	{ "netns" },
	{ "nomaster", true },
	{ "numrxqueues", true },
	{ "numtxqueues", true },
	{ "parentdev" },
	{ "promisc" },
	{ "protodown" },
	{ "protodown_reason" },
	{ "qlen" },
	{ "state" },
	{ "trailers" },
	{ "txqlen", true },
	{ "txqueuelen", true },
	{ "type", true },
	{ "up" },
	{ "vf" },
	{ "vrf" },
	{ "xdp" },
	{ "xdpdrv" },
	{ "xdpgeneric" },
	{ "xdpoffload" },
};

bool keyword_misread(const char *name)
{
	size_t length = strlen(name);
	for (size_t i = 0; i < COUNT(keywords); i++)
		if (!strncmp(keywords[i].word, name, length) &&
		    (keywords[i].shortened || !keywords[i].word[length]))
			return true;
	return false;
}

const char *keyword_word(size_t i)
{
	return i < COUNT(keywords) ? keywords[i].word : NULL;
}
