/* kinds: what each kind of link needs. */
#include <string.h>

#include "kinds.h"
#include "util.h"

/* What cannot be moved has NETIF_F_NETNS_LOCAL in the kernel; underlays: link_net of each driver.  Tried with
 * iproute2 6.1 and netkit with 6.15; what needs hardware or is no link of one's own (rmnet to batadv) was not. */
static const struct kind kinds[] = {
	{ "veth", .pair = true, .plain = true, .in_place = true },
	{ "netkit", .pair = true, .plain = true, .in_place = true },
	{ "vxcan", .pair = true, .plain = true, .in_place = true },
	{ "bridge", .bridge = true, .stays = true },
	{ "bond", .stays = true, .slaves_down = true },
	{ "vrf", .stays = true, .inward = true, .rules = true },
	{ "team", .stays = true, .slaves_down = true },
	{ "dummy", .plain = true, .inward = true, .in_place = true },
	{ "ifb", .plain = true, .inward = true, .in_place = true },
	{ "tun", .plain = true, .inward = true, .stays = true, .tuntap = true },
	{ "tap", .plain = true, .inward = true, .stays = true, .tuntap = true },
	{ "vlan", .plain = true },
	{ "macvlan", .plain = true, .shares = true },
	{ "macvtap", .plain = true, .shares = true },
	{ "ipvlan", .plain = true, .shares = true },
	{ "ipvtap", .plain = true, .shares = true },
	{ "vxlan", .plain = true, .underlay = true },
	{ "geneve", .plain = true, .underlay = true },
	{ "wireguard", .plain = true, .underlay = true },
	{ "gre", .plain = true, .underlay = true },
	{ "gretap", .plain = true, .underlay = true },
	{ "erspan", .plain = true, .underlay = true },
	{ "ip6gre", .plain = true, .underlay = true },
	{ "ip6gretap", .plain = true, .underlay = true },
	{ "ip6erspan", .plain = true, .underlay = true },
	{ "ipip", .plain = true, .underlay = true },
	{ "ip6tnl", .plain = true, .underlay = true },
	{ "sit", .plain = true, .underlay = true },
	{ "vti", .plain = true, .underlay = true },
	{ "vti6", .plain = true, .underlay = true },
	{ "xfrm", .plain = true, .underlay = true },
	{ "bareudp", .plain = true, .underlay = true },
	{ "gtp", .plain = true, .underlay = true },
	{ "amt", .plain = true, .stays = true },
	{ "hsr", .stays = true },
	{ "vcan", .plain = true, .inward = true },
	{ "nlmon", .plain = true, .inward = true },
	{ "netdevsim", .plain = true, .inward = true },
	{ "macsec", .plain = true },
	{ "rmnet", .plain = true },
	{ "ipoib", .plain = true },
	{ "lowpan", .plain = true },
	{ "wwan", .plain = true },
	{ "virt_wifi", .plain = true },
	{ "can" },
	{ "dsa" },
	{ "batadv" },
};

const struct kind *kind_find(const char *word)
{
	static const struct kind unknown;
	for (size_t i = 0; i < COUNT(kinds); i++)
		if (!strcmp(kinds[i].word, word))
			return &kinds[i];
	return &unknown;
}

const char *kind_nearest(const char *word)
{
	const char *words[COUNT(kinds)];
	for (size_t i = 0; i < COUNT(kinds); i++)
		words[i] = kinds[i].word;
	return nearest_word(word, words, COUNT(kinds));
}

bool kind_is(const struct kind *kind, const char *word)
{
	return kind->word && !strcmp(kind->word, word);
}
