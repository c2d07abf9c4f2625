/* test-keywords NAME...: prints each name and how `ip link` must be told it: "bare", or "dev".
 * test-keywords --all: the same for all that are likely to be misread and all that are likely to be used;
 * some come twice. */
#include <net/if.h>
#include <stdio.h>
#include <string.h>

#include "keywords.h"
#include "util.h"

static const char *const common[] = {
	"lo", "eth0", "eth1", "eth0.10", "eno1", "enp0s3", "enx020000000001", "wlan0", "wan", "lan", "wan0",
	"lan0", "br0", "br-red", "bridge", "veth", "veth0", "veth1", "veth-red", "veth-blue", "veth0-red",
	"veth1-red", "veth0-blue", "veth1-blue", "red", "blue", "left", "right", "host", "router", "client",
	"server", "uplink", "trunk", "mgmt", "dmz", "port1", "swp1", "tun0", "tap0", "gre1", "gretap1",
	"ipip1", "sit1", "wg0", "ifb0", "vlan10", "vxlan42", "bond0", "team0", "dummy0", "macvlan0",
	"ipvlan0", "vrf-red", "xfrm0", "nlmon0", "h1-eth0", "s1-eth2", "r1-r2", "v1", "p0", "to-red", "net0",
	"net", "masters", "links", "types", "nam", "typed", "upper", "link0", "mtu0", "Master", "UP", "1",
	"10", "0x1", "a-b", "a.b", "a_b",
};

static void say(const char *name)
{
	printf("%s %s\n", name, keyword_misread(name) ? "dev" : "bare");
}

static void say_all(void)
{
	const char *word;
	for (size_t i = 0; (word = keyword_word(i)); i++) {
		for (size_t n = 1; n <= strlen(word) && n < IFNAMSIZ; n++) {
			char name[IFNAMSIZ] = "";
			say(memcpy(name, word, n));
		}
	}
	for (int a = 'a'; a <= 'z'; a++) {
		say((char[]){ (char)a, '\0' });
		for (int b = 'a'; b <= 'z'; b++)
			say((char[]){ (char)a, (char)b, '\0' });
	}
	for (size_t i = 0; i < COUNT(common); i++)
		say(common[i]);
}

int main(int argc, char **argv)
{
	if (argc == 2 && !strcmp(argv[1], "--all"))
		say_all();
	else
		for (int i = 1; i < argc; i++)
			say(argv[i]);
	return 0;
}
